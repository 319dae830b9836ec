"""Meetings of the board, and what its rulings change in the agreement."""

from django.db import models
from django.db.models import Q

from arbitration.models.cases import Case
from arbitration.models.rulings import Precedent
from sla.models import AgreementVersion
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Sitting(TenantModel):
    """A meeting of the board with its docket."""

    class State(models.TextChoices):
        PLANNED = "planned"
        HELD = "held"
        CANCELLED = "cancelled"

    class Order(models.TextChoices):
        OLDEST = "oldest"
        VALUE = "value"
        QUOTA = "quota"

    starts_at = models.DateTimeField()
    minutes_for = models.PositiveSmallIntegerField(default=60)
    place = models.TextField(default="")
    order = models.TextField(choices=Order.choices, default=Order.OLDEST)
    state = models.TextField(choices=State.choices, default=State.PLANNED)
    minutes = models.TextField(default="")
    planned_by = TenantKey(Membership)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="sitting_lasts", condition=Q(minutes_for__gte=5, minutes_for__lte=600))
        ]
        indexes = [models.Index(fields=["organisation_id", "-starts_at"], name="sitting_newest")]

    def __str__(self) -> str:
        return f"sitting {self.starts_at:%Y-%m-%d}"


class SittingCase(TenantModel):
    """A case on the docket of a sitting."""

    sitting = TenantKey(Sitting)
    case = TenantKey(Case)
    position = models.PositiveSmallIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "sitting", "case"], name="sitting_case_once")]

    def __str__(self) -> str:
        return f"{self.position} {self.case_id}"


class Amendment(TenantModel):
    """A criterion as the next version of the agreement words it, because of what the board ruled."""

    version = TenantKey(AgreementVersion)
    criterion = models.TextField()
    was = models.JSONField()
    becomes = models.JSONField()
    by = TenantKey(Membership)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "-at"], name="amendment_newest")]

    def __str__(self) -> str:
        return f"amendment {self.criterion}"


class AmendmentPrecedent(TenantModel):
    """A precedent from which an amendment was drawn."""

    amendment = TenantKey(Amendment)
    precedent = TenantKey(Precedent)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "amendment", "precedent"], name="amendment_precedent_once"
            )
        ]
        indexes = [models.Index(fields=["organisation_id", "precedent"], name="amendment_of_precedent")]

    def __str__(self) -> str:
        return f"{self.amendment_id} {self.precedent_id}"
