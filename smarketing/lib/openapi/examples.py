"""Examples of bodies and answers, made from their schemas: the same for a field wherever it stands."""

import re
from collections.abc import Mapping
from typing import Any

from smarketing.lib.openapi.components import resolved

ID = "01971f5e-8f6e-7c3a-9d55-3c1f7a2b4d60"
MOMENT = "2026-03-02T09:15:00Z"

# What stands in a field of this name, where its schema allows it.
USUAL: Mapping[str, Any] = {
    "email": "jane.doe@example.com",
    "given_name": "Jane",
    "family_name": "Doe",
    "phone": "+4930901820",
    "job_title": "CTO",
    "company_name": "Example GmbH",
    "website": "https://example.com",
    "url": "https://crm.example.com/hooks/smarketing",
    "evidence_url": "https://register.example.com/HRB-1234",
    "industry": "logistics",
    "country": "DE",
    "zone": "Europe/Berlin",
    "month": "2026-03",
    "counted_month": "2026-03",
    "first_month": "2026-03",
    "until_month": "2026-03",
    "counted_in": "2026-04",
    "to": "reps",
    "visitor": "0123456789abcdef0123456789abcdef",
    "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "name": "Contact form",
    "label": "Too expensive",
    "code": "handover_already_decided",
    "pointer": "/person/email",
    "note": "Call in the afternoon.",
    "next": "https://smarketing.example.com/api/v1/leads?cursor=AZcfXo9ufDqdVTwfeitNYA",
    "points": "340.00",
    "percent": 62.5,
    "origins": ["https://www.example.com"],
    "key": "price",
    "field": "employees",
    "operator": "at_least",
    "starts_on": "2026-04-01",
    "quiet_from": "18:00",
    "weekly": {"mon": [["09:00", "17:00"]]},
    "file": "VHdlbHZlIGVtcGxveWVlcy4=",
    "text": "They want a price by Friday.",
    "kind": "pricing_viewed",
}

# How deep an example goes into shapes that hold themselves.
DEEPEST = 8


def example_of(schema: Mapping[str, Any], *, whole: bool = True) -> Any:
    """Return a value that fits the schema; ``whole=False`` leaves out what a body need not have."""
    return _example(schema, "", whole, 0)


def _example(schema: Mapping[str, Any], name: str, whole: bool, depth: int) -> Any:
    schema = resolved(schema)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        return schema.get("const", _first(schema.get("enum", [])))
    if "anyOf" in schema:
        return _example(next(p for p in schema["anyOf"] if p.get("type") != "null"), name, whole, depth)
    if name in USUAL and _fits(USUAL[name], schema):
        return USUAL[name]
    if schema.get("type") == "object":
        return _object(schema, whole, depth)
    return _list(schema, name, whole, depth) if schema.get("type") == "array" else _plain(schema, name)


def _first(values: list[Any]) -> Any:
    """Return the first value that says something: filters begin with an empty one."""
    return next((value for value in values if value not in ("", None)), None)


def _object(schema: Mapping[str, Any], whole: bool, depth: int) -> dict[str, Any]:
    parts: Mapping[str, Any] = schema.get("properties", {})
    wanted = list(parts) if whole else list(schema.get("required", [])) or list(parts)[:1]
    if depth >= DEEPEST:
        wanted = schema.get("required", [])
    return {name: _example(parts[name], name, whole, depth + 1) for name in wanted}


def _list(schema: Mapping[str, Any], name: str, whole: bool, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [_example(part, name, whole, depth + 1) for part in schema["prefixItems"]]
    if depth >= DEEPEST or "items" not in schema or schema["items"] is False:
        return []
    return [_example(schema["items"], name.removesuffix("s"), whole, depth + 1)]


_TEXTS = {
    "uuid": ID, "date-time": MOMENT, "date": "2026-03-02", "time": "18:00:00", "decimal": "120.00",
}  # fmt: skip

# For fields that must be spelled in some way: the first that fits.
_SPELLED = ("340.00", "2026-03", "rep", "reps", "DE", "enterprise", "https://www.example.com/thanks", ID)


def _plain(schema: Mapping[str, Any], name: str) -> Any:
    kind = schema.get("type")
    if kind == "string":
        return _text(schema, name)
    if kind == "integer":
        return max(int(schema.get("minimum", 1)), 1)
    if kind == "number":
        return 1.5
    return True if kind == "boolean" else None


def _text(schema: Mapping[str, Any], name: str) -> str:
    if schema.get("format") in _TEXTS:
        return _TEXTS[schema["format"]]
    if schema.get("contentEncoding") == "base64":
        return "VHdlbHZlIGVtcGxveWVlcy4="
    pattern = schema.get("pattern", "")
    fitting = next((text for text in _SPELLED if pattern and re.search(pattern, text)), None)
    if fitting is not None:
        return fitting
    return name.replace("_", " ").strip().capitalize()[: schema.get("maxLength", 200)] or "Text"


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    kinds = {"string": str, "integer": int, "number": int | float, "boolean": bool, "array": list, "object": dict}
    kind = schema.get("type")
    if not isinstance(kind, str) or not isinstance(value, kinds[kind]) or {"format", "properties"} & set(schema):
        return False
    return not isinstance(value, str) or bool(re.search(schema.get("pattern", ""), value))
