"""What an organisation wants to know of leads beyond the fields that everybody has."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Attribute(TenantModel):
    """One typed value that every lead can have; retired, never deleted: what was known stays readable."""

    class Kind(models.TextChoices):
        TEXT = "text"
        NUMBER = "number"
        DATE = "date"
        BOOLEAN = "boolean"
        CHOICE = "choice"
        MULTI_CHOICE = "multi_choice"

    # How criteria and the interface name it; key, kind and who may fill it stand for ever.
    key = models.TextField()
    label = models.TextField()
    kind = models.TextField(choices=Kind.choices)
    # [{key, label}] of choice and multi_choice, in the order in which they are shown.
    options = models.JSONField(default=list)
    # Closed to forms, only members and their keys fill it; only such a yes can exclude a lead from handover.
    open_to_forms = models.BooleanField(default=True)
    # Folded names of form fields whose values are read as this attribute.
    sources = ArrayField(models.TextField(), default=list)
    created_at = models.DateTimeField()
    created_by = TenantKey(Membership, null=True)
    updated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "key"], name="attribute_key_once"),
            models.CheckConstraint(
                name="attribute_closed_to_forms_reads_none", condition=Q(open_to_forms=True) | Q(sources=[])
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_retired(self) -> bool:
        """Tell whether it is not asked for any more."""
        return self.retired_at is not None
