"""Describing an operation beside its handler: what it reads, what it answers, how it refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from smarketing.lib.openapi.shapes import Fault, WrongFields

F = TypeVar("F", bound=Callable[..., Any])

# Every type that an operation reads or answers with, so that all of them are named together and no name is used twice.
_SPOKEN: dict[Any, None] = {WrongFields: None, Fault: None}


@dataclass(frozen=True)
class Told:
    """What is said of one handler."""

    summary: str
    body: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    gives: Any
    answers: Mapping[int, str]
    problems: frozenset[int]
    posts: bool
    tagged: bool
    # Other content types of the same body: {media type: JSON schema}.
    forms: Mapping[str, Any] = field(default_factory=dict)
    # The media type of an answer that is a file.
    file: str = ""


def operation(
    summary: str,
    *,
    body: type[msgspec.Struct] | None = None,
    forms: Mapping[str, Any] | None = None,
    query: type[msgspec.Struct] | None = None,
    gives: Any = None,
    answers: Mapping[int, str],
    problems: tuple[int, ...] = (),
    posts: bool = False,
    tagged: bool = False,
    file: str = "",
) -> Callable[[F], F]:
    """Describe a handler; what follows from its address and method (401, 404 of an id, 413 …) is added by itself.

    ``body`` and ``query`` are the structs that read them, ``gives`` the type of the answer (``Page[Row]`` for a list,
    {status: type} or several types where they differ), ``problems`` its other refusals, ``posts`` that it honours
    Idempotency-Key,
    ``tagged`` that answers carry an ETag, ``forms`` schemas of the same body in other types, ``file`` the type of
    an answer that is no JSON.
    """
    told = Told(summary, body, query, gives, answers, frozenset(problems), posts, tagged, forms or {}, file)
    for kind in (body, query, *_kinds_in(gives)):
        if kind is not None:
            _SPOKEN[kind] = None

    def decorate(handler: F) -> F:
        handler.told = told  # type: ignore[attr-defined]  # read by smarketing.lib.openapi.document
        return handler

    return decorate


def _kinds_in(gives: Any) -> tuple[Any, ...]:
    if isinstance(gives, Mapping):
        return tuple(gives.values())
    return gives if isinstance(gives, tuple) else (gives,)


def spoken_types() -> list[Any]:
    """Return every type that an operation names."""
    return list(_SPOKEN)
