"""Decisions with their reasons, and what they teach."""

from django.db import models
from django.db.models import Q

from arbitration.models.cases import Case
from sla.models import AgreementVersion
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


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
    # The ruling that this one puts right; the last of a case is what holds.
    corrects = TenantKey("self", null=True)
    # Copied from the rejection: similar rulings are found by them.
    criterion = models.TextField(default="")
    reason = models.TextField(default="")
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
                fields=["organisation_id", "case"],
                name="ruling_final_once",
                condition=~Q(outcome="remanded") & Q(corrects=None),
            ),
            models.UniqueConstraint(fields=["organisation_id", "corrects"], name="ruling_corrected_once"),
            models.CheckConstraint(
                name="ruling_correction_decides", condition=Q(corrects=None) | ~Q(outcome="remanded")
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "-at"], name="ruling_newest"),
            models.Index(fields=["organisation_id", "case", "at"], name="ruling_of_case"),
            # Similar rulings, the newest first.
            models.Index(fields=["organisation_id", "criterion", "-at"], name="ruling_of_criterion"),
            models.Index(fields=["organisation_id", "reason", "-at"], name="ruling_of_reason"),
        ]

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
    # About which leads it speaks: {field, operator, value} each, in the language of the agreement's criteria.
    conditions = models.JSONField(default=list)
    # What took its force, and when.
    overruled_by = TenantKey(Ruling, null=True)
    superseded_by = TenantKey(AgreementVersion, null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "ruling"], name="precedent_once"),
            models.CheckConstraint(
                name="precedent_ended_is_dated", condition=Q(state="valid", ended_at=None) | ~Q(state="valid")
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "criterion", "-published_at"], name="precedent_of_criterion"),
            models.Index(fields=["organisation_id", "reason", "-published_at"], name="precedent_of_reason"),
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


class RulingWord(TenantModel):
    """A word stem of a ruling, kept by triggers: found by plain equality, which may use an index under policies."""

    class Part(models.IntegerChoices):
        HOLDING = 1
        CRITERION = 2
        REASONS = 3

    word = models.TextField()
    ruling = TenantKey(Ruling)
    part = models.PositiveSmallIntegerField(choices=Part.choices)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "word", "ruling"], name="ruling_word_once")]

    def __str__(self) -> str:
        return self.word
