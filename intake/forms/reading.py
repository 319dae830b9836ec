"""What all forms and files have in common: whose leads they make, and how what comes is read."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.models import Form
from intake.words import TARGETS
from smarketing.lib.forms import offer
from tenants.models import Membership

SEPARATOR = "="


def refuse_unopenable(url: str) -> str:
    """Return the address of a page, or raise ValidationError where no browser opens it."""
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise forms.ValidationError(_("Use an address that begins with https://."), code="scheme")
    return url


class OwnedForm(forms.Form):
    """Whose leads they will be."""

    # What stands for nobody in particular.
    nobody: ClassVar[Any] = _("Nobody yet")

    owner = forms.ChoiceField(label=_("Marketer"), required=False, help_text=_("Who answers for its leads."))

    def __init__(self, *args: Any, marketers: list[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        self.marketers = {str(member.pk): member for member in marketers}
        choices = [("", self.nobody), *((pk, member.name) for pk, member in self.marketers.items())]
        offer(self, "owner", choices)

    def clean_owner(self) -> Membership | None:
        """Return the marketer."""
        return self.marketers.get(self.cleaned_data["owner"])


class ReadingForm(forms.Form):
    """How what a form sends is read: the country of its numbers, the confirmation by mail, other names of fields."""

    country = forms.CharField(
        label=_("Country of phone numbers"),
        required=False,
        min_length=2,
        max_length=2,
        help_text=_("Two letters, such as AT: how numbers without +43 are dialled."),
    )
    opt_in = forms.BooleanField(
        label=_("Confirm addresses by mail first (double opt-in)"),
        required=False,
        help_text=_("A post becomes a lead when its sender has clicked the link in the mail."),
    )
    mapping = forms.CharField(
        label=_("Names of the site's own fields"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One per line: their name = ours, such as firma_name = company.name."),
    )

    def clean_country(self) -> str:
        """Return two capital letters, or none."""
        country = str(self.cleaned_data["country"]).upper()
        if country and not (country.isascii() and country.isalpha()):
            raise forms.ValidationError(_("Two letters, such as AT."), code="country")
        return country

    def clean_mapping(self) -> dict[str, str]:
        """Return their names and ours; names the line that is wrong."""
        found: dict[str, str] = {}
        for line in filter(None, (line.strip() for line in self.cleaned_data["mapping"].splitlines())):
            theirs, _sign, ours = (part.strip() for part in line.rpartition(SEPARATOR))
            if not theirs or ours not in TARGETS:
                text = _("“%(line)s”: use one of %(names)s.")
                names = ", ".join(TARGETS)
                raise forms.ValidationError(text, code="mapping", params={"line": line, "names": names})
            found[theirs] = ours
        return found


def told_of(form: Form) -> dict[str, Any]:
    return {
        "name": form.name,
        "origins": "\n".join(form.key.allowed_origins),
        "thank_you_url": form.thanks_url,
        "owner": str(form.owner_id or ""),
        "country": form.country,
        "opt_in": form.opt_in,
        "consent_text": form.consent_text,
        "thanks_text": form.thanks_text,
        "mapping": "\n".join(f"{theirs} {SEPARATOR} {ours}" for theirs, ours in form.mapping.items()),
    }
