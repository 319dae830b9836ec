"""Lists that people keep, and the words by which leads are found."""

from django.db import models

from leads.models.people import Lead
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class SavedView(TenantModel):
    """A list of leads with its filters, order and columns, under a name."""

    owner = TenantKey(Membership)
    name = models.TextField()
    # The list's own parameters, url-encoded in one spelling; never a page number.
    query = models.TextField()
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "owner", "name"], name="saved_view_name_once"),
        ]
        indexes = [
            # The views of everybody, beside a member's own.
            models.Index(
                fields=["organisation_id", "name"], name="saved_view_shared", condition=models.Q(is_shared=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(TenantModel):
    """The view with which a member's list of leads opens."""

    member = TenantKey(Membership)
    view = TenantKey(SavedView)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "member"], name="default_view_one_per_member"),
        ]

    def __str__(self) -> str:
        return f"default of {self.member_id}"


class LeadWord(TenantModel):
    """A word by which a lead is found: written by a trigger of the lead's table, so that no writer can forget it.

    Under the policies only operators that leak nothing may use an index: ``lower()`` and LIKE may not, comparing a
    stored word may.
    """

    lead = TenantKey(Lead)
    # In byte order, so that everything that begins with a word lies between it and its last neighbour.
    word = models.TextField(db_collation="C")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "word", "lead"], name="lead_word_once"),
        ]
        indexes = [
            # A lead's own words, when they change or are looked at for a second term.
            models.Index(fields=["organisation_id", "lead", "word"], name="lead_word_of_lead"),
        ]

    def __str__(self) -> str:
        return self.word
