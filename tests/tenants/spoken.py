"""What the served document says of an operation, and what an answer does otherwise."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs
from django.http import HttpResponse

from smarketing.schema import document

# Of these the document says when they come; everything else about transport is HTTP's.
TOLD_HEADERS = ("ETag", "Location", "Idempotent-Replayed", "Retry-After", "WWW-Authenticate")


@cache
def spoken() -> dict[str, Any]:
    """Return the document."""
    found: dict[str, Any] = json.loads(document())
    return found


@cache
def _by_id() -> dict[str, Mapping[str, Any]]:
    return {told["operationId"]: told for item in spoken()["paths"].values() for told in item.values()}


@cache
def _validator(schema: str) -> Any:
    """Return the check of a shape, compiled once: 2,400 answers share some 140 shapes."""
    components = spoken()["components"]
    return jsonschema_rs.validator_for({**json.loads(schema), "components": components}, validate_formats=True)


def _response(operation_id: str, status: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _by_id()[operation_id]["responses"][status]
    if "$ref" in found:
        return spoken()["components"]["responses"][found["$ref"].rpartition("/")[2]]
    return found


def contradicts(name: tuple[str, str], answer: HttpResponse) -> str:
    """Return what an answer does otherwise than the document says, "" where nothing is."""
    operation_id, status = f"{name[1].lower()}_{name[0]}", str(answer.status_code)
    if status not in _by_id()[operation_id]["responses"]:
        return f"undocumented status {status}"
    told = _response(operation_id, status)
    unsaid = [name for name in TOLD_HEADERS if name in answer.headers and name not in told.get("headers", {})]
    if unsaid:
        return f"undocumented headers {unsaid} of {status}"
    media = answer.headers["Content-Type"].partition(";")[0]
    if not {media, "*/*"} & told.get("content", {}).keys():
        return f"undocumented type {media} of {status}"
    if not media.endswith("json"):
        return ""
    return _wrong_shape(f"{operation_id} {status} {media}", told["content"][media]["schema"], answer)


def _wrong_shape(place: str, schema: Mapping[str, Any], answer: HttpResponse) -> str:
    errors = _validator(json.dumps(schema)).iter_errors(json.loads(answer.content))
    return "; ".join(f"{place} {'/'.join(map(str, error.instance_path))}: {error.message}" for error in errors)[:600]
