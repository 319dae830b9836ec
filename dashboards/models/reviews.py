"""Meetings in which both sides look at the figures: agenda, minutes, and what was agreed to be done."""

from django.db import models
from django.db.models import Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Review(TenantModel):
    """One meeting of both sides."""

    class State(models.TextChoices):
        PLANNED = "planned"
        OPEN = "open"
        CLOSED = "closed"
        CANCELLED = "cancelled"

    class Rhythm(models.TextChoices):
        ONCE = "once"
        WEEKLY = "weekly"
        FORTNIGHTLY = "fortnightly"
        MONTHLY = "monthly"

    starts_at = models.DateTimeField()
    minutes_for = models.PositiveSmallIntegerField(default=60)
    place = models.TextField(default="")
    rhythm = models.TextField(choices=Rhythm.choices, default=Rhythm.ONCE)
    # See Note [The rhythm of meetings].
    slot_at = models.DateTimeField()
    # The meeting after which the rhythm planned this one.
    follows = TenantKey("dashboards.Review", null=True)
    state = models.TextField(choices=State.choices, default=State.PLANNED)
    # What the agenda looks back to, and the month of its figures; known once it is open.
    since = models.DateTimeField(null=True)
    month = models.DateField(null=True)
    opened_at = models.DateTimeField(null=True)
    opened_by = TenantKey(Membership, null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = TenantKey(Membership, null=True)
    planned_by = TenantKey(Membership, null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    # Counts what calendars have to know: time, length, place, cancelled.
    sequence = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="review_lasts", condition=Q(minutes_for__gte=5, minutes_for__lte=600)),
            models.CheckConstraint(
                name="review_opened_has_agenda",
                condition=Q(state__in=["planned", "cancelled"])
                | Q(opened_at__isnull=False, since__isnull=False, month__isnull=False),
            ),
            # Two rounds at once plan the next meeting once.
            models.UniqueConstraint(fields=["organisation_id", "follows"], name="review_follows_once"),
        ]
        indexes = [models.Index(fields=["organisation_id", "-starts_at"], name="review_newest")]

    def __str__(self) -> str:
        return f"review {self.starts_at:%Y-%m-%d}"

    @property
    def is_planned(self) -> bool:
        """It has not begun, and will."""
        return self.state == Review.State.PLANNED

    @property
    def is_open(self) -> bool:
        """It is being held."""
        return self.state == Review.State.OPEN


class ReviewItem(TenantModel):
    """One item of an agenda; the database lets its minutes be written, and nothing else of it be changed."""

    class Topic(models.TextChoices):
        ACTIONS = "actions"
        PACE = "pace"
        PROMISES = "promises"
        CASES = "cases"
        REJECTIONS = "rejections"
        TERMS = "terms"
        OWN = "own"

    review = TenantKey(Review)
    position = models.PositiveSmallIntegerField()
    topic = models.TextField(choices=Topic.choices)
    # Of a point that somebody put on the agenda; the others are named by their topic.
    title = models.TextField(default="")
    # The figures as they stood when the meeting opened: numbers and ids, no names.
    facts = models.JSONField(default=dict)
    added_by = TenantKey(Membership, null=True)
    minutes = models.TextField(default="")
    decision = models.TextField(default="")
    written_by = TenantKey(Membership, null=True)
    written_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            # Also how an agenda is read.
            models.UniqueConstraint(fields=["organisation_id", "review", "position"], name="review_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.topic}"


class ReviewAction(TenantModel):
    """What somebody took on in a meeting, and until when."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DROPPED = "dropped"

    class Reminded(models.TextChoices):
        NOT_YET = ""
        SOON = "soon"
        DUE = "due"

    review = TenantKey(Review)
    item = TenantKey(ReviewItem, null=True)
    text = models.TextField()
    owner = TenantKey(Membership)
    due_on = models.DateField()
    state = models.TextField(choices=State.choices, default=State.OPEN)
    # How often it was given more time.
    carried = models.PositiveSmallIntegerField(default=0)
    reminded = models.TextField(choices=Reminded.choices, default=Reminded.NOT_YET, blank=True)
    made_by = TenantKey(Membership)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = TenantKey(Membership, null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="review_action_closed_at", condition=Q(state="open") | Q(closed_at__isnull=False)
            )
        ]
        indexes = [
            # What is open by its day: the next agenda, reminders, homes.
            models.Index(fields=["organisation_id", "due_on"], name="review_action_open", condition=Q(state="open")),
            models.Index(fields=["organisation_id", "review"], name="review_action_of"),
        ]

    def __str__(self) -> str:
        return f"action until {self.due_on}"

    @property
    def is_open(self) -> bool:
        """It is still to be done."""
        return self.state == ReviewAction.State.OPEN
