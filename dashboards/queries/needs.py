"""What waits for one member now: each with how many, what is most urgent, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Min, OuterRef, Q

from arbitration.models import Case
from arbitration.rules import OPEN_STAGES, READY, stage_at
from dashboards.models import Review, ReviewAction
from dashboards.queries.reviews import local_day
from events.models import Event
from intake.models import Submission
from leads.access import visible_handovers
from leads.models import FollowUp, Handover, Lead, Rejection, UtmName
from leads.queries import Picked, queue_for
from leads.queries.shapes import QueueRow
from notifications.models import Endpoint, Mail
from sla.access import visible_clocks
from sla.models import AgreementVersion, Target
from sla.queries import clock_views, open_breach_clocks, open_pleas, signatures_of
from sla.queries.clocks import ClockView
from tenants.models import Membership
from tenants.queries import covered_by
from tenants.roles import HEADS, MARKETING, SALES, SIDES, Role

# So many of a kind stand alone; the page behind has the rest.
NAMED = 3
# What is due within this time is told on the home page.
AHEAD = timedelta(days=2)
# A home is no older than this: what becomes due does so without an event.
FRESH_FOR_SECONDS = 60


@dataclass(frozen=True)
class Need:
    """One thing to do, or several alike: how many, about whom, until when, and what it leads to."""

    kind: str
    count: int = 1
    name: str = ""
    sub: str = ""
    id: UUID | None = None
    number: int = 0
    month: date | None = None
    due_at: datetime | None = None
    clock: ClockView | None = None


@dataclass(frozen=True)
class Asker:
    """Who asks, and when."""

    member: Membership
    at: datetime
    zone: str

    @property
    def today(self) -> date:
        """The organisation's day."""
        return local_day(self.at, self.zone)

    def end_of(self, day: date) -> datetime:
        """Return when a day is over here."""
        return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(self.zone))


def version_of_home(member: Membership, *, at: datetime) -> str:
    """Return a text that changes with whatever happens in the organisation, and at least every minute: one query."""
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    return f"{member.pk}-{newest}-{int(at.timestamp()) // FRESH_FOR_SECONDS}"


def needs_of(member: Membership, *, at: datetime, zone: str) -> list[Need]:
    """Return what waits for a member: what has a deadline first, by deadline, then the rest."""
    asker = Asker(member, at, zone)
    found = list(_all(asker))
    dated = sorted((n for n in found if n.due_at), key=lambda need: need.due_at or at)
    return [*dated, *(need for need in found if need.due_at is None)]


def _all(asker: Asker) -> Iterator[Need]:
    member = asker.member
    if member.has(*SALES):
        yield from _queue(asker)
    if member.has(*MARKETING):
        yield from _returns(asker)
        yield from _unsent(asker)
    if member.has(*SIDES):
        yield from _steps(asker)
    if member.has(*HEADS):
        yield from _of_heads(asker)
    if member.has(Role.EXECUTIVE):
        yield from _cases(asker)
    if member.has(*HEADS, Role.EXECUTIVE):
        yield from _breaches(asker)
    if member.has(*MARKETING, Role.ADMINISTRATOR):
        yield from _door(asker)
    if member.has(Role.ADMINISTRATOR):
        yield from _engine()
    if not member.has(Role.AUDITOR):
        yield from _meetings(asker)


def _queue(asker: Asker) -> Iterator[Need]:
    """The leads with the least time left, and for the head of sales those that nobody has."""
    rows = queue_for(asker.member, Picked("todo"), at=asker.at, zone=asker.zone).rows
    for row in rows[:NAMED]:
        yield _lead(row)
    if asker.member.has(Role.SALES_MANAGER):
        nobody = Handover.objects.filter(merged_into=None, assigned_to=None, decision=Handover.Decision.PENDING)
        found = nobody.aggregate(n=Count("pk"), since=Min("sent_at"))
        if found["n"]:
            yield Need("unassigned", found["n"])


def _lead(row: QueueRow) -> Need:
    return Need(
        "lead", name=row.name, sub=row.company, id=row.handover_id, clock=row.clock,
        due_at=row.clock.due_at if row.clock else None,
    )  # fmt: skip


def _returns(asker: Asker) -> Iterator[Need]:
    """The rejected leads that wait for marketing's answer, the oldest first."""
    mine = visible_handovers(asker.member)
    rows = Rejection.objects.filter(state=Rejection.State.OPEN, handover__in=mine)
    if not asker.member.has(Role.MARKETING_MANAGER):
        rows = rows.filter(handover__sent_by=asker.member)
    rows = rows.exclude(reason_class=Rejection.Class.PROCEDURAL).select_related("handover__lead")
    found = list(rows.order_by("at").defer("handover__snapshot", "handover__lead__score_reasons")[:NAMED])
    clocks = clock_views([row.handover.subject_id for row in found], at=asker.at, zone=asker.zone) if found else {}
    for row in found:
        handover, views = row.handover, clocks[row.handover.subject_id]
        clock = next((view for view in views if view.commitment == "return_answer" and view.is_open), None)
        due_at = clock.due_at if clock else None
        yield Need("return", name=handover.lead.name, sub=row.reason_label, id=handover.pk, clock=clock, due_at=due_at)


