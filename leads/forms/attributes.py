"""What administrators type of attributes, and what members say of a lead's."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from leads import words
from leads.actions.attributes import LONGEST_LABEL
from leads.facts import FLAGS
from leads.models import Attribute, Lead
from leads.values import LONGEST_TEXT


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class AttributeForm(forms.Form):
    """One attribute of the catalogue; what stands for ever is asked only of a new one."""

    label = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_LABEL)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(words.KINDS.items()))
    options = forms.CharField(
        label=gettext_lazy("Options"), required=False, max_length=10_000,
        help_text=gettext_lazy("Of a list: one in each line."), widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    open_to_forms = forms.BooleanField(
        label=gettext_lazy("Web forms may fill it"), required=False, initial=True,
        help_text=gettext_lazy("Only a yes-or-no that no web form fills can keep a lead from being handed over."),
    )  # fmt: skip
    sources = forms.CharField(
        label=gettext_lazy("Read from form fields"), required=False, max_length=6_000,
        help_text=gettext_lazy("Names of form fields, one in each line; its own name is read anyway."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any] | None = None, *, of: Attribute | None = None, source: str = "") -> None:
        initial: dict[str, Any] = {"label": source.replace("_", " ").capitalize()[:LONGEST_LABEL], "sources": source}
        if of is not None:
            options = "\n".join(option["label"] for option in of.options)
            initial = {"label": of.label, "options": options, "sources": "\n".join(of.sources)}
        super().__init__(data, initial=initial)
        if of is not None:
            del self.fields["kind"], self.fields["open_to_forms"]
            if not of.open_to_forms:
                del self.fields["sources"]
            if of.kind not in (Attribute.Kind.CHOICE, Attribute.Kind.MULTI_CHOICE):
                del self.fields["options"]
            else:
                self.fields["options"].help_text = gettext_lazy("One in each line. Options are added, never removed.")

    def told(self) -> dict[str, Any]:
        """Return the arguments of the action."""
        given = {name: value for name, value in self.cleaned_data.items() if name in self.fields}
        return {name: _lines(value) if name in ("options", "sources") else value for name, value in given.items()}


class ValuesForm(forms.Form):
    """A lead's attributes; names of fields begin with "a_" so that no key can mean anything else."""

    def __init__(self, lead: Lead, catalogue: Iterable[Attribute], data: Mapping[str, Any] | None = None) -> None:
        self.known: Mapping[str, Any] = lead.attributes
        initial = {f"a_{key}": _typed_in(value) for key, value in self.known.items()}
        super().__init__(data, initial=initial)
        for attribute in catalogue:
            self.fields[f"a_{attribute.key}"] = _field(attribute)
        for name in FLAGS:
            self.fields[f"a_{name}"] = _yes_or_no(str(words.FLAGS[name]).capitalize())

    def told(self) -> dict[str, Any]:
        """Return what was changed, by key."""
        given = {name.removeprefix("a_"): value for name, value in self.cleaned_data.items()}
        return {key: value for key, value in given.items() if (value or "") != (_typed_in(self.known.get(key)) or "")}


def _typed_in(value: Any) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value) if isinstance(value, int) else value


def _yes_or_no(label: str) -> forms.ChoiceField:
    choices = [("", gettext_lazy("not known")), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]
    return forms.ChoiceField(label=label, required=False, choices=choices)


def _field(attribute: Attribute) -> forms.Field:
    kinds, label = Attribute.Kind, attribute.label
    options = [(option["key"], option["label"]) for option in attribute.options]
    if attribute.kind == kinds.BOOLEAN:
        return _yes_or_no(label)
    if attribute.kind == kinds.CHOICE:
        return forms.ChoiceField(label=label, required=False, choices=[("", gettext_lazy("not known")), *options])
    if attribute.kind == kinds.MULTI_CHOICE:
        return forms.MultipleChoiceField(
            label=label, required=False, choices=options, widget=forms.CheckboxSelectMultiple
        )
    widget = forms.TextInput(attrs={"type": "date"} if attribute.kind == kinds.DATE else {})
    return forms.CharField(label=label, required=False, max_length=LONGEST_TEXT, widget=widget)
