"""Running deadlines."""

from django.db import models
from django.db.models import Q

from sla.models.agreements import AgreementVersion
from sla.models.calendars import CalendarVersion
from sla.models.sides import Side
from sla.models.subjects import Subject
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Clock(TenantModel):
    """One running deadline of one commitment; the table is the schedule.

    "Waiting to open" is derived from the calendar. ``next_event_at`` is the next warning or the deadline.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        MET = "met"
        BREACHED = "breached"
        EXCUSED = "excused"
        CANCELLED = "cancelled"
        SUPERSEDED = "superseded"
        WAIVED = "waived"
        MERGED = "merged"

    subject = TenantKey(Subject)
    commitment = models.TextField()
    side = models.TextField(choices=Side.choices)
    version = TenantKey(AgreementVersion)
    # Null for commitments in elapsed hours.
    calendar_version = TenantKey(CalendarVersion, null=True)
    cycle = models.PositiveSmallIntegerField(default=1)
    # Copied from the subject, so that the sweep can write the timeline of a lead without seeing it.
    thread_id = models.UUIDField(null=True)
    # The promise that governs: the first one, until a shorter one was given.
    amount = models.DecimalField(max_digits=16, decimal_places=4)
    unit = models.TextField()
    # What was brought of a promise in points or shares; null until it is judged.
    delivered = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    target_seconds = models.PositiveIntegerField()
    # Percentages in order; ``warn_at`` holds their moments, one for one.
    warn_shares = models.JSONField(default=list)
    state = models.TextField(choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    used_seconds = models.PositiveIntegerField(default=0)
    running_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    # ISO times of the warnings, in order; ``step`` is the number of those already given or skipped.
    warn_at = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0)
    next_event_at = models.DateTimeField(null=True)
    # Percentages of the agreement's escalation steps; ``escalation_step`` of them were taken or skipped, and the
    # next is due at ``escalate_at``: null while no time counts.
    escalate_shares = models.JSONField(default=list)
    escalation_step = models.PositiveSmallIntegerField(default=0)
    escalate_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.TextField(default="")
    stopped_at = models.DateTimeField(null=True)
    # Fell away; a breach stays a breach, but nobody has to do anything about it any more.
    closed_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    detected_at = models.DateTimeField(null=True)
    # Seconds of the clock's own unit between the deadline and the stop; null until stopped late.
    late_seconds = models.PositiveIntegerField(null=True)
    # Who owes it now; copied from the subject so that queues need no join.
    owner = TenantKey(Membership, null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "subject", "commitment", "cycle"],
                name="clock_once_per_cycle",
            ),
            models.CheckConstraint(
                name="clock_breached_is_dated",
                condition=Q(state__in=["breached", "excused"], breached_at__isnull=False)
                | (~Q(state__in=["breached", "excused"]) & Q(breached_at=None))
                | Q(state__in=["met", "waived"]),
            ),
            models.CheckConstraint(
                name="clock_runs_from_a_time",
                condition=~Q(state="running") | Q(running_since__isnull=False),
            ),
            models.CheckConstraint(
                name="clock_running_has_next_event",
                # What is judged by its figures passes no deadline by itself: the sweep never sees it.
                condition=~Q(state="running") | Q(next_event_at__isnull=False) | Q(unit__in=["points", "share"]),
            ),
        ]
        indexes = [
            # The sweep's claim over all organisations: only what runs, ordered by what comes next.
            models.Index(fields=["next_event_at"], name="clock_due", condition=Q(state="running")),
            # Breaches by date; the newest first.
            models.Index(
                fields=["organisation_id", "breached_at", "id"],
                name="clock_breached",
                condition=Q(breached_at__isnull=False),
            ),
            # Breaches about which somebody still has to do something: few, however long the history is.
            models.Index(
                fields=["organisation_id", "due_at", "id"],
                name="clock_breach_open",
                condition=Q(state="breached", stopped_at=None, closed_at=None),
            ),
            # The claim of the next escalation step over all organisations.
            models.Index(fields=["escalate_at"], name="clock_escalation", condition=Q(escalate_at__isnull=False)),
            # What is owed now: the inbox and the version by which it asks for changes, what follows an edited
            # calendar, how many run. Queries name the whole condition, else it does not serve them.
            models.Index(
                fields=["organisation_id", "side", "owner", "state", "due_at"],
                name="clock_open",
                condition=Q(state__in=["running", "breached", "paused"], stopped_at=None, closed_at=None),
            ),
            # Queues by time left and compliance by due date.
            models.Index(fields=["organisation_id", "owner", "due_at"], name="clock_of_owner"),
            models.Index(fields=["organisation_id", "side", "due_at"], name="clock_due_in_period"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} {self.state} {self.due_at:%Y-%m-%d %H:%M}Z"

    @property
    def is_judged(self) -> bool:
        """Kept or broken by its figures, which a task reads; no deadline passes by itself."""
        return self.unit in {"points", "share"}

    @property
    def is_open(self) -> bool:
        """Somebody still owes something: also after a breach, until it happened or fell away."""
        owing = (Clock.State.RUNNING, Clock.State.PAUSED, Clock.State.BREACHED)
        return self.state in owing and self.stopped_at is None and self.closed_at is None

    @property
    def is_counting(self) -> bool:
        """Time counts against it, towards the deadline or beyond."""
        return self.is_open and self.running_since is not None
