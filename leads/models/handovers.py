"""Transfers to sales and what became of them."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from leads.models.people import Lead
from sla.models import AgreementVersion, Subject
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership

# A hand that logs at once may still be some seconds behind.
JUST_NOW = timedelta(seconds=60)


class Handover(TenantModel):
    """One transfer of one lead to sales: the unit that is counted and clocked."""

    class Decision(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        DEEMED_ACCEPTED = "deemed_accepted"
        REJECTED = "rejected"
        ACCEPTED_BY_RULING = "accepted_by_ruling"

    class Progress(models.TextChoices):
        NEW = "new"
        CONTACTED = "contacted"
        QUALIFIED = "qualified"
        OPPORTUNITY = "opportunity"
        CLOSED = "closed"

    class Outcome(models.TextChoices):
        WON = "won"
        LOST = "lost"
        DISQUALIFIED = "disqualified"
        UNABLE_TO_REACH = "unable_to_reach"

    lead = TenantKey(Lead)
    # 1 for the lead's first handover, counting up.
    number = models.PositiveSmallIntegerField()
    subject = TenantKey(Subject)
    version = TenantKey(AgreementVersion)
    tier = models.TextField()
    weight = models.DecimalField(max_digits=6, decimal_places=2)
    cycle = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()
    # Over the agreed capacity of the day: the clocks began at this later moment, not when it was sent.
    clocks_start_at = models.DateTimeField(null=True)
    sent_by = TenantKey(Membership, null=True)
    assigned_to = TenantKey(Membership, null=True)
    # Why it went where it went: plan and rule by number and name, frozen when it was routed.
    routed = models.JSONField(default=dict)
    counted_month = models.DateField()
    note = models.TextField(default="")
    override_reason = models.TextField(default="")
    # Ended because the person's earlier handover goes on (two leads were one person).
    merged_into = TenantKey("self", null=True)
    # The lead as handed over, with its score reasons: evidence, never changed.
    snapshot = models.JSONField()
    # Of the snapshot, what reports ask of many: each criterion as it was judged ("industry:met"), and the last touch.
    judged = ArrayField(models.TextField(), default=list, db_default=[])
    last_utm = models.TextField(default="", db_default="")
    decision = models.TextField(choices=Decision.choices, default=Decision.PENDING)
    decided_at = models.DateTimeField(null=True)
    decided_by = TenantKey(Membership, null=True)
    progress = models.TextField(choices=Progress.choices, default=Progress.NEW)
    contacted_at = models.DateTimeField(null=True)
    qualified_at = models.DateTimeField(null=True)
    opportunity_at = models.DateTimeField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    outcome = models.TextField(choices=Outcome.choices, null=True)
    outcome_reason = models.TextField(default="")
    closed_at = models.DateTimeField(null=True)
    # The deal in the customer's own system, by which its pushes are known again; "" where it told none.
    crm_id = models.TextField(default="")
    updated_at = models.DateTimeField()
    # Counts changes: guards concurrent decisions and is the ETag of the API.
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "lead", "number"], name="handover_number_once"),
            models.UniqueConstraint(fields=["organisation_id", "subject"], name="handover_subject_once"),
            models.UniqueConstraint(
                fields=["organisation_id", "lead"],
                name="handover_one_undecided_per_lead",
                condition=Q(decision="pending", merged_into=None),
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "crm_id"], name="handover_crm_id_once", condition=~Q(crm_id="")
            ),
            models.CheckConstraint(
                name="handover_decided_is_dated",
                condition=Q(decision="pending", decided_at=None)
                | (~Q(decision="pending") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="handover_won_carries_an_amount", condition=~Q(outcome="won") | Q(amount__isnull=False)
            ),
        ]
        indexes = [
            # The inbox of a rep and of the unassigned, by state.
            models.Index(fields=["organisation_id", "assigned_to", "decision", "sent_at"], name="handover_inbox"),
            models.Index(fields=["organisation_id", "decision", "sent_at"], name="handover_of_decision"),
            # The month's cohort; drill-downs of the dashboard.
            models.Index(fields=["organisation_id", "counted_month", "decision"], name="handover_cohort"),
            # The leads behind a figure, the newest first; see leads.queries.cohort_lists.
            models.Index(fields=["organisation_id", "counted_month", "sent_at", "id"], name="handover_of_month"),
            # One rep's month, figures and leads behind them.
            models.Index(
                fields=["organisation_id", "assigned_to", "counted_month", "sent_at", "id"], name="handover_of_rep"
            ),
            # What a rep has in hand: capacity, absences, reassigning.
            models.Index(
                fields=["organisation_id", "assigned_to", "sent_at"],
                name="handover_in_hand",
                condition=~Q(progress="closed") & ~Q(decision="rejected"),
            ),
            # Whom nobody has contacted yet of a month: how long they wait, the longest and the shortest.
            models.Index(
                fields=["organisation_id", "counted_month", "sent_at"],
                name="handover_untouched",
                condition=Q(contacted_at=None, merged_into=None) & ~Q(decision="rejected"),
            ),
            # Purchases by when they were made: revenue by month.
            models.Index(
                fields=["organisation_id", "closed_at"],
                name="handover_won",
                condition=Q(outcome="won", merged_into=None),
            ),
            # Whom sales gave up, by month: few of many.
            models.Index(
                fields=["organisation_id", "counted_month"],
                name="handover_given_up",
                condition=Q(outcome="unable_to_reach", merged_into=None),
            ),
            # What came back to a marketer.
            models.Index(fields=["organisation_id", "sent_by", "decision"], name="handover_of_sender"),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk}"


class Rejection(TenantModel):
    """A claim about the handover, made before acceptance, and what came of it."""

    class Class(models.TextChoices):
        PROCEDURAL = "procedural"
        CLERICAL = "clerical"
        DEFINITIONAL = "definitional"

    class State(models.TextChoices):
        OPEN = "open"
        APPEALED = "appealed"
        UPHELD = "upheld"
        OVERTURNED = "overturned"
        RESENT = "resent"
        NURTURED = "nurtured"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"

    handover = TenantKey(Handover)
    reason_class = models.TextField(choices=Class.choices)
    reason = models.TextField()
    reason_label = models.TextField()
    # Key of the agreement's criterion claimed unmet (definitional).
    criterion = models.TextField(default="")
    criterion_label = models.TextField(default="")
    note = models.TextField(default="")
    evidence_url = models.TextField(default="")
    by = TenantKey(Membership)
    at = models.DateTimeField()
    state = models.TextField(choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_by = TenantKey(Membership, null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "handover"],
                name="rejection_one_in_force",
                # A procedural one is routed again within the same handover, as often as it takes.
                condition=~Q(state__in=["withdrawn"]) & ~Q(reason_class="procedural"),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "handover", "at"], name="rejection_of_handover"),
            models.Index(fields=["organisation_id", "state", "at"], name="rejection_of_state"),
            models.Index(fields=["organisation_id", "criterion", "at"], name="rejection_of_criterion"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.state}"


class Attempt(TenantModel):
    """A human try of sales to reach the person; automation is kept but never counts."""

    class Channel(models.TextChoices):
        CALL = "call"
        EMAIL = "email"
        MEETING = "meeting"
        MESSAGE = "message"

    class Outcome(models.TextChoices):
        REACHED = "reached"
        NO_ANSWER = "no_answer"
        LEFT_MESSAGE = "left_message"
        WRONG_CONTACT = "wrong_contact"

    class Source(models.TextChoices):
        """Who says so: a person, or a machine over a key that the owner does not hold."""

        HAND = "hand"
        MACHINE = "machine"

    handover = TenantKey(Handover)
    channel = models.TextField(choices=Channel.choices)
    outcome = models.TextField(choices=Outcome.choices)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = TenantKey(Membership, null=True)
    note = models.TextField(default="")
    automatic = models.BooleanField(default=False)
    source = models.TextField(choices=Source.choices, default=Source.HAND)
    counted = models.BooleanField()
    not_counted_because = models.TextField(default="")

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "handover", "occurred_at"], name="attempt_of_handover")]

    def __str__(self) -> str:
        return f"{self.channel} {self.outcome}"

    @property
    def is_backdated(self) -> bool:
        """Tell whether it was told later than a hand needs for telling it."""
        return self.recorded_at - self.occurred_at > JUST_NOW
