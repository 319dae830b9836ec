"""Whether the database's clock can be believed: it is compared with the time since the machine was started.

Pure: no Django, no settings, no wall clock.

# Note [Two clocks]
Nothing that the sweep writes can be taken back, so it must not trust a clock that has jumped. The
time since the start of a machine counts its sleep too, cannot be set, and knows nothing of dates.
The database's time less the time since the start is therefore always the same moment, the start
itself; when it comes out more than a minute later than before, the database's clock was put
forward. Machines are compared with themselves only, and a start makes a new machine.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

FORWARDS_AT_MOST = timedelta(minutes=1)

BACKWARDS = "backwards"
FORWARDS = "forwards"


@dataclass(frozen=True)
class Reading:
    """Both clocks, read together."""

    at: datetime
    machine: str
    since_boot: timedelta

    @property
    def booted_at(self) -> datetime:
        """When the machine was started, as the database's clock has it."""
        return self.at - self.since_boot


@dataclass(frozen=True)
class Hold:
    """Why nothing may be swept, and by how much the clock is off."""

    reason: str
    by: timedelta


def contradiction(reading: Reading, *, last_at: datetime | None, booted_at: datetime | None) -> Hold | None:
    """Return what speaks against a reading: the newest believed one, or this machine's start as known so far."""
    if last_at is not None and reading.at < last_at:
        return Hold(BACKWARDS, last_at - reading.at)
    if booted_at is not None and reading.booted_at - booted_at > FORWARDS_AT_MOST:
        return Hold(FORWARDS, reading.booted_at - booted_at)
    return None
