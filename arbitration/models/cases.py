"""Disputed rejections and what is said about them."""

from django.db import models
from django.db.models import Q

from leads.models import Handover, Rejection
from sla.models import AgreementVersion, Subject
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


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
    # When those who had not spoken yet were told that the statements close soon.
    closing_told_at = models.DateTimeField(null=True)
    ruled_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "year", "sequence"], name="case_number_once"),
            models.UniqueConstraint(
                fields=["organisation_id", "rejection"], name="case_once_per_rejection", condition=~Q(stage="withdrawn")
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "stage", "filed_at"], name="case_docket"),
            # Figures of a period: what was disputed and what was decided in it.
            models.Index(fields=["organisation_id", "filed_at"], name="case_filed"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As people say it: 2026-014."""
        return case_number(self.year, self.sequence)


def case_number(year: int, sequence: int) -> str:
    """Return the number of a case as people say it."""
    return f"{year}-{sequence:03d}"


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


class Recusal(TenantModel):
    """A member of the board says that they are not neutral in a case: they neither vote nor rule in it."""

    case = TenantKey(Case)
    member = TenantKey(Membership)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "case", "member"], name="recusal_once"),
            models.CheckConstraint(name="recusal_gives_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"recusal {self.member_id} {self.case_id}"


class Vote(TenantModel):
    """What a member of the board would rule, and why. It advises; the newest of a member counts."""

    class Choice(models.TextChoices):
        UPHELD = "upheld"
        OVERTURNED = "overturned"

    case = TenantKey(Case)
    member = TenantKey(Membership)
    choice = models.TextField(choices=Choice.choices)
    reasons = models.TextField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="vote_gives_reasons", condition=~Q(reasons="")),
        ]
        indexes = [models.Index(fields=["organisation_id", "case", "member", "-at"], name="vote_newest")]

    def __str__(self) -> str:
        return f"{self.choice} {self.case_id}"


class HearingNote(TenantModel):
    """What was said when the board heard the case."""

    case = TenantKey(Case)
    by = TenantKey(Membership)
    at = models.DateTimeField()
    text = models.TextField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "case", "at"], name="hearing_note_of_case")]

    def __str__(self) -> str:
        return f"note {self.case_id}"
