"""The routes as the resolver has them, and a row filled with an organisation's things."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.tenants.world import House


@dataclass(frozen=True)
class Found:
    """One route as the resolver has it."""

    name: str
    address: str
    view: Any


def routes() -> list[Found]:
    """Return every route of the product."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: Any, namespace: str, address: str) -> Any:
    for pattern in patterns:
        here = address + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, here)
        elif isinstance(pattern, URLPattern):
            yield Found(f"{namespace}{pattern.name}", here, pattern.callback)


def pages() -> dict[str, Found]:
    """Return the routes under /o/<organisation>/ by name."""
    return {found.name: found for found in routes() if found.address.startswith("o/<slug:slug>/")}


def operations() -> dict[str, Found]:
    """Return the routes of the interface by name."""
    return {found.name.removeprefix("api:"): found for found in routes() if found.address.startswith("api/v1/")}


def methods_of(found: Found) -> set[str]:
    """Return the methods that an operation's view answers, OPTIONS and HEAD aside."""
    view = found.view.cls
    return {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}


def filled(value: Any, house: House) -> Any:
    """Return the value with every {kind} replaced by the id of that thing of the organisation."""
    if isinstance(value, str):
        return value.format_map(house.things) if value.startswith("{") and value.endswith("}") else value
    if isinstance(value, Mapping):
        # A field may be named after a thing, too.
        return {name.format_map(house.things): filled(part, house) for name, part in value.items()}
    return [filled(part, house) for part in value] if isinstance(value, list) else value
