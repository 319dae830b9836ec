"""Next steps: somebody's own and their team's by time, those of one lead, and moments that people usually choose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from leads.access import SEE_ALL, visible_leads
from leads.models import FollowUp, Handover, Lead
from leads.normal import phone_text
from sla.queries import calendar_in_force
from sla.queries.calendars import hours_for
from tenants.models import Membership
from tenants.queries import active_members, covered_by
from tenants.roles import HEADS, SIDES, Role

# As many as one page shows; who has more has another problem.
MOST_SHOWN = 200
CLOSED_SHOWN = 5
GROUPS = ("overdue", "today", "tomorrow", "later")
USUAL_TIME = time(10)


@dataclass(frozen=True)
class StepRow:
    """One next step as a page prints it."""

    id: UUID
    lead_id: UUID
    lead_name: str
    number: str
    company: str
    phone: str
    what: str
    due_on: date
    due_at: datetime
    has_time: bool
    is_overdue: bool
    is_open: bool
    is_done: bool
    who: str
    initials: str
    is_mine: bool
    closed_at: datetime | None
    may_change: bool
    # A deputy may have to do what belongs to a lead that they cannot open.
    sees_lead: bool = True


@dataclass(frozen=True)
class StepGroup:
    """Next steps under one heading."""

    key: str
    label: str
    rows: list[StepRow] = field(default_factory=list)


@dataclass(frozen=True)
class StepList:
    """Next steps by time; ``goes_on`` when there are more than are shown."""

    groups: list[StepGroup]
    total: int
    overdue: int
    goes_on: bool = False


@dataclass(frozen=True)
class Suggestion:
    """A moment that people usually choose."""

    at: datetime
    label: str


def people_behind(membership: Membership, whose: str, *, today: date) -> set[UUID]:
    """Return whose next steps a list shows: one's own with those one stands in for, or the team's."""
    if whose != "team":
        return {membership.pk, *covered_by(membership, today)}
    return set(team_of(membership).values_list("pk", flat=True))


def team_of(membership: Membership) -> "QuerySet[Membership]":
    """Return whose manager somebody is, and everybody of their side for its head."""
    people = Q(manager=membership)
    if membership.has(Role.SALES_MANAGER):
        people |= Q(roles__overlap=["sales_rep", "sales_manager"])
    if membership.has(Role.MARKETING_MANAGER):
        people |= Q(roles__overlap=["marketer", "marketing_manager"])
    return Membership.objects.filter(people, is_active=True)


def may_see_team(membership: Membership) -> bool:
    """Tell whether there are people whose next steps somebody answers for."""
    return membership.has(*HEADS) or Membership.objects.filter(manager=membership, is_active=True).exists()


def steps_for(membership: Membership, whose: str, *, at: datetime, zone: str) -> StepList:
    """Return the open next steps by time."""
    today = at.astimezone(ZoneInfo(zone)).date()
    people = people_behind(membership, whose, today=today)
    found = _told(FollowUp.objects.filter(assigned_to__in=people, state=FollowUp.State.OPEN))
    steps = list(found.order_by("due_at", "pk")[: MOST_SHOWN + 1])
    rows = _rows(steps[:MOST_SHOWN], membership, at=at, today=today)
    groups = _grouped(rows, today=today, zone=zone)
    overdue = sum(row.is_overdue for row in rows)
    return StepList(groups, len(rows), overdue, goes_on=len(steps) > MOST_SHOWN)


def steps_of(lead_id: UUID, membership: Membership, *, at: datetime, zone: str) -> list[StepRow]:
    """Return what is planned on a lead, what is due first at the head, then the last that were done or cancelled."""
    today = at.astimezone(ZoneInfo(zone)).date()
    mine = FollowUp.objects.filter(lead=lead_id)
    closed = mine.exclude(state=FollowUp.State.OPEN).order_by("-pk")[:CLOSED_SHOWN]
    shown = mine.filter(Q(state=FollowUp.State.OPEN) | Q(pk__in=closed.values("pk")))
    steps = list(_told(shown).order_by("closed_at", "due_at", "pk")[:MOST_SHOWN])
    still_open = [step for step in steps if step.state == FollowUp.State.OPEN]
    newest = sorted((step for step in steps if step not in still_open), key=lambda step: step.pk, reverse=True)
    return _rows([*still_open, *newest], membership, at=at, today=today)


def _told(rows: "QuerySet[FollowUp]") -> "QuerySet[FollowUp]":
    return rows.select_related("lead__company", "assigned_to").defer("lead__score_reasons")


def _rows(steps: Sequence[FollowUp], membership: Membership, *, at: datetime, today: date) -> list[StepRow]:
    if not steps:
        return []
    covered = covered_by(membership, today)
    seen = None
    if not membership.has(*SEE_ALL):
        leads = {step.lead_id for step in steps}
        seen = set(visible_leads(membership).filter(pk__in=leads).values_list("pk", flat=True))
    return [_row(step, membership, covered, seen, at=at) for step in steps]


def _row(
    step: FollowUp, membership: Membership, covered: set[UUID], seen: set[UUID] | None, *, at: datetime
) -> StepRow:
    lead, is_open = step.lead, step.state == FollowUp.State.OPEN
    return StepRow(
        id=step.pk,
        lead_id=lead.pk,
        lead_name=lead.name,
        number=str(lead),
        company=lead.company_name or (lead.company.name if lead.company else ""),
        phone=phone_text(lead.phone_e164) or lead.phone,
        what=step.what,
        due_on=step.due_on,
        due_at=step.due_at,
        has_time=step.has_time,
        is_overdue=is_open and step.due_at <= at,
        is_open=is_open,
        is_done=step.state == FollowUp.State.DONE,
        who=step.assigned_to.name,
        initials=step.assigned_to.initials,
        is_mine=step.assigned_to_id == membership.pk,
        closed_at=step.closed_at,
        may_change=is_open and may_change(step, membership, covered),
        sees_lead=seen is None or lead.pk in seen,
    )


def may_change(step: FollowUp, membership: Membership, covered: Iterable[UUID]) -> bool:
    """Tell who does, puts off or cancels a next step: who has or made it, their deputy, manager and head of side."""
    owner = step.assigned_to
    if membership.pk in (owner.pk, step.made_by_id, owner.manager_id) or owner.pk in covered:
        return membership.has(*SIDES) or membership.pk == owner.manager_id
    return membership.has(*HEADS) and membership.side != "" and membership.side == owner.side


def _grouped(rows: Iterable[StepRow], *, today: date, zone: str) -> list[StepGroup]:
    labels = {"overdue": _("Overdue"), "today": _("Today"), "tomorrow": _("Tomorrow"), "later": _("Later")}
    found: dict[str, list[StepRow]] = {key: [] for key in GROUPS}
    for row in rows:
        found[_group(row, today=today, zone=zone)].append(row)
    return [StepGroup(key, labels[key], found[key]) for key in GROUPS if found[key]]


def _group(row: StepRow, *, today: date, zone: str) -> str:
    if row.is_overdue:
        return "overdue"
    day = row.due_at.astimezone(ZoneInfo(zone)).date() if row.has_time else row.due_on
    return {0: "today", 1: "tomorrow"}.get((day - today).days, "later")


def colleagues_for(lead: Lead, *, also: Membership | None = None) -> list[Membership]:
    """Return who can be given a next step of a lead: active members of both sides who see it, by name."""
    people = active_members(roles=[str(role) for role in SIDES])
    owners = set(Handover.objects.filter(lead=lead, merged_into=None).values_list("assigned_to", flat=True))
    # A rep sees what is theirs, and what nobody has yet.
    found = [person for person in people if person.has(*SEE_ALL) or person.pk in owners or None in owners]
    return [*found, also] if also is not None and also not in found else found


def suggested_moments(*, at: datetime, zone: str) -> list[Suggestion]:
    """Return when people usually go on: in three hours, on the next two working days, in a week.

    Working days are those of the calendar of sales; later today only while it is still open then.
    """
    here, hours = ZoneInfo(zone), hours_for(calendar_in_force("sales"))
    local = at.astimezone(here)
    later = (local + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    moments = [later] if later.date() == local.date() and hours.is_open(later) else []
    days = [hours.working_day_after(local.date(), 1), hours.working_day_after(local.date(), 2)]
    days.append(hours.working_day_after(local.date() + timedelta(days=6), 1))
    moments += [datetime.combine(day, USUAL_TIME, here) for day in dict.fromkeys(days)]
    return [Suggestion(moment, _moment(moment, local.date())) for moment in moments]


def _moment(moment: datetime, today: date) -> str:
    names = {0: _("Today"), 1: _("Tomorrow")}
    day = names.get((moment.date() - today).days) or format_date(moment, "D j M")
    return f"{day}, {moment:%H:%M}"
