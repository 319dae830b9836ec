"""The two-sided contract: its versions and the signatures under them."""

from django.db import models
from django.db.models import F, Q

from sla.models.sides import Side
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class AgreementVersion(TenantModel):
    """One version of the two-sided contract. Once signed the database refuses to change its content."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PROPOSED = "proposed"
        SIGNED = "signed"
        DISCARDED = "discarded"

    number = models.PositiveIntegerField()
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    content = models.JSONField()
    content_hash = models.TextField(default="")
    # In force over [starts_at, ends_at); a first of a month in the organisation's zone.
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = TenantKey(Membership, null=True)
    proposed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "number"], name="agreement_number_once"),
            models.CheckConstraint(
                name="agreement_signed_is_complete",
                condition=~Q(state="signed") | (Q(starts_at__isnull=False) & ~Q(content_hash="")),
            ),
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"agreement v{self.number}"


class Signature(TenantModel):
    """One head's signature under one version's hash."""

    version = TenantKey(AgreementVersion)
    side = models.TextField(choices=Side.choices)
    member = TenantKey(Membership)
    signed_at = models.DateTimeField()
    content_hash = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "version", "side"], name="signature_once")]

    def __str__(self) -> str:
        return f"{self.side} {self.signed_at:%Y-%m-%d}"
