"""What campaigns brought over their whole life: told by the app that adds figures up, since leads knows no figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class Brought:
    """What came of the handovers of a campaign, whenever it came."""

    handovers: int = 0
    qualified: int = 0
    pipeline: Decimal = Decimal(0)
    won: Decimal = Decimal(0)
    # The month in which the first of them was sent.
    since: date | None = None


# Tells of one campaign, or of all (None); None where it cannot tell just now and the rows have to be read.
Teller = Callable[[UUID | None, datetime], Mapping[UUID, Brought] | None]

_tellers: list[Teller] = []


def register_brought(teller: Teller) -> None:
    """Let ``teller`` say what campaigns brought."""
    _tellers[:] = [teller]


def brought_by(campaign_id: UUID | None, *, at: datetime) -> Mapping[UUID, Brought] | None:
    """Return what a campaign, or each, brought; None where nobody can tell without reading the handovers."""
    (teller,) = _tellers
    return teller(campaign_id, at)
