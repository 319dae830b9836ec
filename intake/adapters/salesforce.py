"""Salesforce web-to-lead: an HTML form whose address is ours instead of Salesforce's; form-encoded, never signed.

The secret part of the address is the only proof, as the organisation's id (oid) is Salesforce's.
"""

from collections.abc import Mapping
from typing import Any

from intake.adapters.provider import Provider, as_object, one_part

# What tells Salesforce what to do, and tells nothing about the person.
CONTROLS = frozenset({
    "oid", "orgid", "retURL", "debug", "debugEmail", "encoding", "submit", "captcha_settings", "g-recaptcha-response",
    "lead_source_hidden", "external",
})  # fmt: skip
# Its names that are not the usual ones.
NAMES: Mapping[str, str] = {
    "description": "message",
    "lead_source": "utm_source",
    "mobile": "phone",
    "URL": "website",
    "country_code": "country",
}


def fields_of(raw: Any, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields by the names that we know; those of custom fields (00N…) go where the mapping says."""
    sent = {name: value for name, value in as_object(raw).items() if name not in CONTROLS}
    found = {name: value for name, value in sent.items() if name in mapping or name not in NAMES}
    for name in sent.keys() - found.keys():
        usual = NAMES[name] if NAMES[name] not in found else name
        found[usual] = sent[name]
    return found


def external_id_of(raw: Any) -> str:
    """Return nothing: a browser's form has no id."""
    return ""


SAMPLE: Mapping[str, Any] = {
    "oid": "00D000000000000",
    "retURL": "https://www.example.com/thank-you",
    "first_name": "Jane",
    "last_name": "Doe",
    "email": "jane.doe@example.com",
    "company": "Example GmbH",
    "lead_source": "Web",
    "description": "Please call me.",
    "00N5f00000AbCdE": "50k",
    "test": "yes",
}

PROVIDER = Provider(
    key="salesforce-web-to-lead",
    label="Salesforce web-to-lead",
    secret_label="",
    makes_secret=False,
    is_genuine=None,
    parts_of=one_part,
    fields_of=fields_of,
    external_id_of=external_id_of,
    sample=SAMPLE,
    by_browser=True,
)
