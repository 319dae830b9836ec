"""What is chosen about how long things are kept."""

from django import forms
from django.utils.translation import gettext_lazy as _


class KeepingForm(forms.Form):
    """For how many days things are kept."""

    submissions_days = forms.IntegerField(
        label=_("Days for payloads of submissions"),
        min_value=30,
        max_value=3650,
        help_text=_("Afterwards what was sent is blanked. The lead stays."),
    )
    visits_days = forms.IntegerField(
        label=_("Days for visits of people who never said who they are"), min_value=1, max_value=1095
    )
