"""What people type about forms of other providers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.adapters import PROVIDERS
from intake.forms.reading import OwnedForm, ReadingForm, refuse_unopenable, told_of
from intake.models import Form
from tenants.models import Membership


class AdapterForm(OwnedForm):
    """What is chosen about a form of another provider."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Where it stands, such as Webinar sign-up."))
    secret = forms.CharField(
        label=_("Secret that the provider signs with"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("HubSpot: your app’s client secret. Typeform, Tally: empty, we make one. Others: none."),
    )


class NewAdapterForm(AdapterForm):
    """A new form of another provider."""

    provider = forms.ChoiceField(label=_("Provider"), choices=[(key, found.label) for key, found in PROVIDERS.items()])
    field_order = ["provider", "name", "secret", "owner"]

    def clean(self) -> dict[str, Any]:
        """Who signs with a secret of its own can only be believed with it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        provider = PROVIDERS.get(cleaned.get("provider", ""))
        if provider and provider.is_genuine and not provider.makes_secret and not cleaned.get("secret"):
            text = _("%(provider)s signs with a secret of its own. Copy it here.")
            self.add_error("secret", text % {"provider": provider.label})
        return cleaned

    def settings(self) -> dict[str, Any]:
        """Return what create_adapter takes."""
        return dict(self.cleaned_data)


class ChangeAdapterForm(ReadingForm, AdapterForm):
    """All that can be chosen about a form of another provider."""

    thanks_url = forms.URLField(
        label=_("Thank-you page"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=_("Where a browser goes that posted by itself (Salesforce web-to-lead)."),
    )
    field_order = ["name", "owner", "mapping", "country", "opt_in", "thanks_url", "secret"]

    def __init__(self, *args: Any, form: Form, marketers: list[Membership], **options: Any) -> None:
        initial = {**told_of(form), "thanks_url": form.thanks_url}
        super().__init__(*args, marketers=marketers, initial=initial, **options)
        self.fields["secret"].help_text = _("Empty: it stays as it is.")
        self.fields["mapping"].label = _("Names of the provider's own fields")
        provider = PROVIDERS[form.provider]
        if provider.is_genuine is None:
            del self.fields["secret"]
        if not provider.by_browser:
            del self.fields["thanks_url"]

    def clean_thanks_url(self) -> str:
        """Refuse a page that no browser opens."""
        return refuse_unopenable(str(self.cleaned_data["thanks_url"]))

    def changes(self) -> dict[str, Any]:
        """Return what change_adapter takes."""
        return dict(self.cleaned_data)
