"""Reading the board's settings page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from arbitration.models import Case
from arbitration.queries.board import cases_nobody_rules, present_seats
from arbitration.words import seat_word
from tenants.queries import absent_on


@dataclass(frozen=True)
class SeatRow:
    """One seat on the settings page."""

    id: UUID
    name: str
    initials: str
    side: str
    role: str
    kind: str
    kind_label: str
    since: datetime
    absent: bool
    may_end: bool


@dataclass(frozen=True)
class Waiting:
    """An open case on which nobody may rule."""

    case_id: UUID
    number: str
    filed_at: datetime
    url: str = ""


def seat_rows(*, at: datetime) -> list[SeatRow]:
    """Return the board: chair, deputies, members."""
    away = absent_on(at.date())
    return [
        SeatRow(
            id=seat.pk,
            name=seat.member.name,
            initials=seat.member.initials,
            side=seat.member.side,
            role=seat.member.title or seat.member.role_label,
            kind=seat.kind,
            kind_label=seat_word(seat.kind),
            since=seat.since,
            absent=seat.member_id in away,
            may_end=seat.kind != "chair",
        )
        for seat in present_seats()
    ]


def cases_without_a_chair() -> list[Waiting]:
    """Return the open cases on which nobody of the board may rule."""
    return [_waiting(case) for case in cases_nobody_rules()]


def _waiting(case: Case) -> Waiting:
    return Waiting(case.pk, case.number, case.filed_at)
