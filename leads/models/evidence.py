"""Files that prove a rejection, or marketing's answer to it."""

from django.db import models
from django.db.models import Q

from leads.models.handovers import Handover, Rejection
from sla.models import Side
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership, StoredFile


class Evidence(TenantModel):
    """One file of one side. Before the decision sales may gather some: they wait for the rejection."""

    handover = TenantKey(Handover)
    rejection = TenantKey(Rejection, null=True)
    side = models.TextField(choices=[(Side.MARKETING.value, "marketing"), (Side.SALES.value, "sales")])
    file = TenantKey(StoredFile)
    by = TenantKey(Membership)
    at = models.DateTimeField()
    # It stays on record, since it may be sealed; whoever added it relies on it no more.
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "file"], name="evidence_file_once"),
            models.CheckConstraint(
                name="evidence_waits_on_the_side_that_decides", condition=Q(rejection__isnull=False) | Q(side="sales")
            ),
            models.CheckConstraint(
                name="evidence_withdrawn_was_part_of_a_rejection",
                condition=Q(withdrawn_at=None) | Q(rejection__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "handover", "at"], name="evidence_of_handover")]

    def __str__(self) -> str:
        return f"evidence {self.pk}"
