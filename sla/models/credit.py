"""Marketing's ledger."""

from django.db import models

from sla.models.subjects import Subject
from smarketing.lib.tenancy import TenantKey, TenantModel


class CreditEntry(TenantModel):
    """One line of marketing's ledger: points given, taken back, adjusted after a month was closed."""

    class Kind(models.TextChoices):
        GIVEN = "given"
        REVERSED = "reversed"
        RESTORED = "restored"
        ADJUSTED = "adjusted"

    subject = TenantKey(Subject)
    kind = models.TextField(choices=Kind.choices)
    # The month whose delivery this line changes.
    month = models.DateField()
    day = models.DateField()
    points = models.DecimalField(max_digits=8, decimal_places=2)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organisation_id", "month", "day"], name="credit_of_month"),
            # The lines of one handover: taking its credit back, and adding it up again.
            models.Index(fields=["organisation_id", "subject"], name="credit_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points} {self.month:%Y-%m}"
