"""What people type about web forms."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.actions import OriginMalformed, checked_origin
from tenants.models import Membership


class FormForm(forms.Form):
    """A new web form."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Where it stands, such as Contact page."))
    origins = forms.CharField(
        label=_("Sites that may post"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One origin per line, such as https://www.example.com."),
    )
    thank_you_url = forms.URLField(
        label=_("Thank-you page"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=_("Where a visitor goes after sending. Empty: a plain page of ours."),
    )
    owner = forms.ChoiceField(label=_("Marketer"), required=False, help_text=_("Who answers for its leads."))

    def __init__(self, *args: Any, marketers: list[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        self.marketers = {str(member.pk): member for member in marketers}
        choices = [("", _("Nobody yet")), *((pk, member.name) for pk, member in self.marketers.items())]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]

    def clean_origins(self) -> list[str]:
        """Return the origins as browsers spell them, each once."""
        try:
            found = [checked_origin(line) for line in self.cleaned_data["origins"].split()]
        except OriginMalformed as refused:
            raise forms.ValidationError(refused.sentence, code=refused.code) from refused
        return list(dict.fromkeys(found))

    def clean_thank_you_url(self) -> str:
        """Refuse a page that no browser opens."""
        url = str(self.cleaned_data["thank_you_url"])
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise forms.ValidationError(_("Use an address that begins with https://."), code="scheme")
        return url

    def clean_owner(self) -> Membership | None:
        """Return the marketer."""
        return self.marketers.get(self.cleaned_data["owner"])
