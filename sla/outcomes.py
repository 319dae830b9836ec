"""How a month's handovers were decided: told by the app that knows them, since sla knows nothing of leads."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True)
class Outcomes:
    """The handovers sent in a month by decision; overturned ones were rejected first."""

    accepted: int = 0
    deemed: int = 0
    overturned: int = 0
    rejected: int = 0
    pending: int = 0

    @property
    def taken(self) -> int:
        """What was right to hand over, rulings included."""
        return self.accepted + self.deemed + self.overturned

    @property
    def decided(self) -> int:
        """All but the pending ones."""
        return self.taken + self.rejected

    def as_data(self) -> dict[str, int]:
        """Return the counts as plain data."""
        return asdict(self)


Teller = Callable[[date], Outcomes]

_tellers: list[Teller] = []


def register_outcomes(teller: Teller) -> None:
    """Let ``teller`` say how the handovers of a month were decided."""
    _tellers[:] = [teller]


def outcomes_of(month: date) -> Outcomes:
    """Return how the handovers of a month, its first day given, were decided so far."""
    (teller,) = _tellers
    return teller(month)
