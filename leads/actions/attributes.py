"""Keeping the catalogue of attributes, and reading and writing a lead's values."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from leads import words
from leads.facts import FLAGS, KINDS
from leads.models import Attribute
from leads.normal import fold, tidy
from leads.values import BOOLEAN, CHOICE, MULTI_CHOICE, Unreadable, typed
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership

LONGEST_LABEL = 80
MOST_ATTRIBUTES = 100
MOST_OPTIONS = 100
MOST_SOURCES = 30
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Names that already mean something: fields of every lead, and what a stage may demand besides.
TAKEN = frozenset({*KINDS, *FLAGS, "amount", "nurture_note"})

Warnings = list[dict[str, str]]


class AttributeChanged(DomainError):
    """Somebody changed or retired it meanwhile."""

    code = "attribute_changed"


@transaction.atomic
def add_attribute(
    *,
    label: str,
    kind: str,
    options: Sequence[str] = (),
    open_to_forms: bool = True,
    sources: Iterable[str] = (),
    key: str = "",
    by: Membership,
    at: datetime,
) -> Attribute:
    """Add an attribute to the catalogue; its key is made of the label unless it is given. Raises InvalidInput."""
    label, key = tidy(label), key or fold(label).lstrip("_0123456789")[:40]
    read = _sources([key, *sources] if open_to_forms else sources)
    faults = [*_label_faults(label), *_key_faults(key), *_option_faults(kind, options)]
    if not faults:
        faults += _source_faults(read, open_to_forms=open_to_forms, of=None)
    if kind not in Attribute.Kind.values:
        faults.append(FieldError("/kind", "unknown_value", _("Choose a kind.")))
    if Attribute.objects.count() >= MOST_ATTRIBUTES:
        faults.append(FieldError("/key", "too_many", _("There are %(n)d already.") % {"n": MOST_ATTRIBUTES}))
    if faults:
        raise InvalidInput(faults)
    try:
        with transaction.atomic():
            made = Attribute.objects.create(
                key=key, label=label, kind=kind, options=_options(options), open_to_forms=open_to_forms, sources=read,
                created_at=at, created_by=by, updated_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise InvalidInput([_taken()]) from error
    record("attribute.added", made, by=by, at=at, data={"key": key, "kind": kind, "open_to_forms": open_to_forms})
    return made


@transaction.atomic
def change_attribute(
    attribute: Attribute,
    *,
    label: str | None = None,
    options: Sequence[str] | None = None,
    sources: Iterable[str] | None = None,
    by: Membership,
    at: datetime,
) -> Attribute:
    """Change what may change: the words, more options, the form fields read. Raises InvalidInput, AttributeChanged.

    Options are only added: values that leads have must keep their meaning.
    """
    changes: dict[str, Any] = {}
    faults: list[FieldError] = []
    if label is not None:
        changes["label"] = tidy(label)
        faults += _label_faults(changes["label"])
    if options is not None:
        changes["options"] = _joined_options(attribute.options, options)
        faults += _option_faults(attribute.kind, [option["label"] for option in changes["options"]])
    if sources is not None:
        changes["sources"] = _sources(sources)
        faults += _source_faults(changes["sources"], open_to_forms=attribute.open_to_forms, of=attribute)
    if faults:
        raise InvalidInput(faults)
    _write(attribute, at=at, **changes)
    record("attribute.changed", attribute, by=by, at=at, data={"key": attribute.key, "changed": sorted(changes)})
    return attribute


@transaction.atomic
def retire_attribute(attribute: Attribute, *, retired: bool, by: Membership, at: datetime) -> Attribute:
    """Ask for it no more, or again; what leads have of it stays. Doing it twice changes nothing."""
    if attribute.is_retired == retired:
        return attribute
    _write(attribute, at=at, retired_at=at if retired else None)
    kind = "attribute.retired" if retired else "attribute.restored"
    record(kind, attribute, by=by, at=at, data={"key": attribute.key})
    return attribute


def _write(attribute: Attribute, *, at: datetime, **changes: Any) -> None:
    mine = Attribute.objects.filter(pk=attribute.pk, revision=attribute.revision)
    if not mine.update(updated_at=at, revision=F("revision") + 1, **changes):
        raise AttributeChanged(_("Somebody has just changed this. Look at it again."))
    attribute.refresh_from_db()


def read_custom(
    known: Mapping[str, Any], custom: Mapping[str, Any], catalogue: Iterable[Attribute]
) -> tuple[dict[str, Any], Warnings]:
    """Return a lead's attributes with what forms sent for the empty ones, and what could not be read.

    A form never changes what is known, and never says a flag; the raw values stay where they are.
    """
    by_source = {
        source: attribute for attribute in catalogue for source in attribute.sources if not attribute.is_retired
    }
    found, warnings = dict(known), []
    for name, raw in custom.items():
        attribute = by_source.get(fold(name))
        if attribute is None or attribute.key in found:
            continue
        try:
            found[attribute.key] = typed(attribute.kind, raw, attribute.options)
        except Unreadable:
            detail = _("The value of “%(name)s” cannot be read (%(kind)s); it is kept as it came.")
            named = detail % {"name": attribute.label, "kind": words.word(words.KINDS, attribute.kind)}
            warnings.append({"code": "attribute_unparsed", "detail": named})
    return found, warnings


def told_attributes(known: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lead's attributes with what a member says; None and "" take a value away. Raises InvalidInput."""
    catalogue = {attribute.key: attribute for attribute in Attribute.objects.filter(retired_at=None)}
    found, faults = dict(known), []
    for key, raw in told.items():
        pointer = f"/attributes/{key}"
        if key not in catalogue and key not in FLAGS:
            faults.append(FieldError(pointer, "unknown_field", _("There is no attribute of this name.")))
        elif raw in (None, "", []):
            found.pop(key, None)
        else:
            try:
                attribute = catalogue.get(key)
                found[key] = typed(attribute.kind, raw, attribute.options) if attribute else typed(BOOLEAN, raw)
            except Unreadable:
                faults.append(FieldError(pointer, "malformed", _("This cannot be read as what it should be.")))
    if faults:
        raise InvalidInput(faults)
    return found


