"""Absences: what is owed moves to the deputy, and what is still open comes back.

# Note [What moves]
Only what is owed moves: of sales, handovers with an open clock; of marketing, the answers to returned leads. Who
talks to a person already, with nothing left to promise, keeps the conversation. A deputy who has said that a lead is
not theirs does not get it. No deadline moves: see sla.actions.cover_clocks.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from events.actions import record
from leads import reasons
from leads.actions.changing import change_handover, change_lead, locked_handover, locked_lead
from leads.actions.following_up import pass_on_steps
from leads.models import Cover, Handover, Rejection
from sla import actions as sla
from sla.models import Clock
from tenants.models import Absence, Membership
from tenants.queries import absences_between, deputies_on, present_deputy, today_in
from tenants.roles import SALES

OPEN_STATES = (Clock.State.RUNNING, Clock.State.PAUSED, Clock.State.BREACHED)
# One round does so many; the next goes on with the rest.
AT_ONCE = 200


@transaction.atomic
def cover_absences(at: datetime) -> int:
    """Give back what deputies hold of those who are here again, then cover who is away; return how many moved.

    Run often: what moved does not move twice.
    """
    today = today_in(at=at)
    moved = _give_back(today=today, at=at)
    deputies = deputies_on(today)
    for absence in absences_between(today, today):
        deputy_id = present_deputy(absence.member_id, deputies)
        deputy = Membership.objects.filter(pk=deputy_id, is_active=True).first() if deputy_id else None
        if deputy is not None and (count := _cover(absence, deputy, at=at, room=AT_ONCE - moved)):
            moved += count
            data = {"deputy": str(deputy.pk), "absent": str(absence.member_id), "count": count}
            until = absence.last_day.isoformat()
            record("absence.covered", absence, by=None, at=at, data={**data, "until": until})
    return moved


def _cover(absence: Absence, deputy: Membership, *, at: datetime, room: int) -> int:
    moved = 0
    if deputy.has(*SALES):
        for handover in _owed_by_sales(absence.member_id, deputy)[: max(room, 0)]:
            moved += _move_sales(handover, absence, deputy, at=at)
    for handover in _owed_by_marketing(absence.member_id)[: max(room - moved, 0)]:
        moved += _move_marketing(handover, absence, deputy, at=at)
    return moved


def _owed_by_sales(member_id: UUID, deputy: Membership) -> "QuerySet[Handover]":
    owed = Clock.objects.filter(subject=OuterRef("subject"), side="sales", state__in=OPEN_STATES)
    owed = owed.filter(stopped_at=None, closed_at=None)
    refused = Rejection.objects.filter(handover=OuterRef("pk"), reason_class=reasons.PROCEDURAL, by=deputy)
    rows = Handover.objects.filter(Exists(owed), ~Exists(refused), assigned_to=member_id)
    return rows.exclude(progress=Handover.Progress.CLOSED).order_by("pk")


def _owed_by_marketing(member_id: UUID) -> "QuerySet[Handover]":
    states = (Clock.State.RUNNING, Clock.State.PAUSED)
    owed = Clock.objects.filter(owner=member_id, side="marketing", state__in=states)
    owed = owed.filter(stopped_at=None, closed_at=None)
    return Handover.objects.filter(subject__in=owed.values("subject")).order_by("pk")


def _move_sales(found: Handover, absence: Absence, deputy: Membership, *, at: datetime) -> int:
    handover = locked_handover(found)
    if handover.assigned_to_id != absence.member_id or handover.progress == Handover.Progress.CLOSED:
        return 0
    _hand_sales_to(handover, deputy, at=at)
    return _note(handover, "sales", absence, deputy, at=at)


def _hand_sales_to(handover: Handover, member: Membership, *, at: datetime) -> None:
    came_from = handover.assigned_to_id
    change_handover(handover, at=at, assigned_to=member)
    pass_on_steps(handover.lead_id, came_from=came_from, to=member, at=at)
    change_lead(locked_lead(handover.lead_id), at=at, sales_owner=member)
    sla.cover_clocks(handover.subject, side="sales", owner=member, at=at, by=None)


def _move_marketing(found: Handover, absence: Absence, deputy: Membership, *, at: datetime) -> int:
    handover = locked_handover(found)
    if not sla.cover_clocks(handover.subject, side="marketing", owner=deputy, at=at, by=None):
        return 0
    return _note(handover, "marketing", absence, deputy, at=at)


def _note(handover: Handover, side: str, absence: Absence, deputy: Membership, *, at: datetime) -> int:
    Cover.objects.bulk_create(
        [Cover(handover=handover, absence=absence, side=side, absent_id=absence.member_id, deputy=deputy, at=at)],
        # It came back to the one who is away by hand, and moves again.
        ignore_conflicts=True,
    )
    data = {
        "deputy": str(deputy.pk),
        "absent": str(absence.member_id),
        "side": side,
        "until": absence.last_day.isoformat(),
    }
    record("handover.covered", handover, by=None, at=at, data=data, thread=handover.lead_id)
    return 1


def _give_back(*, today: date, at: datetime) -> int:
    """End every cover whose absence is over; what is still owed goes back to the one who was away."""
    over = Q(absence__last_day__lt=today) | Q(absence__called_off_at__isnull=False)
    covers = Cover.objects.filter(over, ended_at=None).select_related("handover", "absent", "deputy", "absence")
    returned: Counter[Absence] = Counter()
    for cover in covers.order_by("handover_id", "pk")[:AT_ONCE]:
        returned[cover.absence] += _end(cover, at=at)
    for absence, count in returned.items():
        if count:
            data = {"member": str(absence.member_id), "count": count}
            record("absence.uncovered", absence, by=None, at=at, data=data)
    return returned.total()


def _end(cover: Cover, *, at: datetime) -> int:
    handover = locked_handover(cover.handover)
    links = list(Cover.objects.filter(handover=handover, side=cover.side, ended_at=None))
    chain = _chain(cover, links)
    Cover.objects.filter(pk__in=[link.pk for link in chain]).update(ended_at=at)
    holder = chain[-1].deputy_id
    if not cover.absent.is_active or not _still_owed(handover, cover.side, holder):
        return 0
    if cover.side == "sales":
        _hand_sales_to(handover, cover.absent, at=at)
    else:
        sla.cover_clocks(handover.subject, side="marketing", owner=cover.absent, at=at, by=None)
    data = {"to": str(cover.absent_id), "from": str(holder), "side": cover.side}
    record("handover.uncovered", handover, by=None, at=at, data=data, thread=handover.lead_id)
    return 1


def _chain(cover: Cover, links: Iterable[Cover]) -> list[Cover]:
    """Return the cover and those by which its deputy, away meanwhile, has handed on."""
    by_absent: dict[Any, Cover] = {link.absent_id: link for link in links}
    chain = [cover]
    while (following := by_absent.get(chain[-1].deputy_id)) is not None and following not in chain:
        chain.append(following)
    return chain


def _still_owed(handover: Handover, side: str, holder: UUID) -> bool:
    """Tell whether the holder still owes it: what was settled, or given away by hand, stays where it is."""
    if side == "marketing":
        owed = Clock.objects.filter(subject=handover.subject, side=side, owner=holder, stopped_at=None, closed_at=None)
        return owed.filter(state__in=OPEN_STATES).exists()
    if handover.assigned_to_id != holder or handover.progress == Handover.Progress.CLOSED:
        return False
    owed = Clock.objects.filter(subject=handover.subject, side=side, stopped_at=None, closed_at=None)
    return owed.filter(state__in=OPEN_STATES).exists()