def _unsent(asker: Asker) -> Iterator[Need]:
    """Qualified leads of one's own that were not handed over."""
    sent = Handover.objects.filter(lead=OuterRef("pk"), merged_into=None).exclude(progress=Handover.Progress.CLOSED)
    rows = Lead.objects.filter(~Exists(sent), stage=Lead.Stage.MQL)
    if not asker.member.has(Role.MARKETING_MANAGER):
        rows = rows.filter(marketer=asker.member)
    if count := rows.count():
        yield Need("unsent", count)


def _steps(asker: Asker) -> Iterator[Need]:
    people = {asker.member.pk, *covered_by(asker.member, asker.today)}
    end = asker.end_of(asker.today)
    rows = FollowUp.objects.filter(assigned_to__in=people, state=FollowUp.State.OPEN, due_at__lte=end)
    found = rows.aggregate(n=Count("pk"), first=Min("due_at"))
    if found["n"]:
        yield Need("steps", found["n"], due_at=found["first"])


def _of_heads(asker: Asker) -> Iterator[Need]:
    member = asker.member
    pleas = [row for row in open_pleas(reader=member, clocks=visible_clocks(member)) if row.may_decide]
    if pleas:
        yield Need("pleas", len(pleas), name=pleas[0].title)
    version = AgreementVersion.objects.filter(state=AgreementVersion.State.PROPOSED).first()
    if version is not None and member.side not in {signature.side for signature in signatures_of(version)}:
        yield Need("signature", number=version.number)
    if member.has(Role.SALES_MANAGER):
        this_month = asker.today.replace(day=1)
        waiting = Target.objects.filter(state=Target.State.PROPOSED, month__gte=this_month)
        target = waiting.order_by("month").first()
        if target is not None:
            end = (target.month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            yield Need("target", number=target.month.year, month=target.month, due_at=asker.end_of(end))


def _cases(asker: Asker) -> Iterator[Need]:
    """Open cases that can be ruled on, with the board's clock."""
    rows = Case.objects.filter(stage__in=OPEN_STAGES).select_related("handover__lead")
    open_cases = list(rows.defer("evidence", "handover__snapshot").order_by("filed_at", "pk")[:50])
    ready = [case for case in open_cases if _is_ready(case, at=asker.at)]
    shown = ready[:NAMED]
    clocks = clock_views([case.subject_id for case in shown], at=asker.at, zone=asker.zone) if shown else {}
    for case in shown:
        clock = next(iter(clocks[case.subject_id]), None)
        due_at = clock.due_at if clock else None
        yield Need("case", name=case.number, sub=case.handover.lead.name, id=case.pk, clock=clock, due_at=due_at)
    if len(open_cases) > len(ready):
        yield Need("hearings", len(open_cases) - len(ready))


def _is_ready(case: Case, *, at: datetime) -> bool:
    return stage_at(case.stage, statements_close_at=case.statements_close_at, at=at) == READY


def _breaches(asker: Asker) -> Iterator[Need]:
    side = asker.member.side
    if count := open_breach_clocks(at=asker.at, side=side).count():
        yield Need("breaches", count, sub=side)


def _door(asker: Asker) -> Iterator[Need]:
    if count := Submission.objects.filter(state=Submission.State.QUARANTINED).count():
        yield Need("quarantine", count)
    if not asker.member.has(Role.MARKETING_MANAGER, Role.ADMINISTRATOR):
        return
    if count := UtmName.objects.filter(state=UtmName.State.UNKNOWN).count():
        yield Need("names", count)


def _engine() -> Iterator[Need]:
    if count := Mail.objects.filter(state=Mail.State.DEAD).count():
        yield Need("mails", count)
    if count := Endpoint.objects.filter(state=Endpoint.State.DISABLED).count():
        yield Need("endpoints", count)


def _meetings(asker: Asker) -> Iterator[Need]:
    soon = asker.today + AHEAD
    mine = ReviewAction.objects.filter(owner=asker.member, state=ReviewAction.State.OPEN, due_on__lte=soon)
    for action in mine.order_by("due_on", "pk")[:NAMED]:
        yield Need("action", name=action.text, id=action.pk, due_at=asker.end_of(action.due_on))
    if not asker.member.has(*HEADS, Role.EXECUTIVE):
        return
    near = Q(state=Review.State.OPEN) | Q(state=Review.State.PLANNED, starts_at__lte=asker.at + AHEAD)
    review = Review.objects.filter(near).order_by("starts_at").first()
    if review is not None:
        kind = "meeting_open" if review.is_open else "meeting"
        yield Need(kind, id=review.pk, due_at=review.starts_at)
