"""How marketing answers a return."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from leads.actions import CORRECTABLE
from leads.facts import fields_of
from leads.forms.evidence import files_field
from leads.forms.notes import note_field
from leads.models import Lead


class ResendForm(forms.Form):
    """Corrections of a returned lead, and a word to sales."""

    given_name = forms.CharField(label=gettext_lazy("Given name"), required=False, max_length=200)
    family_name = forms.CharField(label=gettext_lazy("Family name"), required=False, max_length=200)
    job_title = forms.CharField(label=gettext_lazy("Job title"), required=False, max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=60)
    company_name = forms.CharField(label=gettext_lazy("Company"), required=False, max_length=300)
    employees = forms.IntegerField(
        label=gettext_lazy("Employees"), required=False, min_value=0, max_value=2_000_000_000
    )
    industry = forms.CharField(label=gettext_lazy("Industry"), required=False, max_length=120)
    country = forms.CharField(label=gettext_lazy("Country (two letters)"), required=False, max_length=2)
    note = note_field(gettext_lazy("What sales should know now"), required=True)
    evidence_files = files_field(gettext_lazy("Evidence for your answer"))

    def __init__(self, lead: Lead, data: Mapping[str, Any] | None = None, files: Any = None) -> None:
        self.known = fields_of(lead)
        super().__init__(data, files, initial={name: self.known.get(name) for name in CORRECTABLE})

    def changes(self) -> dict[str, Any]:
        """Return what was corrected: fields whose value is another now."""
        given = {name: value for name, value in self.cleaned_data.items() if name in CORRECTABLE}
        return {name: value for name, value in given.items() if (value or "") != (self.known.get(name) or "")}


class NurtureForm(forms.Form):
    """When to look at the lead again."""

    wake_on = forms.DateField(label=gettext_lazy("Wake up on"), widget=forms.DateInput(attrs={"type": "date"}))
    note = note_field(gettext_lazy("Note"))
    evidence_files = files_field(gettext_lazy("Evidence for your answer"))
