"""What is said in answer to a breach, and what the other side answers."""

from django.db import models
from django.db.models import Q

from sla.models.clocks import Clock
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Plea(TenantModel):
    """A request of the side that owes a clock: to excuse its breach, or to believe that it happened in time.

    The words of people stand here and not in events, so that they can be erased.
    """

    class Kind(models.TextChoices):
        EXCUSE = "excuse"
        EVIDENCE = "evidence"

    class State(models.TextChoices):
        OPEN = "open"
        GRANTED = "granted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    clock = TenantKey(Clock)
    kind = models.TextField(choices=Kind.choices)
    state = models.TextField(choices=State.choices, default=State.OPEN)
    reason = models.TextField(default="")
    # Evidence: when it is said to have happened, and whether that made the rest needless instead of done.
    happened_at = models.DateTimeField(null=True)
    waives = models.BooleanField(default=False)
    # Told by a machine over a key that the owner does not hold: nobody is asked.
    by_machine = models.BooleanField(default=False)
    requested_by = TenantKey(Membership, null=True)
    requested_at = models.DateTimeField()
    # The first of two heads, where both must consent.
    consented_by = TenantKey(Membership, null=True)
    consented_at = models.DateTimeField(null=True)
    decided_by = TenantKey(Membership, null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "clock", "kind"], name="plea_one_open", condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="plea_evidence_is_dated", condition=Q(kind="excuse") | Q(happened_at__isnull=False)
            ),
            models.CheckConstraint(
                name="plea_decided_is_dated",
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [
            # What was said about one clock.
            models.Index(fields=["organisation_id", "clock", "requested_at"], name="plea_of_clock"),
            # What waits for an answer: few, however many were answered.
            models.Index(fields=["organisation_id", "requested_at"], name="plea_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
