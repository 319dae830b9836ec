"""What people learn from customers, kept so that others find it."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from leads.models.people import Company, Lead
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership

# A slip of the pen is corrected at once; what others have read stays as they read it.
EDIT_FOR = timedelta(minutes=15)


class Insight(TenantModel):
    """A note of sales or marketing with tags, on a lead, on a company, or on neither."""

    text = models.TextField()
    # As people read them; search and counts compare them folded (InsightWord).
    tags = ArrayField(models.TextField(), default=list)
    lead = TenantKey(Lead, null=True)
    # The lead's company, or one that was named.
    company = TenantKey(Company, null=True)
    by = TenantKey(Membership)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = TenantKey(Membership, null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [models.CheckConstraint(name="insight_says_something", condition=~Q(text=""))]
        indexes = [
            # The page, newest first; a month of it.
            models.Index(
                fields=["organisation_id", "-at", "-id"], name="insight_newest", condition=Q(withdrawn_at=None)
            ),
            models.Index(
                fields=["organisation_id", "by", "-at"], name="insight_of_author", condition=Q(withdrawn_at=None)
            ),
            models.Index(fields=["organisation_id", "lead", "-at"], name="insight_of_lead"),
            models.Index(fields=["organisation_id", "company", "-at"], name="insight_of_company"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class InsightWord(TenantModel):
    """A word by which an insight is found, tags with a # before them: written by a trigger, as LeadWord is.

    What is withdrawn has none.
    """

    insight = TenantKey(Insight)
    word = models.TextField(db_collation="C")

    class Meta(TenantModel.Meta):
        constraints = [
            # Also counts the tags.
            models.UniqueConstraint(fields=["organisation_id", "word", "insight"], name="insight_word_once"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "insight", "word"], name="insight_word_of_insight"),
        ]

    def __str__(self) -> str:
        return self.word
