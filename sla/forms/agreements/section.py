"""What the forms of all sections share: fields made from the content, and faults shown at their field.

# Note [Two checks]
A form only reads: texts become numbers and lists. Whether the terms make sense is decided in one
place, `sla.content.validate`; its pointers lead back to the fields through ``pointers``.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from sla.content import with_defaults
from smarketing.lib.errors import FieldError

Content = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Fields that belong together, as the page prints them; ``toggle`` says whether they are agreed at all."""

    title: str
    fields: Sequence[forms.BoundField]
    note: str = ""
    side: str = ""
    toggle: forms.BoundField | None = None


class SectionForm(forms.Form):
    """One section of a draft. Subclasses make the fields, their values, and the content that they amount to."""

    # Top-level parts of the content that this form writes.
    edits: ClassVar[tuple[str, ...]] = ()

    # No field is asked for by the browser: what may be empty depends on what is agreed.
    use_required_attribute = False

    base = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, content: Content, data: Mapping[str, Any] | None = None) -> None:
        self.given = with_defaults(content)
        self.stored = content
        # JSON pointer → name of the field that shows its faults.
        self.pointers: dict[str, str] = {}
        super().__init__(data)
        self.build()

    @classmethod
    def parts(cls, content: Content) -> Content:
        """Return what this form edits of a content."""
        return {name: content.get(name) for name in cls.edits}

    def build(self) -> None:
        """Add the fields, with what the content says as their first values."""
        raise NotImplementedError

    def groups(self) -> Iterable[Group]:
        """Return the fields as the page shows them."""
        raise NotImplementedError

    def write(self, content: Content) -> None:
        """Write what was filled in into a copy of the content, and note the pointers."""
        raise NotImplementedError

    def content(self) -> Content:
        """Return the whole content as it would be."""
        content = deepcopy(self.stored)
        self.write(content)
        return content

    def show_faults(self, errors: Iterable[FieldError]) -> None:
        """Put each fault to the field that it is about, or above the form. See Note [Two checks]."""
        for error in errors:
            name = self._field_of(error.pointer)
            if name is None or error.detail not in [str(said) for said in self.errors.get(name, [])]:
                self.add_error(name, error.detail)

    def _field_of(self, pointer: str) -> str | None:
        place = pointer
        while place:
            if place in self.pointers:
                return self.pointers[place]
            place = place.rpartition("/")[0]
        return None

    def as_shown(self) -> list[Group]:
        """Return the groups for the page.

        No field calls itself optional there: its help says what empty means. The first fault has the focus.
        """
        for made in self.fields.values():
            made.required = True
        wrong = [name for name in self.fields if name in self.errors] if self.is_bound else []
        if wrong:
            self.fields[wrong[0]].widget.attrs["autofocus"] = True
        return list(self.groups())

    def add(self, name: str, made: forms.Field, initial: Any = None) -> None:
        """Add a field with its first value."""
        made.initial = initial
        self.fields[name] = made

    def value(self, name: str) -> Any:
        """Return what was filled in; of several choices that are the same as before, in the order as before."""
        found, before = self.cleaned_data.get(name), self.fields[name].initial
        if isinstance(found, list) and isinstance(before, list) and sorted(found) == sorted(before):
            # A page lists choices in its own order; that alone changes no term.
            return before
        return found


def number_field(label: Any, **options: Any) -> forms.DecimalField:
    """Return a field for a number; what is missing is the content's matter to say."""
    return forms.DecimalField(label=label, required=False, max_digits=14, decimal_places=4, localize=False, **options)


def whole_field(label: Any, **options: Any) -> forms.IntegerField:
    """Return a field for a whole number."""
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=10**9, **options)


def choice_field(label: Any, choices: Sequence[tuple[str, Any]], **options: Any) -> forms.ChoiceField:
    """Return a select."""
    return forms.ChoiceField(label=label, choices=choices, required=False, **options)


def choices_field(label: Any, choices: Sequence[tuple[str, Any]], **options: Any) -> forms.MultipleChoiceField:
    """Return a group of check boxes."""
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=widget, **options)


class SharesField(forms.CharField):
    """Percentages such as "50, 75, 90", cleaned to a list of whole numbers."""

    default_error_messages = {"invalid": _("Write percentages such as 50, 75, 90.")}

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(share) for share in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        parts = [part.strip() for part in str(value or "").replace(";", ",").split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return [int(part) for part in parts]


def as_amount(number: Decimal | None) -> int | str | None:
    """Return a number as content writes it: whole, or a decimal as text."""
    if number is None:
        return None
    return int(number) if number == int(number) else f"{number.normalize():f}"


def as_share(percent: Decimal | None) -> str | None:
    """Return a percentage as the share that content writes."""
    return None if percent is None else f"{(percent / 100).normalize():f}"


def as_percent(share: str | None) -> Decimal | None:
    """Return a share of the content as a percentage."""
    return None if share is None else Decimal(f"{(Decimal(share) * 100).normalize():f}")
