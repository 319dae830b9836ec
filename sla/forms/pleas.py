"""What is asked for when a breach is to be excused or disproved, and when that is answered."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.lib.forms import offer

MOST_WORDS = 2000


def _words(label: Any, help_text: Any = "", *, required: bool) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=MOST_WORDS, widget=widget)


class ExcuseForm(forms.Form):
    """Why a breach should not count."""

    reason = _words(gettext_lazy("Reason"), gettext_lazy("The other side reads this before it answers."), required=True)


class EvidenceForm(forms.Form):
    """When it happened, and how one can know."""

    happened_at = forms.DateTimeField(
        label=gettext_lazy("When it happened"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    note = _words(gettext_lazy("How this can be known"), required=True)

    def __init__(self, *args: Any, begin_at: datetime, end_at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.begin_at, self.end_at = begin_at, end_at

    def clean_happened_at(self) -> datetime:
        moment: datetime = self.cleaned_data["happened_at"]
        if not self.begin_at <= moment <= self.end_at:
            raise forms.ValidationError(_("It must lie between the start and the deadline."))
        return moment


class DecisionForm(forms.Form):
    """Yes or no, and why."""

    granted = forms.ChoiceField(label=gettext_lazy("Answer"), widget=forms.RadioSelect, choices=[])
    note = _words(gettext_lazy("Note"), gettext_lazy("Who asked reads this."), required=False)

    def __init__(self, *args: Any, yes: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "granted", [("yes", yes), ("no", _("Refuse"))])

    @property
    def is_granted(self) -> bool:
        """Tell whether the answer is yes."""
        return bool(self.cleaned_data["granted"] == "yes")
