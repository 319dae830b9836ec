"""Reviews, reports and figures of the world."""

from datetime import datetime, timedelta

from dashboards.actions import add_point, give_action, open_review, plan_review, write_item
from dashboards.models import ReportEdition, ReportPlan, ReportSending, ReviewItem, Rollup
from dashboards.rollups import fold
from notifications.models import Mail, MailPart
from smarketing.lib.scope import tenant_scope
from tenants.actions import store_file
from tenants.roles import Role
from tests.tenants.world.house import House


def furnish_reviews(house: House, *, at: datetime) -> None:
    """A meeting that is being held, with minutes and an action of the rep, and one that is planned."""
    head, mark = house.staff[Role.MARKETING_MANAGER], house.mark
    told = {"place": f"room {mark}", "by": head}
    review = plan_review(starts_at=at + timedelta(minutes=90), at=at, **told)
    house.things["review"] = str(review.pk)
    add_point(review, title=f"point {mark}", by=head, at=at)
    held_at = at + timedelta(minutes=90)
    open_review(review, by=head, at=held_at)
    item = ReviewItem.objects.select_related("review").get(topic="own")
    house.things["review_item"] = str(item.pk)
    write_item(item, minutes=f"said {mark}", decision=f"decided {mark}", revision=1, by=head, at=held_at)
    rep, due_on = house.staff[Role.SALES_REP], (at + timedelta(days=14)).date()
    action = give_action(review, text=f"do {mark}", owner=rep, due_on=due_on, item=item, by=head, at=held_at)
    house.things["review_action"] = str(action.pk)
    planned = plan_review(starts_at=at + timedelta(days=28), at=at, rhythm="monthly", **told)
    house.things["planned_review"] = str(planned.pk)


def furnish_dashboards(house: House, *, at: datetime) -> None:
    with tenant_scope(house.organisation.pk):
        # Beside a running copy its worker may have been there first.
        Rollup.objects.update_or_create(defaults={"next_at": at, "error": f"error {house.mark}"})
    fold(house.organisation.pk, at=at)


def furnish_reports(house: House, mail: Mail, *, at: datetime) -> None:
    """A report that the administrator once got, with its paper, and their plan for more."""
    administrator, mark, last_day = house.staff[Role.ADMINISTRATOR], house.mark, at.date() - timedelta(days=1)
    content = f"%PDF-1.7 {mark}".encode()
    paper = store_file(name=f"report {mark}.pdf", content=content, by=None, at=at)
    MailPart.objects.create(mail=mail, file=paper, shown_as=mark)
    ReportPlan.objects.create(member=administrator, kind="weekly", weekday=0, hour=7, form="pdf", changed_at=at)
    edition = ReportEdition.objects.create(
        kind="weekly", first_date=last_day - timedelta(days=6), last_date=last_day, language=f"en-{mark}", made_at=at,
        paper=paper,
    )  # fmt: skip
    sending = ReportSending.objects.create(
        member=administrator, kind="weekly", occasion=f"on {mark}", at=at, state="sent", edition=edition,
        error=f"error {mark}",
    )  # fmt: skip
    house.things["report"] = str(sending.pk)
