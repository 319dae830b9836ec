"""Reading the catalogue of attributes and a lead's values."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from leads import words
from leads.facts import FLAGS, KINDS
from leads.models import Attribute, Lead
from leads.normal import fold
from leads.values import shown

# What unknown fields are looked for in: the newest leads, so that the page costs the same for ever.
LOOKED_AT = 1000
UNKNOWN_SHOWN = 20


def attributes(*, with_retired: bool = True) -> list[Attribute]:
    """Return the organisation's own attributes, those in use first, in the order in which they were made."""
    rows = Attribute.objects.all() if with_retired else Attribute.objects.filter(retired_at=None)
    found = list(rows.order_by("created_at", "id"))
    return sorted(found, key=lambda attribute: attribute.is_retired)


def field_labels() -> dict[str, str]:
    """Return name → label of every field that criteria, the gate and stages can name."""
    common = {name: str(words.FIELDS[name]) for name in KINDS}
    flags = {name: str(words.FLAGS[name]) for name in FLAGS}
    own = dict(Attribute.objects.order_by("created_at", "id").values_list("key", "label"))
    return {**common, **flags, **own, "amount": _("amount")}


@dataclass(frozen=True)
class ValueRow:
    """One attribute of a lead as people read it; ``raw`` is what a form said where it differs."""

    key: str
    label: str
    text: str
    raw: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of a lead beyond the usual fields: typed, and what came and has no place yet."""

    values: list[ValueRow]
    unplaced: list[ValueRow]


def known_of(lead: Lead) -> Known:
    """Return a lead's attributes and the raw values that none of them reads."""
    own = attributes()
    read = {source for attribute in own for source in attribute.sources}
    values = [_flag(name, lead) for name in FLAGS if name in lead.attributes]
    for attribute in own:
        if attribute.key in lead.attributes or not attribute.is_retired:
            values.append(_value(attribute, lead))
    unplaced = [
        ValueRow(name, name, _raw(value))
        for name, value in lead.custom.items()
        if fold(name) not in read and name != "nurture_note"
    ]
    return Known(values, unplaced)


def _flag(name: str, lead: Lead) -> ValueRow:
    return ValueRow(name, str(words.FLAGS[name]), yes_or_no(lead.attributes[name]))


def _value(attribute: Attribute, lead: Lead) -> ValueRow:
    value = lead.attributes.get(attribute.key)
    raw = next((value for name, value in lead.custom.items() if fold(name) in attribute.sources), None)
    text = yes_or_no(value) if isinstance(value, bool) else shown(attribute.kind, value, attribute.options)
    differs = raw is not None and fold(_raw(raw)) != fold(text)
    return ValueRow(attribute.key, attribute.label, text, _raw(raw) if differs and not text else "")


def yes_or_no(value: Any) -> str:
    """Return a boolean in words, "" for none."""
    return "" if value is None else _("yes") if value else _("no")


def _raw(value: Any) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class UnknownField:
    """A form field that came with leads and that no attribute reads."""

    name: str
    leads: int
    example: str


def unknown_fields() -> list[UnknownField]:
    """Return the form fields of the newest leads that no attribute reads, the most frequent first."""
    read = {source for sources in Attribute.objects.values_list("sources", flat=True) for source in sources}
    rows = Lead.objects.filter(merged_into=None).order_by("-updated_at", "-id").values_list("custom", flat=True)
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for custom in rows[:LOOKED_AT]:
        for name, value in custom.items():
            if fold(name) not in read and name != "nurture_note":
                counts[name] += 1
                examples.setdefault(name, _raw(value)[:80])
    return [UnknownField(name, count, examples[name]) for name, count in counts.most_common(UNKNOWN_SHOWN)]


def usage_of(version_content: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields that an agreement's definitions name."""
    definitions = version_content["definitions"]
    named = {criterion["field"] for criterion in definitions["fit"]}
    return frozenset(named | set(definitions["required_fields"]) | set(definitions["exclusions"]))


def attribute_by_id(attribute_id: UUID) -> Attribute | None:
    """Return one attribute."""
    return Attribute.objects.filter(pk=attribute_id).first()
