"""What people type about web forms."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.actions import OriginMalformed, checked_origin
from intake.forms.reading import OwnedForm, ReadingForm, refuse_unopenable, told_of
from intake.models import Form
from intake.snippet import field_names
from tenants.models import Membership

HIDDEN, ASKED, REQUIRED = "", "asked", "required"


class FormForm(OwnedForm):
    """A new web form."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Where it stands, such as Contact page."))
    origins = forms.CharField(
        label=_("Sites that may post"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One origin per line, such as https://www.example.com."),
    )
    thank_you_url = forms.URLField(
        label=_("Thank-you page"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=_("Where a visitor goes after sending. Empty: a plain page of ours."),
    )
    field_order = ["name", "origins", "thank_you_url", "owner"]

    def clean_origins(self) -> list[str]:
        """Return the origins as browsers spell them, each once."""
        try:
            found = [checked_origin(line) for line in self.cleaned_data["origins"].split()]
        except OriginMalformed as refused:
            raise forms.ValidationError(refused.sentence, code=refused.code) from refused
        return list(dict.fromkeys(found))

    def clean_thank_you_url(self) -> str:
        """Refuse a page that no browser opens."""
        return refuse_unopenable(str(self.cleaned_data["thank_you_url"]))


class ChangeForm(ReadingForm, FormForm):
    """All that can be chosen about a form that stands already."""

    consent_text = forms.CharField(
        label=_("Wording of the consent"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands beside the box and is kept with every consent. A new wording is a new version."),
    )
    thanks_text = forms.CharField(
        label=_("Words of thanks"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, form: Form, marketers: list[Membership], **options: Any) -> None:
        super().__init__(*args, marketers=marketers, initial=told_of(form), **options)
        choices = [(HIDDEN, _("not shown")), (ASKED, _("shown")), (REQUIRED, _("required"))]
        asked = {one["name"]: REQUIRED if one["required"] else ASKED for one in form.asks}
        for name, label in field_names().items():
            self.fields[f"ask_{name}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=asked.get(name, HIDDEN)
            )

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """What is chosen about the form itself."""
        return [bound for bound in self if not bound.name.startswith("ask_")]

    @property
    def asked_fields(self) -> list[forms.BoundField]:
        """What is chosen about each field that it could show."""
        return [bound for bound in self if bound.name.startswith("ask_")]

    def clean(self) -> dict[str, Any]:
        """A form that asks for something has to ask how to reach the person."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        asks = self._asks(cleaned)
        if asks and "email" not in {one["name"] for one in asks}:
            self.add_error("ask_email", _("Without an address nobody can be known again; show it."))
        if cleaned.get("opt_in") and asks and not any(one["name"] == "email" and one["required"] for one in asks):
            self.add_error("ask_email", _("A confirmation by mail needs an address; require it."))
        return cleaned

    def _asks(self, cleaned: Mapping[str, Any]) -> list[dict[str, Any]]:
        chosen = {name: cleaned.get(f"ask_{name}", HIDDEN) for name in field_names()}
        return [{"name": name, "required": how == REQUIRED} for name, how in chosen.items() if how]

    def changes(self) -> dict[str, Any]:
        """Return what change_form takes."""
        cleaned = {name: value for name, value in self.cleaned_data.items() if not name.startswith("ask_")}
        cleaned["thanks_url"] = cleaned.pop("thank_you_url")
        return {**cleaned, "asks": self._asks(self.cleaned_data)}
