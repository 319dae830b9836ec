"""What administrators type about endpoints."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Endpoint
from notifications.payloads import TYPES
from smarketing.lib.forms import offer


class EndpointForm(forms.Form):
    """Where messages go, and which."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("What is at the other end, such as CRM."))
    url = forms.CharField(label=_("Address"), max_length=2000, widget=forms.URLInput)
    everything = forms.BooleanField(
        label=_("Everything, new types as well"),
        required=False,
        help_text=_("While this is ticked, the single boxes below make no difference."),
    )
    types = forms.MultipleChoiceField(
        label=_("Without “Everything”, only these"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, kind: str, of: Endpoint | None = None) -> None:
        initial: dict[str, Any] = {"everything": of is None and kind == Endpoint.Kind.WEBHOOK}
        if of is not None:
            initial = {"name": of.name, "everything": not of.types, "types": of.types}
            if kind == Endpoint.Kind.WEBHOOK:
                initial["url"] = of.shown_url
        super().__init__(data, initial=initial)
        offer(self, "types", [(name, kind.label) for name, kind in TYPES.items()])
        self.kind = kind
        if kind == Endpoint.Kind.SLACK:
            self._for_a_channel(kept=of is not None)
        else:
            self.fields["url"].help_text = _("Must begin with https:// and be reachable from the internet.")

    def _for_a_channel(self, *, kept: bool) -> None:
        self.fields["name"].help_text = _("The channel, such as #sales-sla.")
        self.fields["url"].widget = forms.TextInput(attrs={"autocomplete": "off"})
        self.fields["url"].required = not kept
        self.fields["url"].help_text = (
            _("Empty: as it is. It is stored encrypted and never shown again.")
            if kept
            else _("The incoming webhook that Slack gave you. It is stored encrypted and never shown again.")
        )

    def clean(self) -> dict[str, Any]:
        """Demand a choice of types."""
        given = super().clean() or {}
        if not given.get("everything") and not given.get("types") and "types" not in self.errors:
            self.add_error("types", _("Choose at least one, or everything."))
        return given

    def types_told(self) -> list[str]:
        """Return the chosen types; none means all."""
        return [] if self.cleaned_data["everything"] else self.cleaned_data["types"]


class ReplayForm(forms.Form):
    """Which messages are sent once more."""

    since = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    until = forms.DateTimeField(label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    all_of_them = forms.BooleanField(label=_("Also those that arrived"), required=False)

    def __init__(self, data: Any = None, *, zone: str) -> None:
        super().__init__(data)
        self.zone = ZoneInfo(zone)

    def clean_since(self) -> datetime:
        """Return the moment, typed in the organisation's zone."""
        return self._moment("since")

    def clean_until(self) -> datetime:
        """Return the moment, typed in the organisation's zone."""
        return self._moment("until")

    def _moment(self, name: str) -> datetime:
        typed: datetime = self.cleaned_data[name]
        if not 2000 <= typed.year <= 2200:
            raise forms.ValidationError(_("Choose a day of this century."), code="out_of_range")
        return typed.replace(tzinfo=self.zone)

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until <= since:
            self.add_error("until", _("Choose a later time than the first."))
        return given
