"""A member's home for REST clients."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dashboards.cards import Kpi
from dashboards.home_page import Todo
from dashboards.queries.needs import Need
from dashboards.serializers.figures import money

# Makes a whole address of a path.
Whole = Callable[[str], str]


def need(found: Need, told: Todo, *, at: datetime, whole: Whole) -> dict[str, Any]:
    """Return one thing to do with its words and its page."""
    return {
        "kind": found.kind,
        "title": told.title,
        "detail": told.sub,
        "act": told.act,
        "count": found.count,
        "id": found.id,
        "clock": found.clock.id if found.clock else None,
        "due_at": found.due_at,
        "is_late": found.due_at is not None and found.due_at <= at,
        "url": whole(told.url),
    }


def card(found: Kpi, *, whole: Whole) -> dict[str, Any]:
    """Return one figure, exact to two places."""
    change = {"text": found.delta_text, "tone": found.tone, "direction": found.direction, "basis": found.basis}
    return {
        "key": found.key,
        "name": found.name,
        "owner": found.owner,
        "unit": found.kind,
        "value": None if found.value is None else money(found.value),
        "target": None if found.of is None else money(found.of),
        "pending": found.pending,
        "note": found.note,
        "change": change if found.delta_text else None,
        "url": whole(found.url),
    }
