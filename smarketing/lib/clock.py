"""The wall clock, read once at each edge (view, task, command) and passed in from there."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


_MOMENT = re.compile(r"\A(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\+00:00\Z")


def spelled(value: Any) -> Any:
    """Return kept facts as clients read them: moments in UTC, which are kept with ``+00:00``, end in ``Z``."""
    if isinstance(value, str):
        return _MOMENT.sub(r"\1Z", value)
    if isinstance(value, Mapping):
        return {name: spelled(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [spelled(part) for part in value]
    return value
