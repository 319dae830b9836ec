"""From when on somebody may be disturbed: asked of whoever keeps working hours; filled by smarketing.wiring."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenants.models import Membership

Opening = Callable[["Membership", datetime], datetime]

_openings: list[Opening] = []


def register_opening(opening: Opening) -> None:
    """Ask this for a member's next working hours."""
    _openings[:] = [opening]


def opening_of(member: "Membership", at: datetime) -> datetime:
    """Return ``at`` within the member's working hours, else when they next begin."""
    return _openings[0](member, at) if _openings else at
