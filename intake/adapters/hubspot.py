"""HubSpot: form submissions, sent by a workflow or an app and signed with the app's client secret (version 3).

X-HubSpot-Signature-v3: base64 of HMAC-SHA256(client secret, method + address + body + timestamp), where the timestamp
(X-HubSpot-Request-Timestamp, milliseconds) is at most five minutes old, and some characters of the address are signed
as they read when they are not escaped.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from intake.adapters.provider import Call, Provider, as_list, as_object, is_signed

OLDEST_SECONDS = 300
# How these characters are escaped in the address that is called, but not in the one that is signed.
UNESCAPED = re.compile(r"%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


def is_genuine(call: Call, secret: str, at: datetime) -> bool:
    """Tell whether HubSpot signed this very call within the last five minutes."""
    stamp = call.headers.get("X-HubSpot-Request-Timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 15):
        return False
    if abs(at.timestamp() - int(stamp) / 1000) > OLDEST_SECONDS:
        return False
    address = UNESCAPED.sub(lambda found: chr(int(found[0][1:], 16)), call.url)
    signed = call.method.encode() + address.encode() + call.body + stamp.encode()
    return is_signed(signed, call.headers.get("X-HubSpot-Signature-v3", ""), secret)


def parts_of(raw: Any) -> list[Any]:
    """Return the submissions of a call: it may carry several."""
    return raw if isinstance(raw, list) else [raw]


def fields_of(raw: Any, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields by HubSpot's names, whether they come as a list, as a contact's properties, or plainly."""
    told = as_object(raw)
    found = {
        str(field["name"]): field.get("value")
        for field in as_list(told.get("fields"))
        if isinstance(field, Mapping) and "name" in field
    }
    for name, value in as_object(told.get("properties")).items():
        found.setdefault(str(name), value.get("value") if isinstance(value, Mapping) else value)
    plain = {name: value for name, value in told.items() if not isinstance(value, Mapping | list)}
    found = {**{str(name): value for name, value in plain.items() if name not in _ABOUT}, **found}
    return {**_context(told), **found, **_consent(told)}


_ABOUT = frozenset({
    "submittedAt", "conversionId", "submissionId", "formId", "portalId", "pageUrl", "vid", "canonical-vid", "portal-id",
    "is-contact", "profile-token", "profile-url", "addedAt",
})  # fmt: skip


def _context(told: Mapping[str, Any]) -> dict[str, Any]:
    page = as_object(told.get("context")).get("pageUri") or told.get("pageUrl")
    return {"landing_page": page} if isinstance(page, str) else {}


def _consent(told: Mapping[str, Any]) -> dict[str, Any]:
    consent = as_object(as_object(told.get("legalConsentOptions")).get("consent"))
    agreed = consent.get("consentToProcess")
    return {"consent": "yes" if agreed else "no"} if isinstance(agreed, bool) else {}


def external_id_of(raw: Any) -> str:
    """Return HubSpot's id of the submission."""
    told = as_object(raw)
    found = told.get("conversionId") or told.get("submissionId")
    return found if isinstance(found, str) else ""


SAMPLE: Mapping[str, Any] = {
    "submittedAt": 1772442900000,
    "formId": "5fe4bd6d-3c1e-4f6b-9a80-1c2d3e4f5a6b",
    "portalId": 62515,
    "fields": [
        {"objectTypeId": "0-1", "name": "email", "value": "jane.doe@example.com"},
        {"objectTypeId": "0-1", "name": "firstname", "value": "Jane"},
        {"objectTypeId": "0-1", "name": "lastname", "value": "Doe"},
        {"objectTypeId": "0-2", "name": "company", "value": "Example GmbH"},
        {"objectTypeId": "0-1", "name": "test", "value": "yes"},
    ],
    "context": {"pageUri": "https://www.example.com/demo", "pageName": "Demo"},
    "legalConsentOptions": {"consent": {"consentToProcess": True, "text": "I agree."}},
}

PROVIDER = Provider(
    key="hubspot-form",
    label="HubSpot",
    secret_label="Client secret of the app",  # noqa: S106 -- a label, no secret
    makes_secret=False,
    is_genuine=is_genuine,
    parts_of=parts_of,
    fields_of=fields_of,
    external_id_of=external_id_of,
    sample=SAMPLE,
)
