"""What the people of the demo say to each other: insights about customers, a meeting that was held, one to come."""

from datetime import date, datetime, time, timedelta

from dashboards.actions import add_point, close_review, finish_action, give_action, open_review, plan_review, write_item
from dashboards.models import Review, ReviewItem
from leads.actions import add_insight
from leads.models import Handover, Insight
from smarketing.demo.casting import Company
from smarketing.demo.scenery import INSIGHTS, MINUTES, POINT_TO_COME, TAKEN_ON
from smarketing.lib.scope import tenant_scope
from tenants.roles import Role

# The meeting was held on a working day some days ago; the next one follows two weeks after it.
HELD_BEFORE = timedelta(days=5)
CALLED_BEFORE = timedelta(days=7)
BEGINS, LASTS = time(10, 0), timedelta(minutes=50)


def let_people_talk(company: Company, *, until: datetime) -> None:
    """Let sales write down what customers taught, and both sides meet; what was said once is not said again."""
    with tenant_scope(company.organisation.pk):
        if not Insight.objects.exists():
            _share_insights(until=until)
        if not Review.objects.exists():
            _meet(company, until=until)


def _share_insights(*, until: datetime) -> None:
    """Write insights on accepted leads that were reached, each an hour after the first talk, by whose lead it is."""
    rows = Handover.objects.select_related("lead__company", "lead__merged_into", "assigned_to")
    talked = rows.filter(decision="accepted", merged_into=None, contacted_at__lt=until - timedelta(hours=1))
    found = list(talked.exclude(assigned_to=None).order_by("-contacted_at", "pk")[: 5 * len(INSIGHTS)])
    # Some days lie between two of them, as far as there are leads enough.
    apart = max(len(found) // len(INSIGHTS), 1)
    for handover, (text, tags) in zip(found[::apart], INSIGHTS, strict=False):
        at = (handover.contacted_at or handover.sent_at) + timedelta(hours=1)
        if handover.assigned_to is not None:
            add_insight(text=text, tags=tags, lead=handover.lead, by=handover.assigned_to, at=at)


def _meet(company: Company, *, until: datetime) -> None:
    """Hold a meeting with minutes, decisions and actions; opening it plans the one to come."""
    head, starts_at = company.holding(Role.MARKETING_MANAGER)[0], _held_at(company, until)
    called_at = starts_at - CALLED_BEFORE
    review = plan_review(
        starts_at=starts_at, minutes_for=60, place="Danube room", rhythm="fortnightly", by=head, at=called_at
    )
    add_point(review, title=POINT_TO_COME[0], by=head, at=called_at)
    review = open_review(review, by=head, at=starts_at)
    _minute(review, company, at=starts_at)
    close_review(review, by=head, at=starts_at + LASTS)
    following = Review.objects.filter(follows=review).first()
    if following is not None:
        add_point(following, title=POINT_TO_COME[1], by=company.holding(Role.SALES_MANAGER)[0], at=starts_at + LASTS)


def _held_at(company: Company, until: datetime) -> datetime:
    day = (until - HELD_BEFORE).astimezone(company.zone).date()
    return datetime.combine(_working_day(day), BEGINS, company.zone)


def _working_day(day: date) -> date:
    return day - timedelta(days=max(day.weekday() - 4, 0))


def _minute(review: Review, company: Company, *, at: datetime) -> None:
    """Write what was said about each item, and what people took on; one of them has done it since."""
    head = company.holding(Role.MARKETING_MANAGER)[0]
    for item in ReviewItem.objects.filter(review=review).select_related("review").order_by("position"):
        at += timedelta(minutes=5)
        minutes, decision = MINUTES.get(item.topic, ("", ""))
        if minutes:
            write_item(item, minutes=minutes, decision=decision, revision=item.revision, by=head, at=at)
        for text, role, days, is_done in TAKEN_ON.get(item.topic, ()):
            owner, due_on = company.holding(role)[0], at.astimezone(company.zone).date() + timedelta(days=days)
            action = give_action(review, text=text, owner=owner, due_on=due_on, item=item, by=head, at=at)
            if is_done:
                finish_action(action, by=owner, at=at + timedelta(days=1))
