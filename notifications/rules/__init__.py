"""Who is told what about an event (pure): people by id, by role, and in which words.

One module per subject, each with its own ``RULES``; a new kind of event is one line there.
"""

from collections.abc import Mapping
from typing import Any

from notifications.rules import (
    absences,
    agreements,
    calendars,
    cases,
    clocks,
    endpoints,
    handovers,
    keys,
    leads,
    reviews,
    targets,
)
from notifications.rules.telling import Rule, Told

__all__ = [
    "RULES",
    "Rule",
    "Told",
    "told_about",
]

RULES: Mapping[str, Rule] = {
    **absences.RULES,
    **agreements.RULES,
    **calendars.RULES,
    **cases.RULES,
    **clocks.RULES,
    **endpoints.RULES,
    **handovers.RULES,
    **keys.RULES,
    **leads.RULES,
    **reviews.RULES,
    **targets.RULES,
}


def told_about(kind: str, data: Mapping[str, Any]) -> list[Told]:
    """Return who is to be told what about an event of this kind; empty when nobody."""
    tell = RULES.get(kind)
    return tell(data) if tell else []
