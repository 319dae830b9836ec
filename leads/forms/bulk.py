"""What is done to several leads at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from leads.actions.changing_many import CHANGES
from tenants.queries import active_members
from tenants.roles import MARKETING


class BulkForm(forms.Form):
    """One change and what it needs: a marketer, or a day with a reason."""

    change = forms.ChoiceField(choices=[(name, name) for name in CHANGES])
    marketer = forms.ChoiceField(label=gettext_lazy("Marketer"), required=False)
    wake_on = forms.DateField(label=gettext_lazy("Wake up on"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(member.pk): member for member in active_members(roles=sorted(MARKETING))}
        field = self.fields["marketer"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "–"), *((pk, member.name) for pk, member in self.people.items())]

    def clean(self) -> dict[str, Any]:
        """Ask for what the change needs."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("change") == "marketer" and not told.get("marketer"):
            self.add_error("marketer", forms.ValidationError(gettext_lazy("Choose who answers for them."), "missing"))
        if told.get("change") == "nurture" and not told.get("wake_on") and "wake_on" not in self.errors:
            self.add_error("wake_on", forms.ValidationError(gettext_lazy("Say until when."), "missing"))
        return told
