"""Typeform: a webhook per form, signed with a secret over the raw body.

Typeform-Signature: sha256=<base64 of HMAC-SHA256(secret, body)>. It carries no time; a response's token is stored once
for ever, so that a call that somebody recorded changes nothing when it comes again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from intake.adapters.provider import Call, Provider, as_list, as_object, is_signed, one_part, told_by

# The kind of an answer that says by itself where it goes.
BY_KIND = {"email": "email", "phone_number": "phone"}


def is_genuine(call: Call, secret: str, at: datetime) -> bool:
    """Tell whether the body was signed with this secret."""
    return is_signed(call.body, call.headers.get("Typeform-Signature", ""), secret, prefix=b"sha256=")


def fields_of(raw: Any, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers by the name of their question, and the hidden fields by theirs.

    A question goes by its reference, its id or its title: whichever is mapped or usual.
    """
    response = as_object(as_object(raw).get("form_response"))
    titles = {
        str(field.get("id")): str(field.get("title", ""))
        for field in as_list(as_object(response.get("definition")).get("fields"))
        if isinstance(field, Mapping)
    }
    found = {str(name): value for name, value in as_object(response.get("hidden")).items()}
    for answer in as_list(response.get("answers")):
        if isinstance(answer, Mapping):
            field = as_object(answer.get("field"))
            names = tuple(str(field.get(part, "")) for part in ("ref", "id"))
            title = titles.get(names[1], "")
            usual = BY_KIND.get(str(answer.get("type")), title or names[0])
            found.setdefault(told_by((*names, title), mapping, usual) or "answer", _value(answer))
    return found


def _value(answer: Mapping[str, Any]) -> Any:
    """Return what was answered, whatever the kind of the question."""
    value = answer.get(str(answer.get("type", "")))
    if isinstance(value, Mapping):
        several = as_list(value.get("labels"))
        chosen = [*several, value.get("other")] if several or value.get("other") else [value.get("label")]
        texts = [str(one) for one in chosen if one]
        return texts if len(texts) > 1 else "".join(texts)
    return ("yes" if value else "no") if isinstance(value, bool) else value


def external_id_of(raw: Any) -> str:
    """Return the token of the response: the same on every attempt to deliver it."""
    token = as_object(as_object(raw).get("form_response")).get("token")
    return token if isinstance(token, str) else ""


SAMPLE: Mapping[str, Any] = {
    "event_id": "01J8Q6T3Z5V7YB9C0D1E2F3G4H",
    "event_type": "form_response",
    "form_response": {
        "form_id": "lT4Z3j",
        "submitted_at": "2026-03-02T09:15:00Z",
        "landed_at": "2026-03-02T09:12:00Z",
        "hidden": {"utm_source": "linkedin", "test": "yes"},
        "definition": {
            "id": "lT4Z3j",
            "title": "Contact sales",
            "fields": [
                {"id": "SMEUb7VJz92Q", "title": "What is your e-mail address?", "type": "email", "ref": "email"},
                {"id": "JwWggjAKtOkA", "title": "First name", "type": "short_text", "ref": "first-name"},
                {"id": "KoJxDM3c6x8h", "title": "Company size", "type": "multiple_choice", "ref": "size"},
            ],
        },
        "answers": [
            {"type": "email", "email": "jane.doe@example.com", "field": {"id": "SMEUb7VJz92Q", "ref": "email"}},
            {"type": "text", "text": "Jane", "field": {"id": "JwWggjAKtOkA", "ref": "first-name"}},
            {"type": "choice", "choice": {"label": "50-200"}, "field": {"id": "KoJxDM3c6x8h", "ref": "size"}},
        ],
    },
}

PROVIDER = Provider(
    key="typeform",
    label="Typeform",
    secret_label="Secret of the webhook",  # noqa: S106 -- a label, no secret
    makes_secret=True,
    is_genuine=is_genuine,
    parts_of=one_part,
    fields_of=fields_of,
    external_id_of=external_id_of,
    sample=SAMPLE,
)
