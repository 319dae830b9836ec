"""Jotform: a webhook per form, multipart, with the answers as JSON in one of its fields; never signed.

The secret part of the address is the only proof. A submission's id is stored once for ever, so that a call that
somebody recorded changes nothing when it comes again.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from intake.adapters.provider import Provider, as_object, one_part, told_by

# q3_fullName: the number of the question and the name that Jotform made of its label, perhaps with a number again.
QUESTION = re.compile(r"q\d+_(?P<name>.+)")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
# What Jotform's page says of itself beside the answers.
CONTROLS = frozenset({
    "slug", "jsExecutionTracker", "submitSource", "submitDate", "buildDate", "uploadServerUrl", "eventObserver", "path",
    "event_id", "timeToSubmit", "validatedNewRequiredFieldIDs", "simple_spc", "website", "formID", "temp_upload",
    "embedUrl", "file_server", "target_env", "visitedPages", "appurl", "preview", "pciDssEnabled",
})  # fmt: skip


def fields_of(raw: Any, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers by the name of their question: as Jotform calls it, or without its number, as it reads."""
    found: dict[str, Any] = {}
    for key, value in _answers(raw).items():
        if key not in CONTROLS:
            names = _names(_storable(key))
            for name, part in _told(told_by(names, mapping, names[1]), value).items():
                found.setdefault(name, part)
    return found


def _answers(raw: Any) -> Mapping[str, Any]:
    given = as_object(raw).get("rawRequest")
    try:
        return as_object(json.loads(given)) if isinstance(given, str) else as_object(given)
    except (ValueError, RecursionError):
        # The post is kept as it came; a person looks at one without a readable answer.
        return {}


def _names(key: str) -> tuple[str, ...]:
    """Return q69_workEmail12 as it is, as workEmail12, and as work_email."""
    found = QUESTION.fullmatch(key)
    name = found["name"] if found else key
    return key, name, HUMP.sub("_", name.rstrip("0123456789"))


def _told(name: str, value: Any) -> dict[str, Any]:
    """Return one answer as fields; of a full name its parts, because a family name may have a space in it."""
    if isinstance(value, Mapping) and {"first", "last"} & value.keys():
        return {"first_name": _text(value.get("first")), "last_name": _text(value.get("last"))}
    if isinstance(value, Mapping):
        # A number comes whole or in parts; a date, an address and the like in parts.
        return {name: _text(value.get("full")) or " ".join(_text(part) for part in value.values() if part)}
    if isinstance(value, list):
        return {name: [_text(part) for part in value]}
    return {name: _text(value)}


def _text(value: Any) -> str:
    """Return the words as they were typed: Jotform escapes them as if for a page."""
    if value is None:
        return ""
    return _storable(html.unescape(value) if isinstance(value, str) else json.dumps(value))


def _storable(text: str) -> str:
    """Return the text without what JSON can spell and no table holds: the post itself was one plain text."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def external_id_of(raw: Any) -> str:
    """Return Jotform's id of the submission."""
    found = as_object(raw).get("submissionID")
    return found if isinstance(found, str) else ""


SAMPLE: Mapping[str, Any] = {
    "formID": "260601234567890",
    "formTitle": "Contact sales",
    "type": "WEB",
    "pretty": "Name:Jane Doe, E-mail:jane.doe@example.com, Phone Number:(030) 901820, Company:Example GmbH",
    "rawRequest": json.dumps({
        "slug": "submit/260601234567890",
        "q3_name": {"first": "Jane", "last": "Doe"},
        "q4_email": "jane.doe@example.com",
        "q5_phoneNumber": {"full": "(030) 901820"},
        "q6_company": "Example GmbH",
        "q7_test": "yes",
    }),
}  # fmt: skip

PROVIDER = Provider(
    key="jotform",
    label="Jotform",
    secret_label="",
    makes_secret=False,
    is_genuine=None,
    parts_of=one_part,
    fields_of=fields_of,
    external_id_of=external_id_of,
    sample=SAMPLE,
)
