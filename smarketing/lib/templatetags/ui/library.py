"""The library that every tag of the look is registered in, and how a row is read."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


def attribute_of(source: Any, name: str, default: Any = None) -> Any:
    """The attribute or key of a row; rows are dataclasses in pages, mappings in mails."""
    if isinstance(source, Mapping):
        return source.get(name, default)
    return getattr(source, name, default)
