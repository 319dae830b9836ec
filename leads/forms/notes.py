"""Fields and sentences that several forms share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

LONGEST_NOTE = 4000


WORDS_OF_FIELDS = {
    "reason": gettext_lazy("Choose a reason of the agreement."),
    "criterion": gettext_lazy("Name the criterion that is not met."),
    "evidence_url": gettext_lazy("This reason needs evidence: add a file, or give its address."),
}


def note_field(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )
