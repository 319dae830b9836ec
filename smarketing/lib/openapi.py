"""What an operation looks like in the served OpenAPI document, from the struct that reads its body."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

F = TypeVar("F", bound=Callable[..., Any])

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
            },
        },
    },
}

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key and body get the same answer for 48 h."
)


def operation(
    summary: str,
    *,
    body: type[msgspec.Struct] | None = None,
    forms: Mapping[str, Any] | None = None,
    answers: Mapping[int, str],
    problems: tuple[int, ...] = (),
    posts: bool = False,
) -> Callable[[F], F]:
    """Describe a handler: its body's struct, its answers in words, and the problems it may answer with.

    ``forms`` is the schema of the same body as a form with files.
    """
    responses: dict[Any, Any] = {
        status: OpenApiResponse({"type": "object"} if status != 204 else None, description=text)
        for status, text in answers.items()
    }
    for status in (*problems, 429):
        responses[(status, "application/problem+json")] = OpenApiResponse(PROBLEM)
    request: dict[str, Any] | None = {"application/json": schema_of(body)} if body else None
    if request is not None and forms is not None:
        request["multipart/form-data"] = forms
    return extend_schema(
        summary=summary, request=request, responses=responses, parameters=[IDEMPOTENCY_KEY] if posts else []
    )


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON schema of a struct with every reference put in its place."""
    schema = msgspec.json.schema(kind)
    parts = schema.pop("$defs", {})
    found: dict[str, Any] = _inlined(schema, parts)
    return found


def _inlined(value: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            return _inlined(parts[value["$ref"].rpartition("/")[2]], parts)
        return {name: _inlined(part, parts) for name, part in value.items()}
    return [_inlined(part, parts) for part in value] if isinstance(value, list) else value
