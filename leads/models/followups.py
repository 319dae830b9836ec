"""What somebody has promised themselves to do next about a lead."""

from django.db import models
from django.db.models import F, Q

from leads.models.handovers import Handover
from leads.models.people import Lead
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class FollowUp(TenantModel):
    """One next step: what, until when, for whom. Not a promise of the agreement: it breaches nothing."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        CANCELLED = "cancelled"

    lead = TenantKey(Lead)
    # The handover that was worked on when it was made.
    handover = TenantKey(Handover, null=True)
    what = models.TextField()
    # Due at a time (has_time), or some time on a day: then due_at is the day's end.
    due_on = models.DateField()
    due_at = models.DateTimeField()
    has_time = models.BooleanField(default=False)
    # When to remind: at the time, or at the day's beginning.
    remind_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    assigned_to = TenantKey(Membership)
    made_by = TenantKey(Membership)
    made_at = models.DateTimeField()
    state = models.TextField(choices=State.choices, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)
    closed_by = TenantKey(Membership, null=True)
    # Counts changes: the ETag of the API, and part of the reminder's key.
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="followup_closed_is_dated",
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(name="followup_reminds_in_time", condition=Q(remind_at__lte=F("due_at"))),
        ]
        indexes = [
            # Somebody's next steps by time.
            models.Index(
                fields=["organisation_id", "assigned_to", "due_at"], name="followup_to_do", condition=Q(state="open")
            ),
            # What is still planned on a lead: its page, the inbox's rows, the queue's version.
            models.Index(fields=["organisation_id", "lead", "due_at"], name="followup_open", condition=Q(state="open")),
            # All of a lead, newest first.
            models.Index(fields=["organisation_id", "lead", "-id"], name="followup_of_lead"),
            # What the round reminds of.
            models.Index(
                fields=["organisation_id", "remind_at"],
                name="followup_to_remind",
                condition=Q(state="open", reminded_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.what
