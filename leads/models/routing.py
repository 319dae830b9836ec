"""Whose turn it is."""

from django.db import models

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class RoutingTurn(TenantModel):
    """When a rep was last given a handover; the longest ago is next. Locked while a turn is taken."""

    member = TenantKey(Membership)
    # The number of the rep's last turn, counted over all reps; 0 before the first.
    turn = models.PositiveBigIntegerField(default=0)
    given = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "member"], name="routing_turn_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.given}"
