"""What marketing spends money on."""

from django.db import models

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Campaign(TenantModel):
    """What marketing spends money on; submissions find it by their folded utm_campaign."""

    name = models.TextField()
    utm_norm = models.TextField()
    channel = models.TextField(default="")
    owner = TenantKey(Membership, null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "utm_norm"], name="campaign_utm_once")]

    def __str__(self) -> str:
        return self.name
