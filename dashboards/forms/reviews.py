"""Meetings as people plan them and write them down."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.actions.reviews import LONGEST_TEXT, LONGEST_TITLE
from dashboards.models import Review
from smarketing.lib.forms import offer
from tenants.models import Membership


class ReviewForm(forms.Form):
    """When and where both sides meet, and how often."""

    starts_at = forms.DateTimeField(
        label=_("Begins"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    minutes_for = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=600, initial=60)
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    rhythm = forms.ChoiceField(
        label=_("How often"),
        choices=[
            (Review.Rhythm.MONTHLY, _("Every month, on the same weekday")),
            (Review.Rhythm.FORTNIGHTLY, _("Every two weeks")),
            (Review.Rhythm.WEEKLY, _("Every week")),
            (Review.Rhythm.ONCE, _("Once")),
        ],
    )


class ChangeForm(ReviewForm):
    """A planned meeting as it was read, changed."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class PointForm(forms.Form):
    """A point that somebody puts on the agenda."""

    title = forms.CharField(label=_("Put on the agenda"), max_length=LONGEST_TITLE)


class ItemForm(forms.Form):
    """What was said and decided about one item."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    minutes = forms.CharField(
        label=_("What was said"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )
    decision = forms.CharField(
        label=_("What was decided"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )


class ActionForm(forms.Form):
    """What somebody takes on, and until when."""

    text = forms.CharField(label=_("What is to be done"), max_length=LONGEST_TITLE)
    owner = forms.ChoiceField(label=_("Who does it"))
    due_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any = None, *, people: Sequence[Membership], **options: Any) -> None:
        super().__init__(data, **options)
        self.people = {str(person.pk): person for person in people}
        offer(self, "owner", [(pk, person.name) for pk, person in self.people.items()])

    def clean_owner(self) -> Membership:
        """Return the member who was chosen."""
        return self.people[self.cleaned_data["owner"]]


class CarryForm(forms.Form):
    """More time for an action."""

    due_on = forms.DateField(label=_("Now until"), widget=forms.DateInput(attrs={"type": "date"}))
