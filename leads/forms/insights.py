"""What people write down of customers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.actions import LONGEST_INSIGHT
from smarketing.lib.forms import offer


class InsightForm(forms.Form):
    """An insight with its tags: those that are used most are ticked, others typed."""

    text = forms.CharField(
        label=_("What you learned"),
        max_length=LONGEST_INSIGHT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A need, an objection, a competitor, a word that customers use."),
    )
    known = forms.MultipleChoiceField(label=_("Tags"), required=False, widget=forms.CheckboxSelectMultiple)
    more = forms.CharField(
        label=_("Other tags"), required=False, max_length=400, help_text=_("Divided by commas: price, competitor.")
    )

    def __init__(self, data: Any = None, *, suggested: Sequence[str], **options: Any) -> None:
        super().__init__(data, **options)
        if suggested:
            offer(self, "known", [(tag, tag) for tag in suggested])
        else:
            del self.fields["known"]

    def told(self) -> dict[str, Any]:
        """Return the text and all its tags."""
        given = self.cleaned_data
        return {"text": given["text"], "tags": [*given.get("known", []), *given["more"].split(",")]}
