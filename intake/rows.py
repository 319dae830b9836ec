"""What a row of a file means, and what is wrong with it, column by column (pure)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from intake.body import SubmissionBody
from intake.mapping import PARTS, USUAL_NAMES, folded, read_leniently, shape
from leads import normal
from smarketing.lib.bodies import read
from smarketing.lib.errors import FieldError, InvalidInput

CUSTOM, LEFT_OUT = "", "-"
CONTACT = ("person.email", "person.phone")


def guessed(columns: list[str]) -> dict[str, str]:
    """Return where columns with usual names go; the others are kept as they are called."""
    found: dict[str, str] = {}
    for column in columns:
        target = USUAL_NAMES.get(folded(column), CUSTOM)
        found[column] = CUSTOM if target in found.values() else target
    return found


def read_row(value: Mapping[str, Any], mapping: Mapping[str, str]) -> SubmissionBody:
    """Return the submission that a row is."""
    return read_leniently(_sent(value, mapping), mapping)


def read_with_notes(
    value: Mapping[str, Any], mapping: Mapping[str, str], *, home: str = ""
) -> tuple[SubmissionBody, list[dict[str, str]]]:
    """Return the submission that a row is, as read_row does, and what a person should know about it.

    Errors stop the row, of warnings the value is kept as it came. ``home`` is the organisation's country, where a
    number without one is dialled.
    """
    columns = {target: column for column, target in mapping.items()}
    sent = _sent(value, mapping)
    try:
        # What is read strictly without a fault is what reading leniently would find.
        body, notes = read(shape(sent, mapping), SubmissionBody), []
    except InvalidInput as invalid:
        body, notes = read_leniently(sent, mapping), [_about_fault(fault, columns) for fault in invalid.errors]
    return body, [*_about_contact(body, columns), *_about_phone(body, columns, home), *notes]


def _about_fault(fault: FieldError, columns: Mapping[str, str]) -> dict[str, str]:
    column = columns.get(fault.pointer.strip("/").replace("/", "."), "")
    return _note(column or fault.pointer, fault.code, fault.detail, level="warning")


def _about_contact(body: SubmissionBody, columns: Mapping[str, str]) -> list[dict[str, str]]:
    person = body.person
    email, phone = (person.email or "", person.phone or "") if person else ("", "")
    readable = bool(normal.email_norm(email))
    if email.strip() and not readable:
        level = "warning" if phone.strip() else "error"
        return [_note(columns.get(CONTACT[0], ""), "email", _("This is not an e-mail address."), level=level)]
    if not readable and not phone.strip():
        text = _("Neither an e-mail address nor a phone number.")
        return [_note(columns.get(CONTACT[0], ""), "no_contact", text, level="error")]
    return []


def _about_phone(body: SubmissionBody, columns: Mapping[str, str], home: str) -> list[dict[str, str]]:
    phone = (body.person.phone or "").strip() if body.person else ""
    country = (body.company.country or "").strip() if body.company else ""
    if not phone or normal.phone_e164(phone, country or home):
        return []
    text = _("The phone number cannot be dialled; it is kept as it came.")
    return [_note(columns.get(CONTACT[1], ""), "phone_unparsed", text, level="warning")]


def stops(notes: list[dict[str, str]]) -> bool:
    """Tell whether the row cannot be taken in."""
    return any(note["level"] == "error" for note in notes)


def broken(why: str) -> dict[str, str]:
    """Return the note about a row that could not be read at all."""
    return _note("", "unreadable", why, level="error")


def _note(column: str, code: str, detail: str, *, level: str) -> dict[str, str]:
    return {"column": column, "code": code, "detail": detail, "level": level}


def _sent(value: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return the row without what is left out, unknown columns beside each other as custom values."""
    sent: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for name, part in value.items():
        target = mapping.get(name, "" if mapping else name)
        if target == LEFT_OUT or part in ("", None):
            continue
        if target == CUSTOM and name not in PARTS:
            custom[name] = part
        else:
            sent[name] = part
    given = sent.pop("custom", None)
    custom.update(given if isinstance(given, Mapping) else {} if given is None else {"custom": given})
    return {**sent, "custom": custom}
