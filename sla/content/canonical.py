"""One byte sequence per content: what the two heads sign."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any


class ContentNotCanonical(ValueError):
    """The content holds a value whose bytes would not be certain."""

    code = "content_not_canonical"


def canonical(content: Mapping[str, Any]) -> bytes:
    """The content as UTF-8 JSON: keys sorted, no spaces, text in NFC, no floats."""
    return json.dumps(
        _settled(content, ""),
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode()


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical content, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()


def _settled(value: Any, pointer: str) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list | tuple):
        return [_settled(item, f"{pointer}/{n}") for n, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {_key(key, pointer): _settled(item, f"{pointer}/{key}") for key, item in value.items()}
    # 0.1 has no exact bytes; shares and weights are written as text.
    raise ContentNotCanonical(f"{pointer or '/'} holds a {type(value).__name__}; write it as text.")


def _key(key: Any, pointer: str) -> str:
    if not isinstance(key, str):
        raise ContentNotCanonical(f"{pointer or '/'} has a key that is not text.")
    return unicodedata.normalize("NFC", key)
