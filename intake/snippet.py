"""The HTML to paste into a site: no script, and the fields that the agreement asks about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _

from sla.queries.holidays import countries


@dataclass(frozen=True)
class Field:
    """One field of the form; with ``options`` it is a list to choose from."""

    name: str
    label: str
    kind: str = "text"
    autocomplete: str = ""
    required: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One field that a form asks for."""

    name: str
    required: bool


def fields_for(definitions: Mapping[str, Any], asked: Sequence[Asked] = ()) -> list[Field]:
    """Return the fields in a visitor's order: those asked for, else all, required as the agreement's gate has it."""
    fields = _agreed(definitions)
    if not asked:
        return fields
    wanted = {one.name: one.required for one in asked}
    return [replace(field, required=wanted[field.name]) for field in fields if field.name in wanted]


def _agreed(definitions: Mapping[str, Any]) -> list[Field]:
    required = {_NAMES.get(name, name) for name in definitions.get("required_fields", ())} | {"email"}
    options = {
        _NAMES.get(criterion["field"], criterion["field"]): tuple(str(value) for value in criterion["value"])
        for criterion in definitions.get("fit", ())
        if criterion["operator"] == "in"
    }
    return [
        Field(name, label, kind, autocomplete, name in required, options.get(name, ()))
        for name, label, kind, autocomplete in _all_fields()
    ]


# The agreement's names of fields that a form calls otherwise.
_NAMES = {"company_name": "company"}


def _all_fields() -> list[tuple[str, str, str, str]]:
    return [
        ("given_name", _("Given name"), "text", "given-name"),
        ("family_name", _("Family name"), "text", "family-name"),
        ("email", _("E-mail"), "email", "email"),
        ("phone", _("Phone"), "tel", "tel"),
        ("company", _("Company"), "text", "organization"),
        ("job_title", _("Job title"), "text", "organization-title"),
        ("country", _("Country"), "text", "country"),
        ("industry", _("Industry"), "text", ""),
        ("employees", _("Employees"), "number", ""),
        ("message", _("Message"), "area", ""),
    ]


def field_names() -> dict[str, str]:
    """Return every field that a form can show, with its label."""
    return {name: label for name, label, _kind, _autocomplete in _all_fields()}


def usual_consent() -> str:
    """Return the wording beside the box where a form has none of its own."""
    return _("Sales may contact me.")


def snippet(url: str, fields: Sequence[Field], *, consent: str = "") -> str:
    """Return a plain HTML form that posts to ``url``; hand-raisers, for it asks to talk to sales."""
    trap = _("Leave this empty")
    consent = consent or usual_consent()
    lines = [
        f'<form method="post" action="{escape(url)}" accept-charset="utf-8">',
        *(f"  <label>{escape(field.label)} {_control(field)}</label>" for field in fields),
        f'  <label hidden>{trap} <input name="hp" tabindex="-1" autocomplete="off"></label>',
        '  <input type="hidden" name="intent" value="talk_to_sales">',
        f'  <label><input type="checkbox" name="consent" value="yes"> {escape(consent)}</label>',
        f'  <button type="submit">{escape(_("Send"))}</button>',
        "</form>",
    ]
    return "\n".join(lines)


def _control(field: Field) -> str:
    more = " required" if field.required else ""
    if field.kind == "area":
        return f'<textarea name="{field.name}"{more}></textarea>'
    if field.options:
        choices = "".join(
            f'<option value="{escape(value)}">{escape(in_words(field, value))}</option>' for value in field.options
        )
        # Nobody is turned away: who is none of these is told apart later.
        other = f'<option value="other">{escape(_("Other"))}</option>'
        return f'<select name="{field.name}"{more}><option value="">–</option>{choices}{other}</select>'
    completes = f' autocomplete="{field.autocomplete}"' if field.autocomplete else ""
    return f'<input type="{field.kind}" name="{field.name}"{completes}{more}>'


def in_words(field: Field, value: str) -> str:
    """Return a choice as a visitor reads it; countries by their names."""
    if field.name == "country":
        return dict(countries()).get(value, value)
    return value if value.isupper() else value.replace("_", " ").capitalize()
