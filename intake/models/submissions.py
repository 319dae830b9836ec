"""The door: what came in, stored raw before anybody judges it."""

from django.db import models
from django.db.models import Q

from leads.models import Lead
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Key, Membership


class Form(TenantModel):
    """A web form that may push leads with its public key."""

    name = models.TextField()
    key = TenantKey(Key)
    # The service whose form it is (intake.adapters), and what that signs with; both empty for a form of ours.
    provider = models.TextField(default="")
    sealed_secret = models.TextField(default="")
    # {field of the form: field of a submission}; everything unmapped becomes a custom value.
    mapping = models.JSONField(default=dict)
    # Region for phone numbers without a country code.
    country = models.TextField(default="")
    thanks_url = models.TextField(default="")
    # The marketer who gets its leads.
    owner = TenantKey(Membership, null=True)
    # [{name, required}] in a visitor's order; empty: what the agreement in force asks for.
    asks = models.JSONField(default=list)
    # The wording beside the box, and how often it changed: the evidence of a consent names both.
    consent_text = models.TextField(default="")
    consent_version = models.PositiveIntegerField(default=1)
    # A post becomes a lead when its address has been confirmed by mail.
    opt_in = models.BooleanField(default=False)
    thanks_text = models.TextField(default="")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "key"], name="form_key_once")]

    def __str__(self) -> str:
        return self.name


class Submission(TenantModel):
    """One post as it came, and what was made of it. Every step can be resumed."""

    class State(models.TextChoices):
        RECEIVED = "received"
        MATCHED = "matched"
        AWAITING_OPT_IN = "awaiting_opt_in"
        QUARANTINED = "quarantined"
        SPAM = "spam"
        ERASED = "erased"

    form = TenantKey(Form, null=True)
    key = TenantKey(Key, null=True)
    # The file of which it is a row.
    batch = TenantKey("intake.Batch", null=True)
    # Where it comes from and its id there: the permanent line against doubles.
    source = models.TextField(default="")
    external_id = models.TextField(null=True)
    raw = models.JSONField()
    content_type = models.TextField()
    ip = models.TextField(default="")
    user_agent = models.TextField(default="")
    received_at = models.DateTimeField()
    state = models.TextField(choices=State.choices, default=State.RECEIVED)
    judged_at = models.DateTimeField(null=True)
    # [{code, detail}]: why it waits in quarantine, or what could not be read.
    reasons = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    lead = TenantKey(Lead, null=True)
    created_lead = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "source", "external_id"], name="submission_once"),
            models.CheckConstraint(
                name="submission_matched_has_lead", condition=~Q(state="matched") | Q(lead__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "-received_at"], name="submission_newest"),
            # What is still to be judged: the worker's list after a crash.
            models.Index(
                fields=["organisation_id", "received_at"], name="submission_unjudged", condition=Q(state="received")
            ),
            # The lists of what somebody should look at; what became a lead stands in none of them.
            models.Index(
                fields=["organisation_id", "state", "-received_at"],
                name="submission_apart",
                condition=Q(state__in=["awaiting_opt_in", "quarantined", "spam"]),
            ),
            models.Index(fields=["organisation_id", "lead", "received_at"], name="submission_of_lead"),
            # Payloads that are to be forgotten, oldest first.
            models.Index(
                fields=["organisation_id", "received_at"], name="submission_kept", condition=~Q(state="erased")
            ),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class OptIn(TenantModel):
    """One question by mail whether an address belongs to who gave it, and the answer."""

    submission = TenantKey(Submission)
    # The open part of the link; the secret part is made from it.
    public_id = models.TextField()
    email_norm = models.TextField()
    sent_at = models.DateTimeField()
    times_sent = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_ip = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "submission"], name="opt_in_once"),
            models.UniqueConstraint(fields=["organisation_id", "public_id"], name="opt_in_public_id_once"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "email_norm"], name="opt_in_of_address"),
            models.Index(fields=["organisation_id", "expires_at"], name="opt_in_open", condition=Q(confirmed_at=None)),
        ]

    def __str__(self) -> str:
        return self.public_id


class Keeping(TenantModel):
    """For how many days an organisation keeps what came in at the door."""

    submissions_days = models.PositiveIntegerField(default=365)
    visits_days = models.PositiveIntegerField(default=395)
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id"], name="keeping_once")]

    def __str__(self) -> str:
        return f"{self.submissions_days} days"
