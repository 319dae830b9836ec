"""What marketing spends money on, how visits name it, what it cost, and what sales thinks of its leads."""

from django.db import models
from django.db.models import F, Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Campaign(TenantModel):
    """What marketing spends money on; submissions find it by their folded utm_campaign."""

    name = models.TextField()
    # The name in its links; other spellings are UtmNames.
    utm_norm = models.TextField()
    channel = models.TextField(default="")
    owner = TenantKey(Membership, null=True)
    # Its period, both days included; open-ended where there is no last one.
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    # In the organisation's currency.
    budget = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    retired_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "utm_norm"], name="campaign_utm_once"),
            models.CheckConstraint(
                name="campaign_ends_after_start",
                condition=Q(last_day=None) | Q(first_day=None) | Q(last_day__gte=F("first_day")),
            ),
            models.CheckConstraint(name="campaign_budget_not_negative", condition=Q(budget=None) | Q(budget__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name


class UtmName(TenantModel):
    """A name of a campaign that visits brought and no campaign has; waits for somebody to say what it means."""

    class State(models.TextChoices):
        UNKNOWN = "unknown"
        MAPPED = "mapped"
        IGNORED = "ignored"

    norm = models.TextField()
    # As it first came.
    example = models.TextField()
    state = models.TextField(choices=State.choices, default=State.UNKNOWN)
    campaign = TenantKey(Campaign, null=True)
    first_seen_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "norm"], name="utm_name_once"),
            models.CheckConstraint(
                name="utm_name_mapped_to_one",
                condition=Q(state="mapped", campaign__isnull=False) | (~Q(state="mapped") & Q(campaign=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.norm


class CampaignCost(TenantModel):
    """Money booked on a campaign; a wrong line is taken back, never changed."""

    campaign = TenantKey(Campaign)
    booked_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    note = models.TextField(default="")
    by = TenantKey(Membership)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = TenantKey(Membership, null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.CheckConstraint(name="campaign_cost_is_money", condition=~Q(amount=0))]
        indexes = [
            models.Index(
                fields=["organisation_id", "campaign", "booked_on"],
                name="campaign_cost_of",
                condition=Q(withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount}"


class CampaignFeedback(TenantModel):
    """What sales says of a campaign's leads: real buyers or not, and why."""

    class Verdict(models.TextChoices):
        BUYERS = "buyers"
        MIXED = "mixed"
        NO_BUYERS = "no_buyers"

    campaign = TenantKey(Campaign)
    # The lead that gave rise to it, where there is one.
    lead = TenantKey("leads.Lead", null=True)
    verdict = models.TextField(choices=Verdict.choices)
    text = models.TextField()
    by = TenantKey(Membership)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(F("organisation_id"), F("campaign"), F("at").desc(), name="campaign_feedback_of")]

    def __str__(self) -> str:
        return self.verdict
