"""Meetings of the board: planned with a docket of open cases, held, put into minutes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from arbitration.models import Case, Sitting, SittingCase
from arbitration.queries.board import present_seats
from arbitration.queries.sittings import MOST_CASES, cases_in_order
from arbitration.rules import OPEN_STAGES
from events.actions import record
from smarketing.lib.errors import DomainError, FieldError, Forbidden, InvalidInput
from tenants.models import Membership
from tenants.roles import Role

State = Sitting.State


class NotYourSitting(Forbidden):
    """The executives call the board together."""

    code = "not_your_sitting"


class SittingOver(DomainError):
    """A sitting that was held or cancelled stays as it was."""

    code = "sitting_over"


class SittingChanged(DomainError):
    """Somebody else wrote the minutes meanwhile."""

    code = "sitting_changed"


class DocketFull(DomainError):
    """A sitting has at most so many cases."""

    code = "docket_full"


class NotOnDocket(DomainError):
    """The case is not on this docket, or not open."""

    code = "not_on_docket"


@transaction.atomic
def plan_sitting(
    *, starts_at: datetime, minutes_for: int = 60, place: str = "", order: str = "oldest", by: Membership, at: datetime
) -> Sitting:
    """Call a sitting with up to 20 open cases in an order. Raises NotYourSitting, InvalidInput."""
    _require_executive(by)
    if starts_at <= at:
        raise InvalidInput([FieldError("/starts_at", "in_the_past", _("Give a time in the future."))])
    sitting = Sitting.objects.create(
        starts_at=starts_at,
        minutes_for=minutes_for,
        place=place.strip(),
        order=Sitting.Order(order),
        planned_by=by,
        created_at=at,
        updated_at=at,
    )
    cases = cases_in_order(order, at=at)[:MOST_CASES]
    SittingCase.objects.bulk_create(
        SittingCase(sitting=sitting, case=case, position=position) for position, case in enumerate(cases, 1)
    )
    data = {"starts_at": starts_at.isoformat(), "cases": [case.number for case in cases], "members": _bench()}
    record("sitting.planned", sitting, by=by, at=at, data=data)
    return sitting


@transaction.atomic
def put_on_docket(sitting: Sitting, case: Case, *, by: Membership, at: datetime) -> None:
    """Add an open case at the end. Raises NotYourSitting, SittingOver, DocketFull, NotOnDocket."""
    held = _planned(sitting, by)
    rows = SittingCase.objects.filter(sitting=held)
    if case.stage not in OPEN_STAGES or rows.filter(case=case).exists():
        raise NotOnDocket(_("Only an open case that is not on the docket yet can be added."))
    if rows.count() >= MOST_CASES:
        raise DocketFull(_("A sitting has at most %(n)d cases.") % {"n": MOST_CASES})
    last = rows.aggregate(last=Max("position"))["last"] or 0
    SittingCase.objects.create(sitting=held, case=case, position=last + 1)
    _changed(held, by=by, at=at)


@transaction.atomic
def take_off_docket(sitting: Sitting, case: Case, *, by: Membership, at: datetime) -> None:
    """Remove a case. Raises NotYourSitting, SittingOver, NotOnDocket."""
    held = _planned(sitting, by)
    removed, _kinds = SittingCase.objects.filter(sitting=held, case=case).delete()
    if not removed:
        raise NotOnDocket(_("This case is not on the docket."))
    _changed(held, by=by, at=at)


@transaction.atomic
def move_on_docket(sitting: Sitting, case: Case, *, step: int, by: Membership, at: datetime) -> None:
    """Move a case one place up (-1) or down (+1). Raises NotYourSitting, SittingOver, NotOnDocket."""
    held = _planned(sitting, by)
    ids = list(SittingCase.objects.filter(sitting=held).order_by("position", "pk").values_list("case", flat=True))
    if case.pk not in ids:
        raise NotOnDocket(_("This case is not on the docket."))
    here = ids.index(case.pk)
    there = max(0, min(len(ids) - 1, here + step))
    ids.insert(there, ids.pop(here))
    _number(held, ids)
    _changed(held, by=by, at=at)


def _number(sitting: Sitting, ids: list[UUID]) -> None:
    rows = {row.case_id: row for row in SittingCase.objects.filter(sitting=sitting)}
    for place, case_id in enumerate(ids):
        rows[case_id].position = place + 1
    SittingCase.objects.bulk_update(rows.values(), ["position"])


@transaction.atomic
def write_minutes(sitting: Sitting, *, minutes: str, revision: int, by: Membership, at: datetime) -> Sitting:
    """Write down what was discussed; ``revision`` is what was read.

    Raises NotYourSitting, SittingOver, SittingChanged.
    """
    _require_executive(by)
    held = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if held.state == State.CANCELLED:
        raise SittingOver(_("This sitting was cancelled."))
    if held.revision != revision:
        raise SittingChanged(_("Somebody else has just changed this. Read it again, then write."))
    Sitting.objects.filter(pk=held.pk).update(minutes=minutes.strip())
    _changed(held, by=by, at=at, kind="sitting.minuted")
    return Sitting.objects.get(pk=held.pk)


@transaction.atomic
def end_sitting(sitting: Sitting, *, state: str, by: Membership, at: datetime) -> None:
    """Note that it was held, or cancel it. Raises NotYourSitting, SittingOver."""
    held = _planned(sitting, by)
    Sitting.objects.filter(pk=held.pk).update(state=State(state))
    told = {"starts_at": held.starts_at.isoformat(), "members": _bench()}
    _changed(held, by=by, at=at, kind=f"sitting.{State(state)}", data=told)


def _bench() -> list[str]:
    """Return who sits on the board now."""
    return [str(seat.member_id) for seat in present_seats()]


def _planned(sitting: Sitting, by: Membership) -> Sitting:
    _require_executive(by)
    held = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if held.state != State.PLANNED:
        raise SittingOver(_("This sitting is over."))
    return held


def _require_executive(by: Membership) -> None:
    if not by.has(Role.EXECUTIVE):
        raise NotYourSitting(_("The executives call the board together."))


def _changed(
    sitting: Sitting,
    *,
    by: Membership,
    at: datetime,
    kind: str = "sitting.changed",
    data: Mapping[str, Any] | None = None,
) -> None:
    Sitting.objects.filter(pk=sitting.pk).update(updated_at=at, revision=F("revision") + 1)
    record(kind, sitting, by=by, at=at, data=data or {})
