"""The named shapes of the document: every struct and answer once, by its own name."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from smarketing.lib.openapi.operations import spoken_types

PLACE = "#/components/schemas/"

_PAGE = re.compile(r"\bPage_(\w+?)_(?=\"|$)")


@cache
def _made() -> tuple[dict[str, dict[str, Any]], dict[Any, dict[str, Any]]]:
    kinds = spoken_types()
    found, parts = msgspec.json.schema_components(kinds, ref_template=PLACE + "{name}")
    schemas: dict[str, dict[str, Any]] = _renamed(parts)
    return schemas, dict(zip(kinds, _renamed(list(found)), strict=True))


def schemas() -> dict[str, dict[str, Any]]:
    """Return all named shapes."""
    return _made()[0]


def shape_of(kind: Any) -> dict[str, Any]:
    """Return the schema of a type that an operation names (of several: any of them): nearly always a reference."""
    if isinstance(kind, tuple):
        return {"anyOf": [shape_of(one) for one in kind]}
    return _made()[1][kind]


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference leads to, or the schema itself."""
    reference = schema.get("$ref")
    return schemas()[reference.removeprefix(PLACE)] if reference else schema


def _renamed(value: Any) -> Any:
    """Write LeadPage for what msgspec calls Page_Lead_."""
    text = msgspec.json.encode(value).decode()
    return msgspec.json.decode(_PAGE.sub(r"\1Page", text).replace('"title":"Page[', '"title":"Page of ['))
