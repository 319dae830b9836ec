"""Regular work per organisation: which rounds there are; filled by smarketing.wiring at start."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Round:
    """One kind of regular work.

    ``run`` is called with the moment, inside the organisation's scope and one transaction, once per ``every``.
    It must be idempotent and short (under 30 s); after an outage it runs once, not once per round missed.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], object]


_rounds: dict[str, Round] = {}


def register_round(entry: Round) -> None:
    """Make this round for every organisation. A name is registered once."""
    _rounds[entry.name] = entry


def round_by_name(name: str) -> Round | None:
    """Return one round, or None when no code knows it any more."""
    return _rounds.get(name)


def round_names() -> list[str]:
    """Return the names of all rounds."""
    return list(_rounds)
