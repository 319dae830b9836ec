"""When members are away, and who stands in for them."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models.members import Membership


class Absence(TenantModel):
    """Days on which a member is away, both included, counted in the organisation's zone.

    The database refuses two of one member that overlap (absence_never_overlaps).
    """

    member = TenantKey(Membership)
    first_day = models.DateField()
    last_day = models.DateField()
    deputy = TenantKey(Membership, null=True)
    created_by = TenantKey(Membership, null=True)
    created_at = models.DateTimeField()
    # Called off before it began: nobody was away. Who comes back early has an earlier last day instead.
    called_off_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="absence_ends_after_it_begins", condition=Q(last_day__gte=F("first_day"))),
            models.CheckConstraint(
                name="absence_deputy_is_somebody_else", condition=Q(deputy=None) | ~Q(deputy=F("member"))
            ),
        ]
        indexes = [
            # Who is away on a day, and what is still to come.
            models.Index(fields=["organisation_id", "last_day"], name="absence_until"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.first_day} to {self.last_day}"

    def covers(self, day: date) -> bool:
        """Tell whether the member is away on this day."""
        return self.called_off_at is None and self.first_day <= day <= self.last_day
