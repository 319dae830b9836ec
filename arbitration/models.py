"""Who was right: cases, statements, rulings, and what they teach."""

from django.db import models
from django.db.models import Q

from leads.models import Handover, Rejection
from sla.models import AgreementVersion, Subject
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Seat(TenantModel):
    """A place on the board. Only the chair and deputies, who are executives, rule."""

    class Kind(models.TextChoices):
        CHAIR = "chair"
        DEPUTY = "deputy"
        MEMBER = "member"

    member = TenantKey(Membership)
    kind = models.TextField(choices=Kind.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "member"], name="seat_one_each", condition=Q(until=None)
            ),
            models.UniqueConstraint(
                fields=["organisation_id"], name="seat_one_chair", condition=Q(kind="chair", until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.member_id}"


class CaseNumber(TenantModel):
    """The last case number of a year: the one sequence without gaps."""

    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "year"], name="case_number_one_counter")]

    def __str__(self) -> str:
        return f"{self.year}-{self.last:03d}"


class Case(TenantModel):
    """One disputed rejection before the board, with the evidence as it stood when the appeal was filed."""

    class Stage(models.TextChoices):
        FILED = "filed"
        EVIDENCE = "evidence"
        READY = "ready"
        REMANDED = "remanded"
        RULED = "ruled"
        WITHDRAWN = "withdrawn"

    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    handover = TenantKey(Handover)
    rejection = TenantKey(Rejection)
    # Carries the board's own clock.
    subject = TenantKey(Subject)
    version = TenantKey(AgreementVersion)
    stage = models.TextField(choices=Stage.choices, default=Stage.FILED)
    grounds = models.TextField()
    filed_by = TenantKey(Membership)
    filed_at = models.DateTimeField()
    statements_close_at = models.DateTimeField()
    # Sealed at the appeal: a trigger refuses every change.
    evidence = models.JSONField()
    evidence_hash = models.TextField()
    # Key of the pack's digests of personal values. Erasure blanks it; the hash stays verifiable without.
    evidence_salt = models.TextField(default="")
    remand_question = models.TextField(default="")
    remand_until = models.DateTimeField(null=True)
    ruled_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "year", "sequence"], name="case_number_once"),
            models.UniqueConstraint(
                fields=["organisation_id", "rejection"], name="case_once_per_rejection", condition=~Q(stage="withdrawn")
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "stage", "filed_at"], name="case_docket")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As people say it: 2026-014."""
        return f"{self.year}-{self.sequence:03d}"


class Statement(TenantModel):
    """What one side says in a case; closed at the sealing date."""

    case = TenantKey(Case)
    side = models.TextField()
    by = TenantKey(Membership)
    at = models.DateTimeField()
    text = models.TextField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "case", "at"], name="statement_of_case")]

    def __str__(self) -> str:
        return f"{self.side} {self.case_id}"


class Ruling(TenantModel):
    """The decision with its reasons. A trigger lets only a neutral executive write one."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld"
        OVERTURNED = "overturned"
        REMANDED = "remanded"

    class Stance(models.TextChoices):
        FOLLOWS = "follows"
        DEPARTS = "departs"
        NONE = "none"

    case = TenantKey(Case)
    outcome = models.TextField(choices=Outcome.choices)
    reasons = models.TextField()
    by = TenantKey(Membership)
    at = models.DateTimeField()
    precedent_stance = models.TextField(choices=Stance.choices, default=Stance.NONE)
    # What a remand wants to know, and until when.
    question = models.TextField(default="")
    answer_by = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="ruling_gives_reasons", condition=~Q(reasons="")),
            models.CheckConstraint(
                name="ruling_remand_asks",
                condition=~Q(outcome="remanded") | (~Q(question="") & Q(answer_by__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "case"], name="ruling_final_once", condition=~Q(outcome="remanded")
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "-at"], name="ruling_newest")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.case_id}"


class Precedent(TenantModel):
    """What a ruling teaches for similar leads, in one sentence."""

    class State(models.TextChoices):
        VALID = "valid"
        SUPERSEDED = "superseded"
        OVERRULED = "overruled"

    ruling = TenantKey(Ruling)
    criterion = models.TextField(default="")
    reason = models.TextField()
    holding = models.TextField()
    version = TenantKey(AgreementVersion)
    state = models.TextField(choices=State.choices, default=State.VALID)
    published_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "ruling"], name="precedent_once")]
        indexes = [
            models.Index(fields=["organisation_id", "criterion", "-published_at"], name="precedent_of_criterion")
        ]

    def __str__(self) -> str:
        return self.holding


class Citation(TenantModel):
    """A ruling that followed a precedent or departed from it."""

    ruling = TenantKey(Ruling)
    precedent = TenantKey(Precedent)
    stance = models.TextField(choices=Ruling.Stance.choices)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "ruling", "precedent"], name="citation_once"),
            models.CheckConstraint(name="citation_takes_a_stance", condition=Q(stance__in=["follows", "departs"])),
        ]
        indexes = [models.Index(fields=["organisation_id", "precedent"], name="citation_of_precedent")]

    def __str__(self) -> str:
        return f"{self.stance} {self.precedent_id}"
