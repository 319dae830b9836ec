"""The served OpenAPI document and its page."""

import json

from django.test import Client
from django.urls import get_resolver

from notifications.payloads import TYPES


def test_describes_every_operation_and_the_key(db: None) -> None:
    response = Client().get("/api/v1/schema/")
    schema = json.loads(response.content)
    assert response.status_code == 200
    assert schema["openapi"].startswith("3.1")
    assert schema["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    served = {path for path in schema["paths"] if path.startswith("/api/v1/")}
    assert {"/api/v1/intake/submissions", "/api/v1/handovers/{handover_id}/acceptance", "/api/v1/kpis"} <= served
    assert len(served) >= len([p for p in _api_routes() if p not in {"schema/", "reference/"}])


def test_the_reference_names_no_outside_host_and_needs_no_inline_script(db: None) -> None:
    page = Client().get("/api/v1/reference/").content.decode()
    assert "http://" not in page.replace("http://testserver", "").replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "<script>" not in page


def _api_routes() -> list[str]:
    resolver = next(r for r in get_resolver().url_patterns if str(r.pattern) == "api/v1/")
    return [str(route.pattern) for route in resolver.url_patterns]


def test_every_message_that_we_post_is_described(db: None) -> None:
    described = Client().get("/api/v1/schema/").json()["webhooks"]
    assert set(described) == set(TYPES)
    body = described["handover.sent"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["example"]["type"] == body["properties"]["type"]["const"] == "handover.sent"
    assert {"lead", "tier", "assigned_to"} <= set(body["properties"]["data"]["properties"])
