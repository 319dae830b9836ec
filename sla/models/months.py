"""Months as both sides are measured by them."""

from django.db import models
from django.db.models import Q

from sla.models.subjects import Subject
from smarketing.lib.tenancy import TenantKey, TenantModel


class Month(TenantModel):
    """One month of marketing's promises: open until its tenth business day after, then frozen for ever.

    The database refuses to change a closed one, and to write a ledger line into it.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    # Its first day.
    month = models.DateField()
    # What the clocks of volume, pace, acceptance and completeness are about.
    subject = TenantKey(Subject)
    state = models.TextField(choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    # Since when the forecast falls short of the target; null while it does not.
    at_risk_since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # What was delivered, accepted and judged when it was closed, and the SHA-256 of it.
    figures = models.JSONField(default=dict)
    figures_hash = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "month"], name="month_once"),
            models.CheckConstraint(name="month_is_a_first", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="month_closed_is_frozen",
                condition=Q(state="open", closed_at=None, figures_hash="")
                | (Q(state="closed", closed_at__isnull=False) & ~Q(figures_hash="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.state}"
