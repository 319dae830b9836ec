"""The daily flow: people and companies, what they did, handovers to sales and what became of them."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from sla.models import AgreementVersion, Subject
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership

# A hand that logs at once may still be some seconds behind.
JUST_NOW = timedelta(seconds=60)


class Company(TenantModel):
    """A company, known by its registrable domain."""

    name = models.TextField()
    # Lower case, registrable part only; empty where nobody knows it.
    domain_norm = models.TextField(default="")
    country = models.TextField(default="")
    employees = models.PositiveIntegerField(null=True)
    industry = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "domain_norm"], name="company_domain_once", condition=~Q(domain_norm="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Campaign(TenantModel):
    """What marketing spends money on; submissions find it by their folded utm_campaign."""

    name = models.TextField()
    utm_norm = models.TextField()
    channel = models.TextField(default="")
    owner = TenantKey(Membership, null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "utm_norm"], name="campaign_utm_once")]

    def __str__(self) -> str:
        return self.name


class Lead(TenantModel):
    """A person who might buy, with what we know of them and how we judge it."""

    class Stage(models.TextChoices):
        LEAD = "lead"
        PROSPECT = "prospect"
        MQL = "mql"
        SAL = "sal"
        SQL = "sql"
        OPPORTUNITY = "opportunity"
        CUSTOMER = "customer"
        NURTURE = "nurture"
        DISQUALIFIED = "disqualified"

    class Origin(models.TextChoices):
        MARKETING = "marketing"
        SALES = "sales"

    number = models.PositiveIntegerField()
    email = models.TextField(default="")
    # Trimmed, NFC, IDNA domain, lower case; the one line by which a person is known again.
    email_norm = models.TextField(default="")
    given_name = models.TextField(default="")
    family_name = models.TextField(default="")
    phone = models.TextField(default="")
    phone_e164 = models.TextField(default="")
    job_title = models.TextField(default="")
    country = models.TextField(default="")
    company = TenantKey(Company, null=True)
    company_name = models.TextField(default="")
    message = models.TextField(default="")
    custom = models.JSONField(default=dict)
    stage = models.TextField(choices=Stage.choices, default=Stage.LEAD)
    stage_since = models.DateTimeField()
    origin = models.TextField(choices=Origin.choices, default=Origin.MARKETING)
    # The qualification cycle; recycling closes one, a new MQL opens the next.
    cycle = models.PositiveSmallIntegerField(default=1)
    fit_grade = models.TextField(default="")
    fit_points = models.IntegerField(default=0)
    readiness_grade = models.PositiveSmallIntegerField(null=True)
    readiness_points = models.IntegerField(default=0)
    tier = models.TextField(default="")
    wants_sales_talk = models.BooleanField(default=False)
    # [{key, label, kind, state: met|not_met|unknown, proof, required, points}], as last scored.
    score_reasons = models.JSONField(default=list)
    scored_at = models.DateTimeField(null=True)
    first_touch = models.JSONField(default=dict)
    last_touch = models.JSONField(default=dict)
    campaign = TenantKey(Campaign, null=True)
    # The marketer who answers for it, and the rep while sales owns it.
    marketer = TenantKey(Membership, null=True)
    sales_owner = TenantKey(Membership, null=True)
    wake_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # Counts changes: the ETag of the API.
    revision = models.PositiveIntegerField(default=1)
    merged_into = TenantKey("self", null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "number"], name="lead_number_once"),
            models.UniqueConstraint(
                fields=["organisation_id", "email_norm"],
                name="lead_email_once",
                condition=~Q(email_norm="") & Q(merged_into=None),
            ),
        ]
        indexes = [
            # The leads list, newest change first, whole or by stage.
            models.Index(fields=["organisation_id", "-updated_at"], name="lead_newest"),
            models.Index(fields=["organisation_id", "stage", "-updated_at"], name="lead_of_stage"),
        ]

    def __str__(self) -> str:
        return f"L-{self.number}"

    @property
    def name(self) -> str:
        """The person's name, else what stands in for it."""
        return f"{self.given_name} {self.family_name}".strip() or self.email or str(self)


class LeadNumber(TenantModel):
    """The last number given to a lead of this organisation."""

    last = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id"], name="lead_number_one_counter")]

    def __str__(self) -> str:
        return str(self.last)


class Behaviour(TenantModel):
    """Something the person did: a page viewed, an e-book, a webinar."""

    lead = TenantKey(Lead)
    kind = models.TextField()
    at = models.DateTimeField()
    properties = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "lead", "at"], name="behaviour_of_lead")]

    def __str__(self) -> str:
        return self.kind


class Consent(TenantModel):
    """What a person allowed (or withdrew), for which purpose, in which words."""

    lead = TenantKey(Lead)
    purpose = models.TextField()
    basis = models.TextField()
    granted = models.BooleanField()
    text = models.TextField(default="")
    text_version = models.TextField(default="")
    captured_at = models.DateTimeField()
    ip = models.TextField(default="")
    method = models.TextField(default="")

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "lead", "captured_at"], name="consent_of_lead")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.granted}"


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
    sent_by = TenantKey(Membership, null=True)
    assigned_to = TenantKey(Membership, null=True)
    counted_month = models.DateField()
    note = models.TextField(default="")
    override_reason = models.TextField(default="")
    # The lead as handed over, with its score reasons: evidence, never changed.
    snapshot = models.JSONField()
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
                condition=Q(decision="pending"),
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

    handover = TenantKey(Handover)
    channel = models.TextField(choices=Channel.choices)
    outcome = models.TextField(choices=Outcome.choices)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = TenantKey(Membership, null=True)
    note = models.TextField(default="")
    automatic = models.BooleanField(default=False)
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


class RoutingTurn(TenantModel):
    """When a rep was last given a handover; the longest ago is next. Locked while a turn is taken."""

    member = TenantKey(Membership)
    # The number of the rep's last turn, counted over all reps; 0 before the first.
    turn = models.PositiveBigIntegerField(default=0)
    given = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "member"], name="routing_turn_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.given}"
