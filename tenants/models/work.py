"""Work that nobody waits for at the screen: rounds made regularly, and long jobs with their progress."""

from django.db import models
from django.db.models import F, Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models.members import Membership


class Round(TenantModel):
    """When one kind of regular work is next due for this organisation; the table is the schedule."""

    name = models.TextField()
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "name"], name="round_once")]
        indexes = [
            # The worker's claim over all organisations.
            models.Index(fields=["next_at"], name="round_due"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.next_at:%Y-%m-%d %H:%M}Z"


class Job(TenantModel):
    """Long work in steps: what is done is committed with how far it is, so that a crash repeats nothing."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.TextField()
    state = models.TextField(choices=State.choices, default=State.WAITING)
    params = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    by = TenantKey(Membership, null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="job_finished_is_dated",
                condition=Q(state__in=["waiting", "running"], finished_at=None)
                | (~Q(state__in=["waiting", "running"]) & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            # The worker's claim over all organisations: only what is open.
            models.Index(fields=["next_at"], name="job_due", condition=Q(state__in=["waiting", "running"])),
            # The newest of a kind.
            models.Index(F("organisation_id"), F("kind"), F("created_at").desc(), name="job_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.done}/{self.total}"

    @property
    def is_open(self) -> bool:
        """Something is still to be done."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def percent(self) -> int:
        """How much of it is done, 0 to 100; 0 while nobody knows how much it is."""
        return min(self.done * 100 // self.total, 100) if self.total else 0
