"""Tally: a webhook per form, signed with a secret over the raw body.

Tally-Signature: <base64 of HMAC-SHA256(secret, body)>. It carries no time; a submission's id is stored once for ever,
so that a call that somebody recorded changes nothing when it comes again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from intake.adapters.provider import Call, Provider, as_list, as_object, is_signed, one_part, told_by

# The kind of a question that says by itself where its answer goes.
BY_KIND = {"INPUT_EMAIL": "email", "INPUT_PHONE_NUMBER": "phone"}


def is_genuine(call: Call, secret: str, at: datetime) -> bool:
    """Tell whether the body was signed with this secret."""
    return is_signed(call.body, call.headers.get("Tally-Signature", ""), secret)


def fields_of(raw: Any, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers by the name of their question, hidden fields among them.

    A question goes by its key or its label: whichever is mapped or usual.
    """
    found: dict[str, Any] = {}
    for field in as_list(as_object(as_object(raw).get("data")).get("fields")):
        if isinstance(field, Mapping) and not _is_repeated(field):
            key, label = str(field.get("key", "")), str(field.get("label") or "")
            usual = BY_KIND.get(str(field.get("type")), label or key)
            found.setdefault(told_by((key, label), mapping, usual) or "answer", _value(field))
    return found


def _is_repeated(field: Mapping[str, Any]) -> bool:
    """Tell whether this is one box of several, told once more: the question itself names those that are ticked."""
    return field.get("type") == "CHECKBOXES" and isinstance(field.get("value"), bool)


def _value(field: Mapping[str, Any]) -> Any:
    """Return what was answered in words: of a choice the texts, of files their addresses, of one lone box yes or no."""
    value, options = field.get("value"), as_list(field.get("options"))
    texts = {str(one.get("id")): str(one.get("text", "")) for one in options if isinstance(one, Mapping)}
    if field.get("type") == "CHECKBOXES" and len(texts) == 1:
        return "yes" if value else "no"
    if isinstance(value, list):
        words = [str(one.get("url") or one) if isinstance(one, Mapping) else texts.get(str(one), one) for one in value]
        return words if len(words) != 1 else words[0]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return texts.get(value, value) if isinstance(value, str) else value


def external_id_of(raw: Any) -> str:
    """Return Tally's id of the submission: the same on every attempt to deliver it."""
    data = as_object(as_object(raw).get("data"))
    found = data.get("submissionId") or data.get("responseId")
    return found if isinstance(found, str) else ""


SAMPLE: Mapping[str, Any] = {
    "eventId": "a4cb511e-d513-4fa5-baee-b815d718dfd1",
    "eventType": "FORM_RESPONSE",
    "createdAt": "2026-03-02T09:15:00.000Z",
    "data": {
        "formId": "VwbNEw",
        "formName": "Contact sales",
        "createdAt": "2026-03-02T09:15:00.000Z",
        "fields": [
            {"key": "question_3EKz4n", "label": "First name", "type": "INPUT_TEXT", "value": "Jane"},
            {"key": "question_nr9vzX", "label": "Your e-mail", "type": "INPUT_EMAIL", "value": "jane.doe@example.com"},
            {
                "key": "question_wkx1Ee", "label": "Company size", "type": "MULTIPLE_CHOICE",
                "value": ["1d3f"], "options": [{"id": "9a77", "text": "1-49"}, {"id": "1d3f", "text": "50-200"}],
            },
            {"key": "question_mVGEg3_1", "label": "utm_source", "type": "HIDDEN_FIELDS", "value": "linkedin"},
            {"key": "question_mVGEg3_2", "label": "test", "type": "HIDDEN_FIELDS", "value": "yes"},
        ],
    },
}  # fmt: skip

PROVIDER = Provider(
    key="tally",
    label="Tally",
    secret_label="Signing secret",  # noqa: S106 -- a label, no secret
    makes_secret=True,
    is_genuine=is_genuine,
    parts_of=one_part,
    fields_of=fields_of,
    external_id_of=external_id_of,
    sample=SAMPLE,
)
