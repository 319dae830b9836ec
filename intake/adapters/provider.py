"""What every provider of forms has in common: how its calls prove themselves, and what stands in them (pure)."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.mapping import USUAL_NAMES, folded


@dataclass(frozen=True)
class Call:
    """A call as it came: the signature is over its very bytes."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Provider:
    """One service whose forms send leads here.

    ``is_genuine(call, secret, at)`` tells whether the call proves itself; None where the provider does not sign, so
    that the secret in the address is the proof. ``parts_of(raw)`` are the posts in one call, ``fields_of(part,
    mapping)`` what a person typed, by name; ``external_id_of(part)`` the provider's own id of the post, "" without.
    """

    key: str
    label: str
    # What the provider calls the secret that it signs with; "" where it does not sign.
    secret_label: str
    # Whether the secret is ours to make, or the provider's to be typed in.
    makes_secret: bool
    is_genuine: Callable[[Call, str, datetime], bool] | None
    parts_of: Callable[[Any], list[Any]]
    fields_of: Callable[[Any, Mapping[str, str]], dict[str, Any]]
    external_id_of: Callable[[Any], str]
    # A post as the provider sends it, marked as a test.
    sample: Any
    # Whether the visitor's own browser posts, not a server of the provider's.
    by_browser: bool = False


def is_signed(message: bytes, given: str, secret: str, *, prefix: bytes = b"") -> bool:
    """Tell whether ``given`` is the base64 of HMAC-SHA256 over the message; compared in constant time."""
    made = base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest())
    return hmac.compare_digest(prefix + made, given.encode("utf-8", "replace"))


def one_part(raw: Any) -> list[Any]:
    """Return the one post of a call."""
    return [raw]


def told_by(names: tuple[str, ...], mapping: Mapping[str, str], otherwise: str) -> str:
    """Return the name of several under which a field is understood: mapped, else usual, else ``otherwise``."""
    mapped = next((name for name in names if name in mapping), None)
    return mapped or next((name for name in names if folded(name) in USUAL_NAMES), otherwise)


def as_object(value: Any) -> Mapping[str, Any]:
    """Return an object as it is, and nothing for whatever else stands in its place."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, and nothing for whatever else stands in its place."""
    return value if isinstance(value, list) else []
