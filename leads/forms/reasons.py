"""One press in the catalogue of reasons."""

from django import forms

from leads.reasons import KINDS


class ReasonActForm(forms.Form):
    """Which reason, and what becomes of it."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS])
    key = forms.CharField(max_length=100)
    act = forms.ChoiceField(choices=[(act, act) for act in ("up", "down", "retire", "restore")])
