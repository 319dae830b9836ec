"""What the tests of the door share."""

from datetime import datetime
from typing import Any

from django.test import Client

from intake.actions import NewForm, create_form
from smarketing.lib.scope import tenant_scope
from tests.support import Cast

SITE = "https://www.acme.example"
URL = "/api/v1/intake/submissions"

WHOLE: dict[str, Any] = {
    "external_id": "typeform:abc123",
    "form": "contact-sales",
    "submitted_at": "2026-03-02T09:15:00Z",
    "person": {
        "email": "Jane.Doe@Example.com",
        "given_name": "Jane",
        "family_name": "Doe",
        "phone": "030 901820",
        "job_title": "CTO",
    },
    "company": {
        "name": "Example GmbH",
        "website": "https://example.com",
        "employees": 120,
        "industry": "logistics",
        "country": "DE",
    },
    "intent": "talk_to_sales",
    "message": "Please call",
    "attribution": {
        "first": {"source": "linkedin", "medium": "paid_social", "campaign": "q1-x", "at": "2026-02-01T08:00:00Z"},
        "last": {"source": "google", "medium": "cpc"},
        "click_ids": {"gclid": "g-1"},
        "landing_page": "/guide",
        "referrer": "https://search.example",
    },
    "behaviours": [{"kind": "pricing_viewed", "at": "2026-03-01T09:15:00Z"}],
    "consents": [
        {
            "purpose": "sales_contact",
            "basis": "consent",
            "granted": True,
            "text_version": "2026-01",
            "text": "I agree",
            "captured_at": "2026-03-02T09:15:00Z",
            "ip": "203.0.113.7",
        }
    ],
    "custom": {"budget": "50k"},
    "hp": "",
    "test": False,
}


def simple(email: str = "jane@example.com", **more: Any) -> dict[str, Any]:
    """Return a small submission."""
    return {"person": {"email": email}, **more}


def make_form(cast: Cast, *, at: datetime, **options: Any) -> NewForm:
    """Make a form of acme's that takes posts from SITE."""
    with tenant_scope(cast.acme.pk):
        return create_form(name="Contact", origins=[SITE], by=cast.marc, at=at, **options)


def push(headers: dict[str, str], body: Any, *, url: str = URL, **more: str) -> Any:
    """POST JSON as a client does."""
    return Client().post(url, data=body, content_type="application/json", headers={**headers, **more})
