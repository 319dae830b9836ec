"""From a handler's description to its entry in the OpenAPI document."""

import re
from collections.abc import Mapping
from typing import Any, get_origin

from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.openapi import AutoSchema

from smarketing.lib.openapi.components import resolved, shape_of
from smarketing.lib.openapi.examples import example_of
from smarketing.lib.openapi.operations import Told
from smarketing.lib.openapi.refusals import reference
from smarketing.lib.openapi.shapes import Page

JSON = "application/json"
BODY_STATUSES = frozenset({400, 413, 415, 422})

_LISTED: tuple[dict[str, Any], ...] = (
    {
        "name": "limit", "in": "query", "description": "How many rows a page has.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    },
    {
        "name": "cursor", "in": "query", "description": "Where the page begins: what `next` of the page before says.",
        "schema": {"type": "string"},
    },
)  # fmt: skip
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key", "in": "header",
    "description": "The same key and body get the same answer for 48 hours, and the thing is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255}, "example": "order-2026-0017",
}  # fmt: skip
_IF_MATCH = {
    "name": "If-Match", "in": "header", "description": "The ETag that was read: a change in between answers 412.",
    "schema": {"type": "string"}, "example": '"3"',
}  # fmt: skip

_HEADERS: Mapping[str, Mapping[str, Any]] = {
    "ETag": {"description": "The revision; send it as If-Match to change it.", "schema": {"type": "string"}},
    "Location": {"description": "Where what was made can be read.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {"description": "`true`: the first answer again.", "schema": {"type": "string"}},
}


class Described(AutoSchema):
    """Reads what ``operation`` says of a handler; drf-spectacular finds the addresses and their parameters."""

    @property
    def told(self) -> Told:
        """What was said of this handler."""
        told: Told = getattr(self.view, self.method.lower()).told
        return told

    def is_excluded(self) -> bool:
        """Leave out what no client calls: this document itself and its page."""
        return not hasattr(getattr(self.view, self.method.lower()), "told")

    def get_operation_id(self) -> str:
        """Name it by method and route: stable, and unique by construction."""
        return f"{self.method.lower()}_{_route_names()[type(self.view)]}"

    def get_summary(self) -> str:
        """Say what it does."""
        return self.told.summary

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's, which names neither path nor method
        """Say more, and which scope it needs."""
        scope = getattr(self.view, "scopes", {}).get(self.method)
        more = super().get_description()
        return f"{more}\n\nScope: `{scope}`." if scope else more

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Name the key with the scope that it needs, or nothing for what is open."""
        if not super().get_auth():
            return []
        return [{"key": [getattr(self.view, "scopes", {})[self.method]]}]

    def get_override_parameters(self) -> list[Any]:
        """Return nothing: ``_get_parameters`` writes what is not in the path."""
        return []

    def _get_filter_parameters(self) -> list[Any]:
        return []

    def _get_pagination_parameters(self) -> list[Any]:
        return []

    def _get_parameters(self) -> list[dict[str, Any]]:
        told = self.told
        found: list[dict[str, Any]] = super()._get_parameters()
        for parameter in found:
            parameter.setdefault("example", _path_example(parameter))
        if told.query is not None:
            found += _query_parameters(resolved(shape_of(told.query)))
        if self._is_page:
            found += _LISTED
        if told.posts:
            found.append(_IDEMPOTENCY_KEY)
        if 428 in told.problems:
            found.append(_IF_MATCH)
        return found

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        told = self.told
        content: dict[str, Any] = {media: {"schema": form} for media, form in told.forms.items()}
        if told.body is None:
            return {"required": True, "content": content} if content else None
        schema = shape_of(told.body)
        content = {JSON: {"schema": schema, "example": example_of(schema, whole=False)}} | content
        return {"required": bool(resolved(schema).get("required")), "content": content}

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        told = self.told
        good = {str(status): self._good(status, text) for status, text in told.answers.items()}
        return good | {str(status): reference(status) for status in sorted(self._refusals())}

    @property
    def _is_page(self) -> bool:
        return get_origin(self.told.gives) is Page

    def _refusals(self) -> set[int]:
        """Return every status but success: those it names, and those that its address and method bring along."""
        told = self.told
        found = set(told.problems) | {406, 429, 503}
        if getattr(self.view, "scopes", {}):
            found |= {401, 403}
        if "{" in self.path:
            found.add(404)
        if self.method != "GET":
            found |= BODY_STATUSES
        if told.query is not None or self._is_page:
            found.add(422)
        return found

    def _good(self, status: int, text: str) -> dict[str, Any]:
        told = self.told
        described: dict[str, Any] = {"description": text}
        gives = told.gives.get(status) if isinstance(told.gives, Mapping) else told.gives
        if told.file:
            described["content"] = {told.file: {"schema": {"type": "string", "contentMediaType": told.file}}}
        elif gives is not None and status < 300:
            schema = shape_of(gives)
            described["content"] = {JSON: {"schema": schema, "example": example_of(schema)}}
        names = [name for name, is_sent in self._sent(status).items() if is_sent]
        if names:
            described["headers"] = {name: _HEADERS[name] for name in names}
        return described

    def _sent(self, status: int) -> dict[str, bool]:
        return {
            "ETag": self.told.tagged,
            "Location": status in (201, 202, 303),
            "Idempotent-Replayed": self.told.posts and status < 300,
        }


def _query_parameters(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    wanted = schema.get("required", [])
    return [
        {"name": name, "in": "query", "schema": part} | ({"required": True} if name in wanted else {})
        for name, part in schema["properties"].items()
    ]


def _path_example(parameter: Mapping[str, Any]) -> Any:
    usual = {"month": "2026-03", "stage": "sql", "kind": "lost", "key": "price", "form_key": "fk_0123456789abcdef"}
    usual |= {"provider": "typeform", "token": "0123456789abcdef-Zm9y"}
    return usual.get(parameter["name"], example_of(parameter["schema"]))


_names: dict[type, str] = {}


def _route_names() -> Mapping[type, str]:
    """Return each view's route name; read once, for the routes do not change while a process runs."""
    if not _names:
        _names.update(_walk(get_resolver().url_patterns))
    return _names


def _walk(patterns: Any) -> dict[type, str]:
    found: dict[type, str] = {}
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= _walk(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
            found[pattern.callback.cls] = re.sub(r"\W", "_", pattern.name or "")
    return found
