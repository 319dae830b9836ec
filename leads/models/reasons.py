"""What administrators say of the agreement's reasons: their order, and which are not chosen any more."""

from django.db import models

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class ReasonSetting(TenantModel):
    """One reason by its list and key, whichever version knows it; without a row it is as the agreement has it."""

    class Kind(models.TextChoices):
        REJECTION = "rejection"
        DISQUALIFICATION = "disqualification"
        LOST = "lost"

    kind = models.TextField(choices=Kind.choices)
    key = models.TextField()
    position = models.PositiveSmallIntegerField(null=True)
    retired_at = models.DateTimeField(null=True)
    retired_by = TenantKey(Membership, null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "kind", "key"], name="reason_setting_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
