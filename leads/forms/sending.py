"""What marketing says when it hands over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from leads.forms.notes import note_field


class HandoverForm(forms.Form):
    """What marketing tells sales along with a lead."""

    note = note_field(gettext_lazy("Note for sales"))
    override_reason = note_field(gettext_lazy("Why although it is not qualified"))

    def __init__(self, *args: Any, needs_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_override:
            self.fields["override_reason"].required = True
        else:
            del self.fields["override_reason"]
