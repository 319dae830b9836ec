"""From the bytes of a post to a value that can be stored; raises 400 for what cannot be read, 415 for other types."""

from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions as drf

from smarketing.lib.api import parse_json

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

MAX_FIELDS = 500


def parse(request: HttpRequest) -> Any:
    """Return the value of the body by its content type: JSON, or a form as {name: text or list of texts}."""
    kind = request.content_type or ""
    if kind == JSON:
        return parse_json(request.body)
    if kind == URLENCODED:
        return _from_pairs(_pairs(request.body))
    if kind == MULTIPART:
        return _from_multipart(request)
    raise drf.UnsupportedMediaType(kind or "none")


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except UnicodeDecodeError:
        # An old page sends its own encoding and does not say so.
        return parse_qsl(raw.decode("cp1252", "replace"), True, encoding="cp1252", errors="replace")
    except ValueError as error:
        raise drf.ParseError(f"The form cannot be read: {error}.") from error


def _from_multipart(request: HttpRequest) -> dict[str, Any]:
    # Kept whole: whether a post is the same one again is told by its bytes, and a form's can be read only once.
    _ = request.body
    try:
        pairs = [(name, value) for name, values in request.POST.lists() for value in values]
        # Files are not kept, their names are: somebody may ask for them.
        pairs += [(name, str(file.name)) for name, files in request.FILES.lists() for file in files]
    except (MultiPartParserError, UnicodeDecodeError) as error:
        raise drf.ParseError("The form cannot be read.") from error
    return _from_pairs(pairs)


def _from_pairs(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for raw_name, raw_value in pairs:
        name, value = _storable(raw_name), _storable(raw_value)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def _storable(text: str) -> str:
    """Return the text without U+0000, which no table holds and no person typed."""
    return text.replace("\x00", "")
