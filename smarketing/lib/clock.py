"""The wall clock, read once at each edge (view, task, command) and passed in from there."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
