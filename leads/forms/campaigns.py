"""What people say of campaigns: what they are, what they cost, whether their leads buy."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.actions.campaigns import LARGEST_AMOUNT
from leads.forms.notes import LONGEST_NOTE
from leads.models import Campaign
from leads.words import VERDICTS
from tenants.models import Membership

MOST = LARGEST_AMOUNT - 1


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))


class CampaignForm(forms.Form):
    """A campaign; its name in links is given once."""

    name = forms.CharField(label=_("Name"), max_length=120)
    utm = forms.CharField(
        label=_("Name in its links (utm_campaign)"),
        max_length=120,
        required=False,
        help_text=_("Empty: made from the name. Capitals and spaces do not matter."),
    )
    channel = forms.CharField(label=_("Channel"), max_length=60, required=False, help_text=_("Search, fair, webinar…"))
    owner: "forms.ModelChoiceField[Membership]" = forms.ModelChoiceField(
        label=_("Owner"), queryset=None, required=False
    )
    first_day = _day(_("First day"))
    last_day = _day(_("Last day"))
    budget = forms.DecimalField(label=_("Budget"), min_value=0, max_value=MOST, decimal_places=2, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, owners: list[Membership], known: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        owner: Any = self.fields["owner"]
        owner.queryset = Membership.objects.filter(pk__in=[member.pk for member in owners])
        owner.label_from_instance = lambda member: member.name
        if known:
            del self.fields["utm"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("It ends before it begins."))
        return given


class CostForm(forms.Form):
    """Money booked on a campaign."""

    booked_on = _day(_("Day"), required=True)
    amount = forms.DecimalField(
        label=_("Amount"), min_value=-MOST, max_value=MOST, decimal_places=2, help_text=_("A credit note is negative.")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_("Give an amount other than 0."))
        return amount


class FeedbackForm(forms.Form):
    """What sales says of a campaign's leads."""

    verdict = forms.ChoiceField(label=_("Its leads are"), choices=list(VERDICTS.items()), widget=forms.RadioSelect)
    text = forms.CharField(label=_("Why"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3}))


class MapForm(forms.Form):
    """Which campaign a name of visits means; none is a choice too."""

    campaign: "forms.ModelChoiceField[Campaign]" = forms.ModelChoiceField(
        label=_("Campaign"), queryset=None, required=False, empty_label=_("None: leave it out")
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        campaign: Any = self.fields["campaign"]
        campaign.queryset = Campaign.objects.order_by("name")
