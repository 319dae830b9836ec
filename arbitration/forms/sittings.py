"""Meetings of the board as people plan them and write them down."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arbitration.models import Sitting
from smarketing.lib.forms import offer


class SittingForm(forms.Form):
    """When and where the board meets, and which cases come first."""

    starts_at = forms.DateTimeField(label=_("Begins"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    minutes_for = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=600, initial=60)
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    order = forms.ChoiceField(
        label=_("Cases in the order of"),
        choices=[
            (Sitting.Order.OLDEST, _("Age: the oldest appeal first")),
            (Sitting.Order.VALUE, _("Value: hand-raisers and heavy tiers first")),
            (Sitting.Order.QUOTA, _("Quota: where most points hang on the ruling")),
        ],
    )


class MinutesForm(forms.Form):
    """What was discussed."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    minutes = forms.CharField(
        label=_("Minutes"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 8})
    )


class DocketForm(forms.Form):
    """What happens to a case on the docket, or to the sitting."""

    do = forms.ChoiceField(choices=[(name, "") for name in ("up", "down", "off", "on", "held", "cancelled")])
    case = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        """Everything but the end of the sitting is about a case."""
        given = super().clean() or {}
        if given.get("do") not in ("held", "cancelled", None) and not given.get("case"):
            self.add_error("case", _("Choose a case."))
        return given


class AddForm(forms.Form):
    """Which case comes onto the docket."""

    case = forms.ChoiceField(label=_("Add a case"))

    def __init__(self, *, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        offer(self, "case", choices)
