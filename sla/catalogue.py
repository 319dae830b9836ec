"""Which fields and behaviours a definition may name: filled by smarketing.wiring, since sla knows nothing of leads."""

from collections.abc import Callable, Collection

Names = Callable[[], Collection[str]]

_names: dict[str, Names] = {}


def register_catalogue(*, fields: Names | None = None, behaviours: Names | None = None) -> None:
    """Let these functions name what the open organisation knows of a lead; without one, names are not checked."""
    for kind, names in (("fields", fields), ("behaviours", behaviours)):
        if names is not None:
            _names[kind] = names


def known_fields() -> Collection[str] | None:
    """Return the fields of leads, or None where nobody has said."""
    return _names["fields"]() if "fields" in _names else None


def known_behaviours() -> Collection[str] | None:
    """Return the kinds of behaviour, or None where nobody has said."""
    return _names["behaviours"]() if "behaviours" in _names else None
