"""Shapes that answers of every app share, and how a list is written."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypedDict, TypeVar

from msgspec import Meta

T = TypeVar("T")

Moment = Annotated[datetime, Meta(tz=True)]
# Points and money: a number with its places, as text, so that no client rounds it.
Amount = Annotated[str, Meta(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
MonthText = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}$")]
# What depends on the organisation's own words (its attributes, its agreement) or on the kind of an event.
FREE_FORM = "Names that the organisation chooses, or that depend on the kind."
FreeForm = Annotated[dict[str, Any], Meta(description=FREE_FORM)]
AnyValue = Annotated[Any, Meta(description="What suits the field: text, number, yes or no, or a list of them.")]


class Page(TypedDict, Generic[T]):
    """One page of a list, newest first."""

    results: list[T]
    # The address of the next page, null on the last.
    next: str | None


class Fault(TypedDict):
    """One wrong field of a body or query."""

    pointer: str
    code: str
    detail: str


class Problem(TypedDict):
    """Why a call was refused (RFC 9457). ``code`` is stable; ``errors`` names every wrong field."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    request_id: str


class WrongFields(Problem, total=False):
    """A problem that may name fields."""

    errors: list[Fault]
