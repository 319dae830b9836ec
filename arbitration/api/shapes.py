"""Shapes that several operations of the board share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

READ = (401, 403, 404)
WRITE = (400, 401, 403, 404, 409, 422)

Text = Annotated[str, Meta(min_length=1, max_length=10_000)]
Moment = Annotated[datetime, Meta(tz=True)]


class FactBody(Struct, forbid_unknown_fields=True):
    """One field of the lead, compared as in the agreement's criteria."""

    field: Annotated[str, Meta(max_length=60)]
    operator: Annotated[str, Meta(max_length=40)]
    value: str | int | bool | list[str | int] | None = None


def conditions_of(given: Sequence[FactBody]) -> list[dict[str, Any]]:
    """Return the conditions as they are stored."""
    return [structs.asdict(condition) for condition in given]
