"""The problems that operations answer with: each status once, named, with an example."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import getdoc
from typing import Any

from smarketing.lib.errors import DomainError
from smarketing.lib.openapi.components import shape_of
from smarketing.lib.openapi.shapes import WrongFields
from smarketing.lib.problem import TITLES, TITLES_OF_CODES

RESPONSES = "#/components/responses/"

# Status → its name in the document, an example's code, when it comes.
REFUSALS: Mapping[int, tuple[str, str, str]] = {
    400: ("Unreadable", "unparsable", "The body is not JSON, or a header cannot be read."),
    401: ("Unauthenticated", "unauthenticated", "No key, or one that is unknown, revoked or expired."),
    403: ("Forbidden", "role_missing", "The key lacks the scope, or its member the role."),
    404: ("NotFound", "not_found", "Unknown, or another organisation's: both answer the same."),
    406: ("NotAcceptable", "not_acceptable", "Accept names no type that is served here."),
    409: ("Refused", "handover_already_decided", "A rule of the product refuses; the code says which, the detail why."),
    410: ("Gone", "form_retired", "The form was taken down."),
    412: ("Changed", "changed", "Somebody changed it since it was read: read it again, then decide."),
    413: ("TooLarge", "too_large", "The body is larger than this operation reads."),
    415: ("WrongType", "unsupported_media_type", "The Content-Type is not one that this operation reads."),
    422: ("Invalid", "invalid", "Some fields are wrong, each named; or an Idempotency-Key came with another body."),
    428: ("IfMatchMissing", "if_match_missing", "A change needs If-Match with the ETag that was read."),
    429: ("TooMany", "throttled", "Too many calls of this key or address; Retry-After says how many seconds to wait."),
    503: (
        "Unavailable",
        "unavailable",
        "The database is away, nothing was changed; Retry-After says when to return.",
    ),
}

_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}


def reference(status: int) -> dict[str, str]:
    """Return where a problem of this status is described."""
    return {"$ref": RESPONSES + REFUSALS[status][0]}


def responses() -> dict[str, Any]:
    """Return the description of every problem, by its name."""
    return {name: _response(status, code, text) for status, (name, code, text) in REFUSALS.items()}


def _response(status: int, code: str, text: str) -> dict[str, Any]:
    content = {"schema": shape_of(WrongFields), "example": _example(status, code, text)}
    described: dict[str, Any] = {"description": text, "content": {"application/problem+json": content}}
    if status in _HEADERS:
        described["headers"] = _HEADERS[status]
    return described


def _example(status: int, code: str, text: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": f"/api/v1/problems/{code}",
        "title": TITLES_OF_CODES.get(code, TITLES[status]),
        "status": status,
        "code": code,
        "detail": text,
        "instance": "/api/v1/leads",
        "request_id": "5f2b8c1d9e7a4630",
    }
    if status == 422:
        told["errors"] = [{"pointer": "/person/email", "code": "missing", "detail": "This field is required."}]
    return told


@dataclass(frozen=True)
class Problem:
    """A stable code that a refusal carries, its status, and why it is refused."""

    code: str
    status: int
    text: str


def problems() -> list[Problem]:
    """Return every code that a refusal can carry, by its name; a rule explains itself where it stands."""
    found = {code: Problem(code, status, text) for status, (_name, code, text) in REFUSALS.items()}
    for refusal in _rules(DomainError):
        found[refusal.code] = Problem(refusal.code, refusal.status, _first_paragraph(refusal))
    return [found[code] for code in sorted(found)]


def _rules(above: type[DomainError]) -> Iterator[type[DomainError]]:
    for refusal in above.__subclasses__():
        # Tests have refusals of their own, which nobody is answered with.
        if not refusal.__module__.startswith("tests."):
            yield refusal
        yield from _rules(refusal)


def _first_paragraph(refusal: type[DomainError]) -> str:
    told = (getdoc(refusal) or "").partition("\n\n")[0]
    return told.replace("\n", " ").replace("`", "")
