"""The two-sided contract: its versions and the signatures under them."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from sla.content import with_labels
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
    # The version from which the draft was made.
    based_on = TenantKey("sla.AgreementVersion", null=True)
    # Counts the changes of a draft, so that two people cannot overwrite each other.
    revision = models.PositiveIntegerField(default=1)
    # Counts the proposals: signatures under an earlier one do not count any more.
    proposal = models.PositiveSmallIntegerField(default=1)
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    content = models.JSONField()
    content_hash = models.TextField(default="")
    # Labels that an administrator wrote over those of the content: JSON pointer → text. No part of what was signed.
    labels = models.JSONField(default=dict)
    # In force over [starts_at, ends_at); a first of a month in the organisation's zone.
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = TenantKey(Membership, null=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = TenantKey(Membership, null=True)
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
            models.UniqueConstraint(
                fields=["organisation_id"], name="agreement_one_open", condition=Q(state__in=["draft", "proposed"])
            ),
        ]

    def __str__(self) -> str:
        return f"agreement v{self.number}"

    @property
    def is_open(self) -> bool:
        """It is still being worked on, or waits for signatures."""
        return self.state in (AgreementVersion.State.DRAFT, AgreementVersion.State.PROPOSED)

    @property
    def labelled_content(self) -> dict[str, Any]:
        """The content as people read it, with the labels that were written over it."""
        return dict(with_labels(self.content, self.labels))


class Signature(TenantModel):
    """One head's signature under one version's hash."""

    version = TenantKey(AgreementVersion)
    side = models.TextField(choices=Side.choices)
    member = TenantKey(Membership)
    # The head in whose place a deputy signed.
    for_member = TenantKey(Membership, null=True)
    proposal = models.PositiveSmallIntegerField(default=1)
    signed_at = models.DateTimeField()
    content_hash = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "version", "proposal", "side"], name="signature_once_per_proposal"
            )
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.signed_at:%Y-%m-%d}"


class SigningDeputy(TenantModel):
    """Whom a head has named to sign in the head's place."""

    head = TenantKey(Membership)
    deputy = TenantKey(Membership)
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "head"], name="signing_deputy_one_at_a_time", condition=Q(ended_at=None)
            ),
            models.CheckConstraint(name="signing_deputy_is_another", condition=~Q(head=F("deputy"))),
        ]

    def __str__(self) -> str:
        return f"{self.deputy_id} for {self.head_id}"
