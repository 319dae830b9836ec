"""Who sits on the board."""

from django.db import models
from django.db.models import Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Seat(TenantModel):
    """A place on the board. Only the chair and deputies, who are executives, rule."""

    class Kind(models.TextChoices):
        CHAIR = "chair"
        DEPUTY = "deputy"
        MEMBER = "member"

    member = TenantKey(Membership)
    kind = models.TextField(choices=Kind.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "member"], name="seat_one_each", condition=Q(until=None)
            ),
            models.UniqueConstraint(
                fields=["organisation_id"], name="seat_one_chair", condition=Q(kind="chair", until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.member_id}"