def _sources(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(folded for name in names if (folded := fold(name))))


def _options(labels: Sequence[str]) -> list[dict[str, str]]:
    return [{"key": fold(label), "label": tidy(label)} for label in labels]


def _joined_options(present: Sequence[Mapping[str, str]], labels: Sequence[str]) -> list[dict[str, str]]:
    """Return the present options under their keys, relabelled where the folded label is the same, and new ones."""
    told = {option["key"]: option for option in _options(labels)}
    kept = [{**option, **told.get(option["key"], {})} for option in present]
    keys = {option["key"] for option in kept}
    return kept + [option for key, option in told.items() if key not in keys]


def _label_faults(label: str) -> list[FieldError]:
    if 0 < len(label) <= LONGEST_LABEL:
        return []
    return [FieldError("/label", "out_of_range", _("Give a name of up to %(n)d letters.") % {"n": LONGEST_LABEL})]


def _key_faults(key: str) -> list[FieldError]:
    if not _KEY.fullmatch(key):
        return [FieldError("/key", "malformed", _("Use lower-case letters, digits and underscores."))]
    if key in TAKEN or Attribute.objects.filter(key=key).exists():
        return [_taken()]
    return []


def _taken() -> FieldError:
    return FieldError("/key", "taken", _("There is a field of this name already."))


def _option_faults(kind: str, labels: Sequence[str]) -> list[FieldError]:
    keys = [fold(label) for label in labels]
    if kind not in (CHOICE, MULTI_CHOICE):
        return [FieldError("/options", "not_allowed", _("Only a list has options."))] if keys else []
    if not 0 < len(keys) <= MOST_OPTIONS or any(len(label) > LONGEST_LABEL for label in labels):
        return [FieldError("/options", "out_of_range", _("Give 1 to %(n)d options.") % {"n": MOST_OPTIONS})]
    if len(set(keys)) < len(keys) or "" in keys:
        return [FieldError("/options", "duplicate", _("Every option needs a name of its own."))]
    return []


def _source_faults(sources: Sequence[str], *, open_to_forms: bool, of: Attribute | None) -> list[FieldError]:
    if sources and not open_to_forms:
        return [FieldError("/sources", "not_allowed", _("Forms do not fill this attribute."))]
    if len(sources) > MOST_SOURCES or set(sources) & TAKEN:
        return [FieldError("/sources", "out_of_range", _("These form fields cannot be read here."))]
    others = [row for row in Attribute.objects.filter(sources__overlap=list(sources)) if of is None or row.pk != of.pk]
    taken = sorted({name for other in others for name in other.sources} & set(sources))
    if not taken:
        return []
    sentence = _("Another attribute reads these form fields: %(names)s.") % {"names": ", ".join(taken)}
    return [FieldError("/sources", "taken", sentence)]
