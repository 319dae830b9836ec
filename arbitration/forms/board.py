"""Who gets a seat on the board."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arbitration.models import Seat
from smarketing.lib.forms import offer
from tenants.models import Membership


class SeatForm(forms.Form):
    """A person and a seat."""

    member = forms.ChoiceField(label=_("Person"))
    kind = forms.ChoiceField(
        label=_("Seat"),
        choices=[
            (Seat.Kind.MEMBER, _("Member: sits, speaks and votes")),
            (Seat.Kind.DEPUTY, _("Deputy: rules where the chair is involved")),
            (Seat.Kind.CHAIR, _("Chair: rules; the present chair leaves the board")),
        ],
        help_text=_("Chair and deputies must be executives, who belong to neither side."),
    )

    def __init__(self, data: Any = None, *, people: Sequence[Membership], kind: str = Seat.Kind.MEMBER) -> None:
        super().__init__(data, initial={"kind": kind})
        choices = [(str(member.pk), f"{member.name} ({member.role_label})") for member in people]
        offer(self, "member", choices)
