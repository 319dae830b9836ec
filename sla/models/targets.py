"""Marketing's monthly targets."""

from django.db import models
from django.db.models import Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Target(TenantModel):
    """Marketing's weighted points for one month; in force once sales has countersigned."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        COUNTERSIGNED = "countersigned"
        SUPERSEDED = "superseded"

    # First day of the month.
    month = models.DateField()
    points = models.DecimalField(max_digits=12, decimal_places=2)
    note = models.TextField(default="", blank=True)
    state = models.TextField(choices=State.choices, default=State.PROPOSED)
    proposed_by = TenantKey(Membership)
    proposed_at = models.DateTimeField()
    countersigned_by = TenantKey(Membership, null=True)
    countersigned_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "month"],
                name="target_one_open_proposal",
                condition=Q(state="proposed"),
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "month"],
                name="target_one_in_force",
                condition=Q(state="countersigned"),
            ),
            models.CheckConstraint(name="target_is_positive", condition=Q(points__gt=0)),
            models.CheckConstraint(name="target_month_is_a_first", condition=Q(month__day=1)),
        ]
        indexes = [
            models.Index(
                fields=["organisation_id", "month", "proposed_at"],
                name="target_history",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.points}"
