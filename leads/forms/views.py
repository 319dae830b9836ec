"""Naming a list of leads."""

from django import forms
from django.utils.translation import gettext_lazy


class ViewForm(forms.Form):
    """A name for what the list shows, and who may open it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    is_shared = forms.BooleanField(
        label=gettext_lazy("Share with everybody here"),
        required=False,
        help_text=gettext_lazy("Each of them sees only the leads that they may see."),
    )
