"""The served OpenAPI document: every operation typed, every refusal described, every example true."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from django.urls import get_resolver

from notifications.payloads import TYPES
from smarketing.schema import document

Operation = tuple[str, str, Mapping[str, Any]]

# What says what a value is; a shape without any of these is free.
TELLING = {"type", "anyOf", "$ref", "enum", "const"}
DEEPER = ("properties", "anyOf", "items", "prefixItems", "additionalProperties")


def whole() -> dict[str, Any]:
    """Return the document."""
    found: dict[str, Any] = json.loads(document())
    return found


def every() -> list[Operation]:
    """Return (path, method, operation) of all operations."""
    return [(path, method, told) for path, item in whole()["paths"].items() for method, told in item.items()]


OPERATIONS = every()
IDS = [told["operationId"] for _path, _method, told in OPERATIONS]
DOCUMENT = whole()


def schema_here(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that stands alone: with the named shapes it refers to."""
    return {**schema, "components": DOCUMENT["components"]}


def _api_routes() -> list[str]:
    resolver = next(r for r in get_resolver().url_patterns if str(r.pattern) == "api/v1/")
    return [str(route.pattern) for route in resolver.url_patterns]


NO_OPERATIONS = {"schema/", "reference/", "problems/<slug:code>"}


def test_is_served_and_describes_every_route(db: None) -> None:
    response = Client().get("/api/v1/schema/")
    assert (response.status_code, response.json()["openapi"]) == (200, "3.1.0")
    assert response.json()["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert len(DOCUMENT["paths"]) == len([p for p in _api_routes() if p not in NO_OPERATIONS])


def test_every_operation_has_a_name_of_its_own() -> None:
    assert len(set(IDS)) == len(IDS)
    assert [name for name in IDS if not re.fullmatch(r"(get|post|put|patch|delete)_[a-z_]+", name)] == []


def test_every_shape_has_a_plain_name() -> None:
    assert [name for name in DOCUMENT["components"]["schemas"] if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []


@pytest.mark.parametrize(("path", "method", "told"), OPERATIONS, ids=IDS)
def test_says_what_it_is_and_who_may(path: str, method: str, told: Mapping[str, Any]) -> None:
    assert told["summary"]
    assert told["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    is_open = "form_key" in path or "/adapters/{provider}/" in path
    scopes = told.get("security", [{}])[0].get("key", [])
    assert bool(scopes) is not is_open
    assert is_open or f"`{scopes[0]}`" in told["description"]


@pytest.mark.parametrize(("path", "method", "told"), OPERATIONS, ids=IDS)
def test_answers_with_a_named_shape_and_refuses_with_a_problem(path: str, method: str, told: Mapping[str, Any]) -> None:
    for status, response in told["responses"].items():
        if status >= "400":
            assert response["$ref"].startswith("#/components/responses/")
        elif status not in ("204", "303"):
            [(media, content)] = response["content"].items()
            assert media != "application/json" or "$ref" in content["schema"] or "anyOf" in content["schema"]
    wanted = {"406", "429", "503"} | ({"400", "413", "415", "422"} if method != "get" else set())
    wanted |= {"404"} if "{" in path else set()
    assert wanted <= set(told["responses"])


@pytest.mark.parametrize(("path", "method", "told"), OPERATIONS, ids=IDS)
def test_examples_are_what_they_are_examples_of(path: str, method: str, told: Mapping[str, Any]) -> None:
    contents = [told.get("requestBody", {}), *(told["responses"][status] for status in told["responses"])]
    for content in contents:
        for media in content.get("content", {}).values():
            if "example" in media:
                jsonschema_rs.validate(schema_here(media["schema"]), media["example"], validate_formats=True)
    for parameter in told.get("parameters", ()):
        if "example" in parameter:
            jsonschema_rs.validate(parameter["schema"], parameter["example"], validate_formats=True)


@pytest.mark.parametrize(("path", "method", "told"), OPERATIONS, ids=IDS)
def test_describes_paging_idempotency_and_if_match(path: str, method: str, told: Mapping[str, Any]) -> None:
    names = {(parameter["in"], parameter["name"]) for parameter in told.get("parameters", ())}
    good = next(response for status, response in told["responses"].items() if status < "300")
    shape = str(good.get("content", {}).get("application/json", {}).get("schema", ""))
    assert ("Page'" in shape) <= ({("query", "limit"), ("query", "cursor")} <= names)
    assert ("428" in told["responses"]) == (("header", "If-Match") in names)
    if ("header", "Idempotency-Key") in names:
        assert "Idempotent-Replayed" in good["headers"]


def test_refusals_are_problems_with_true_examples() -> None:
    for response in DOCUMENT["components"]["responses"].values():
        content = response["content"]["application/problem+json"]
        jsonschema_rs.validate(schema_here(content["schema"]), content["example"])
    assert "Retry-After" in DOCUMENT["components"]["responses"]["TooMany"]["headers"]


def _free(schema: Any, place: str) -> Iterator[str]:
    """Yield every place where anything goes, without a word why."""
    if not isinstance(schema, Mapping):
        return
    is_object = schema.get("type") == "object" and not {"properties", "additionalProperties"} & set(schema)
    if (is_object or not TELLING & set(schema)) and not schema.get("description"):
        yield place
    for word in DEEPER:
        parts = schema.get(word, {})
        for name, part in parts.items() if word == "properties" else enumerate(_listed(parts)):
            yield from _free(part, f"{place}/{name}")


def _listed(parts: Any) -> list[Any]:
    return parts if isinstance(parts, list) else [parts] if parts else []


def test_no_shape_is_free_without_a_reason() -> None:
    shapes = DOCUMENT["components"]["schemas"]
    assert [place for name, schema in shapes.items() for place in _free(schema, name)] == []


def test_every_message_that_we_post_is_described(db: None) -> None:
    described = Client().get("/api/v1/schema/").json()["webhooks"]
    assert set(described) == set(TYPES)
    body = described["handover.sent"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["example"]["type"] == body["properties"]["type"]["const"] == "handover.sent"
    assert {"lead", "tier", "assigned_to"} <= set(body["properties"]["data"]["properties"])
