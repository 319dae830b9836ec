"""What a visitor types into a form's page."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.snippet import Field, in_words


class VisitorForm(forms.Form):
    """A web form as a page of ours: the fields that it shows, the trap, the consent."""

    hp = forms.CharField(required=False, max_length=2000)
    consent = forms.BooleanField(required=False)

    def __init__(self, *args: Any, fields: Sequence[Field], consent: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = [field.name for field in fields]
        for field in fields:
            self.fields[field.name] = _control(field)
        self.fields["consent"].label = consent
        # Names before the box, the box before the trap.
        self.order_fields([*self.asked, "consent", "hp"])

    @property
    def shown(self) -> list[Any]:
        """Return what a visitor sees, in order."""
        return [self[name] for name in (*self.asked, "consent")]

    def raw(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return the post as the snippet would have sent it, with where the visit came from."""
        told = {name: str(self.cleaned_data[name] or "") for name in self.asked}
        came = {name: str(query[name])[:200] for name in query if name.startswith("utm_") or name in CLICK_IDS}
        yes = {"consent": "yes"} if self.cleaned_data["consent"] else {}
        return {**came, **told, **yes, "hp": self.cleaned_data["hp"], "intent": "talk_to_sales"}


CLICK_IDS = frozenset({"gclid", "fbclid", "msclkid", "li_fat_id", "ttclid"})
LONGEST = {"email": 320, "message": 20_000, "phone": 60}


def _control(field: Field) -> forms.Field:
    attrs = {"autocomplete": field.autocomplete} if field.autocomplete else {}
    if field.options:
        choices = [("", "–"), *((value, in_words(field, value)) for value in field.options)]
        return forms.ChoiceField(label=field.label, required=field.required, choices=[*choices, ("other", _("Other"))])
    if field.kind == "email":
        return forms.EmailField(
            label=field.label, required=field.required, max_length=320, widget=forms.EmailInput(attrs=attrs)
        )
    if field.kind == "number":
        return forms.IntegerField(label=field.label, required=field.required, min_value=0, max_value=20_000_000)
    widget: forms.Widget = forms.Textarea(attrs={"rows": 4}) if field.kind == "area" else forms.TextInput(attrs=attrs)
    longest = LONGEST.get(field.name, 200)
    return forms.CharField(label=field.label, required=field.required, max_length=longest, widget=widget)
