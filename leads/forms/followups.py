"""What people say of a next step: what, until when, for whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.actions import LONGEST_STEP, When
from leads.models import FollowUp
from smarketing.lib.forms import offer
from tenants.models import Membership


class FollowUpForm(forms.Form):
    """A next step; without a time it is due some time on its day."""

    what = forms.CharField(label=_("What is to be done"), max_length=LONGEST_STEP)
    due_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    time = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("Empty: some time on that day."),
    )
    assigned_to = forms.ChoiceField(label=_("Who does it"))
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, people: Sequence[Membership], **options: Any) -> None:
        super().__init__(data, **options)
        self.people = {str(person.pk): person for person in people}
        named = [(pk, person.name) for pk, person in self.people.items()]
        offer(self, "assigned_to", named)

    def clean_assigned_to(self) -> Membership:
        """Return the member."""
        return self.people[self.cleaned_data["assigned_to"]]

    def when(self) -> When:
        """Return until when, in the zone of who fills the form in."""
        day, told = self.cleaned_data["due_on"], self.cleaned_data["time"]
        zone = timezone.get_current_timezone_name()
        if told is None:
            return When(on=day, zone=zone)
        return When(at=datetime.combine(day, told, timezone.get_current_timezone()), zone=zone)


def initial_of(step: FollowUp) -> dict[str, Any]:
    """Return a next step as the form shows it."""
    local = step.due_at.astimezone(timezone.get_current_timezone())
    return {
        "what": step.what,
        "due_on": local.date() if step.has_time else step.due_on,
        "time": f"{local:%H:%M}" if step.has_time else "",
        "assigned_to": str(step.assigned_to_id),
        "revision": step.revision,
    }
