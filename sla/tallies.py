"""How the promises due in a month were kept, by side and owner: told by the app that has added them up."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from uuid import UUID

# Whose promises: a side, and the membership that owes them or None.
Whose = tuple[str, UUID | None]
# How many are met, breached, running, excused and cancelled; what is open past its deadline is breached.
Tally = tuple[int, int, int, int, int]
Teller = Callable[[date, datetime, str], Mapping[Whose, Tally] | None]

_tellers: list[Teller] = []


def register_tallies(teller: Teller) -> None:
    """Let ``teller`` say how a month (its first day, now, its zone) was kept; it returns None where it cannot."""
    _tellers[:] = [teller]


def tallies_of(month: date, *, at: datetime, zone: str) -> Mapping[Whose, Tally] | None:
    """Return what was due in a month, its first day given; None where it has not been added up."""
    (teller,) = _tellers
    return teller(month, at, zone)
