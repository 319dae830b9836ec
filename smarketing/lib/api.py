"""What every API view shares: strict JSON in, JSON out, problems for errors."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from smarketing.lib.problem import TITLES, problem_response

# Deeper nesting than any body of ours has.
MAX_DEPTH = 32
MAX_NUMBER = 2.0**64


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:  # noqa: PLR0911 -- a table of errors
    """DRF's exception handler: every known error becomes a problem; unknown ones go on (500)."""
    request: HttpRequest = context["request"]._request
    if isinstance(error, DomainError):
        return problem_response(request, error.status, error.code, error.sentence, extra=error.extra)
    if isinstance(error, InvalidInput):
        return problem_response(request, 422, error.code, TITLES[422] + ".", errors=tuple(error.errors))
    if isinstance(error, Http404):
        return problem_response(request, 404, "not_found", "There is nothing here for this key.")
    if isinstance(error, PermissionDenied):
        return problem_response(request, 403, "forbidden", "This key's member may not do this.")
    if isinstance(error, OperationalError | InterfaceError):
        raise error
    if isinstance(error, drf.ValidationError):
        return problem_response(request, 422, "invalid", TITLES[422] + ".", errors=tuple(_flatten(error.detail)))
    if isinstance(error, drf.APIException):
        return _from_drf(request, error)
    return None


def _from_drf(request: HttpRequest, error: drf.APIException) -> HttpResponse:
    code = {400: "unparsable", 401: "unauthenticated", 403: "forbidden"}.get(error.status_code, error.default_code)
    response = problem_response(request, error.status_code, code, str(error.detail))
    wait = getattr(error, "wait", None)
    if wait is not None:
        response.headers["Retry-After"] = str(int(wait))
    if error.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _flatten(detail: Any, pointer: str = "") -> list[FieldError]:
    """Turn DRF's nested details into a flat list of JSON pointers."""
    if isinstance(detail, Mapping):
        found: list[FieldError] = []
        for name, part in detail.items():
            found += _flatten(part, pointer if name == "non_field_errors" else f"{pointer}/{name}")
        return found
    if isinstance(detail, list):
        found = []
        for index, part in enumerate(detail):
            found += _flatten(part, f"{pointer}/{index}" if isinstance(part, Mapping | list) else pointer)
        return found
    return [FieldError(pointer or "/", getattr(detail, "code", "invalid"), str(detail))]


class JsonRenderer(BaseRenderer):
    """JSON by msgspec; datetimes as ISO 8601 with Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else msgspec.json.encode(data, enc_hook=str)


class StrictJsonParser(BaseParser):
    """JSON as RFC 8259 has it: no NaN, no lone surrogates, no doubled names; refuses with 400."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return parse_json(stream.read())


def parse_json(raw: bytes) -> Any:
    """Return the value of a JSON text; raises drf.ParseError with a sentence for anything else."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_no_doubles, parse_constant=_no_constant)
        _refuse_unstorable(value)
        return value
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise drf.ParseError(f"The body is not JSON: {error}") from error


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice in one object")
    return found


def _refuse_unstorable(value: Any, depth: int = 0) -> None:
    """Raise ValueError for what JSON's grammar allows and no table can hold."""
    if depth > MAX_DEPTH:
        raise ValueError(f"more than {MAX_DEPTH} levels are nested")
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a text holds the character U+0000")
        value.encode()  # A lone surrogate is no character; UnicodeEncodeError is a ValueError.
    elif isinstance(value, int | float) and not abs(value) < MAX_NUMBER:
        raise ValueError("a number is too large")
    elif isinstance(value, list):
        for part in value:
            _refuse_unstorable(part, depth + 1)
    elif isinstance(value, dict):
        for name, part in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(part, depth + 1)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
