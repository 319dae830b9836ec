"""How the engine itself is doing: the sweep of all organisations, and the check of one organisation's clocks."""

from django.db import models

from smarketing.lib.tenancy import TenantModel


class Sweep(models.Model):
    """How the sweep stands: one row for the whole installation; it belongs to no organisation and names none.

    Written by the sweeper only. ``at`` never goes back: it is the newest reading that was believed.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # The database's time of the newest sweep that was let through.
    at = models.DateTimeField(null=True)
    moved = models.PositiveIntegerField(default=0)
    took_ms = models.FloatField(default=0)
    # When a sweep last found something that was due.
    moved_at = models.DateTimeField(null=True)
    # Per machine, when it was started as the database's clock has it: the same while both clocks are right.
    booted = models.JSONField(default=dict)
    # While the clocks contradict each other nothing is swept.
    held_since = models.DateTimeField(null=True)
    hold_reason = models.TextField(default="")
    hold_seconds = models.FloatField(null=True)
    # Set by hand: the next reading is believed, whatever it says.
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="sweep_is_one_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"sweep of {self.at} ({self.hold_reason or 'runs'})"


class Verification(TenantModel):
    """One check of stored clocks against their events: what was compared and what differed."""

    # Which clocks: open ones and last month's, or every one.
    thorough = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    checked = models.PositiveIntegerField(default=0)
    difference_count = models.PositiveIntegerField(default=0)
    # The first of them: clock, column, stored, derived.
    differences = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        indexes = [
            # The newest check.
            models.Index(fields=["organisation_id", "started_at"], name="verification_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.checked} clocks, {self.difference_count} differences ({self.started_at:%Y-%m-%d})"
