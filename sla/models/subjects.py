"""What commitments are about."""

from django.db import models
from django.db.models import Q

from sla.models.agreements import AgreementVersion
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership, Team


class Subject(TenantModel):
    """What commitments are about: a handover, a month or a case, as the engine sees it."""

    class Kind(models.TextChoices):
        HANDOVER = "handover"
        MONTH = "month"
        CASE = "case"

    class Credit(models.TextChoices):
        COUNTED = "counted"
        SUSPENDED = "suspended"
        REVERSED = "reversed"
        ADJUSTED = "adjusted"
        NOT_COUNTED = "not_counted"

    kind = models.TextField(choices=Kind.choices)
    # The timeline its clocks' events belong to (the lead).
    thread_id = models.UUIDField(null=True)
    version = TenantKey(AgreementVersion)
    tier = models.TextField(default="")
    weight = models.DecimalField(max_digits=6, decimal_places=2, default=1)
    # Who works on it now, and who sent it.
    owner = TenantKey(Membership, null=True)
    sender = TenantKey(Membership, null=True)
    team = TenantKey(Team, null=True)
    # First day of the month it counts in, in the organisation's zone; never recomputed.
    counted_month = models.DateField()
    counted_on = models.DateField()
    opened_at = models.DateTimeField()
    # Facts recorded on it, also when no clock listens.
    decided_at = models.DateTimeField(null=True)
    first_attempt_at = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    required_fields = models.PositiveSmallIntegerField(default=0)
    present_fields = models.PositiveSmallIntegerField(default=0)
    # At most one credit per lead and qualification cycle.
    credit = models.TextField(choices=Credit.choices, default=Credit.NOT_COUNTED)
    credit_key = models.TextField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "credit_key"],
                name="credit_once_per_cycle",
                condition=~Q(credit__in=["reversed", "adjusted", "not_counted"]),
            ),
        ]
        indexes = [
            # Dashboards: the cohort of a month.
            models.Index(
                fields=["organisation_id", "kind", "counted_month"],
                name="subject_cohort",
            ),
            # The part of one team in what was owed in a period.
            models.Index(
                fields=["organisation_id", "team", "id"], name="subject_of_team", condition=Q(team__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
