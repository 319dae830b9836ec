"""What was promised and whether it is kept. Sees the work of others only as subjects."""

from django.db import models
from django.db.models import F, Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership, Team


class Side(models.TextChoices):
    """Who owes a commitment."""

    MARKETING = "marketing"
    SALES = "sales"
    BOARD = "board"


class Calendar(TenantModel):
    """Working hours by name; what they are is in its newest version."""

    name = models.TextField()
    # "sales", "marketing" or "board": which calendar the agreement's commitments mean.
    key = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "key"], name="calendar_key_once")]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(TenantModel):
    """The hours as they were at one time; a clock keeps the one that it was computed with."""

    calendar = TenantKey(Calendar)
    number = models.PositiveIntegerField()
    # The form of api.md ("A calendar, as PUT and read"), holidays as dated rows included.
    content = models.JSONField()
    content_hash = models.TextField()
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "calendar", "number"],
                name="calendar_version_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"


class AgreementVersion(TenantModel):
    """One version of the two-sided contract. Once signed the database refuses to change its content."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PROPOSED = "proposed"
        SIGNED = "signed"
        DISCARDED = "discarded"

    number = models.PositiveIntegerField()
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    content = models.JSONField()
    content_hash = models.TextField(default="")
    # In force over [starts_at, ends_at); a first of a month in the organisation's zone.
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = TenantKey(Membership, null=True)
    proposed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "number"], name="agreement_number_once"),
            models.CheckConstraint(
                name="agreement_signed_is_complete",
                condition=~Q(state="signed") | (Q(starts_at__isnull=False) & ~Q(content_hash="")),
            ),
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"agreement v{self.number}"


class Signature(TenantModel):
    """One head's signature under one version's hash."""

    version = TenantKey(AgreementVersion)
    side = models.TextField(choices=Side.choices)
    member = TenantKey(Membership)
    signed_at = models.DateTimeField()
    content_hash = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "version", "side"], name="signature_once")]

    def __str__(self) -> str:
        return f"{self.side} {self.signed_at:%Y-%m-%d}"


class Target(TenantModel):
    """Marketing's weighted points for one month; in force once sales has countersigned."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        COUNTERSIGNED = "countersigned"
        SUPERSEDED = "superseded"

    # First day of the month.
    month = models.DateField()
    points = models.DecimalField(max_digits=12, decimal_places=2)
    note = models.TextField(default="", blank=True)
    state = models.TextField(choices=State.choices, default=State.PROPOSED)
    proposed_by = TenantKey(Membership)
    proposed_at = models.DateTimeField()
    countersigned_by = TenantKey(Membership, null=True)
    countersigned_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "month"],
                name="target_one_open_proposal",
                condition=Q(state="proposed"),
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "month"],
                name="target_one_in_force",
                condition=Q(state="countersigned"),
            ),
            models.CheckConstraint(name="target_is_positive", condition=Q(points__gt=0)),
            models.CheckConstraint(name="target_month_is_a_first", condition=Q(month__day=1)),
        ]
        indexes = [
            models.Index(
                fields=["organisation_id", "month", "proposed_at"],
                name="target_history",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.points}"


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
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


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
    amount = models.DecimalField(max_digits=9, decimal_places=4)
    unit = models.TextField()
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
                condition=~Q(state="running") | Q(next_event_at__isnull=False),
            ),
        ]
        indexes = [
            # The sweep's claim over all organisations: only what runs, ordered by what comes next.
            models.Index(fields=["next_event_at"], name="clock_due", condition=Q(state="running")),
            # Queues by time left and compliance by due date.
            models.Index(fields=["organisation_id", "owner", "due_at"], name="clock_of_owner"),
            models.Index(fields=["organisation_id", "side", "due_at"], name="clock_due_in_period"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} {self.state} {self.due_at:%Y-%m-%d %H:%M}Z"

    @property
    def is_open(self) -> bool:
        """Somebody still owes something: also after a breach, until it happened or fell away."""
        owing = (Clock.State.RUNNING, Clock.State.PAUSED, Clock.State.BREACHED)
        return self.state in owing and self.stopped_at is None and self.closed_at is None

    @property
    def is_counting(self) -> bool:
        """Time counts against it, towards the deadline or beyond."""
        return self.is_open and self.running_since is not None


class CreditEntry(TenantModel):
    """One line of marketing's ledger: points given, taken back, adjusted after a month was closed."""

    class Kind(models.TextChoices):
        GIVEN = "given"
        REVERSED = "reversed"
        RESTORED = "restored"
        ADJUSTED = "adjusted"

    subject = TenantKey(Subject)
    kind = models.TextField(choices=Kind.choices)
    # The month whose delivery this line changes.
    month = models.DateField()
    day = models.DateField()
    points = models.DecimalField(max_digits=8, decimal_places=2)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "month", "day"], name="credit_of_month")]

    def __str__(self) -> str:
        return f"{self.kind} {self.points} {self.month:%Y-%m}"
