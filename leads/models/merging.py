"""Two records of one person: what suggests it, and merges that can be undone."""

from django.db import models
from django.db.models import F, Q

from leads.models.people import Lead
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class LeadKey(TenantModel):
    """One key by which a lead may be the same person as another."""

    lead = TenantKey(Lead)
    kind = models.TextField()
    value = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [
            # Also finds the keys of one lead.
            models.UniqueConstraint(fields=["organisation_id", "lead", "kind"], name="lead_key_once"),
        ]
        indexes = [models.Index(fields=["organisation_id", "kind", "value"], name="lead_key_value")]

    def __str__(self) -> str:
        return self.kind


class Duplicate(TenantModel):
    """A suggestion that two leads are one person; people decide."""

    class State(models.TextChoices):
        OPEN = "open"
        DISMISSED = "dismissed"
        MERGED = "merged"

    # The older of the two, and the younger.
    lead = TenantKey(Lead)
    other = TenantKey(Lead)
    # Kinds of keys that they share.
    kinds = models.JSONField(default=list)
    state = models.TextField(choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = TenantKey(Membership, null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "lead", "other"], name="duplicate_pair_once"),
            models.CheckConstraint(name="duplicate_of_two", condition=~Q(lead=F("other"))),
        ]
        indexes = [
            # What people look through, newest first; and the suggestions of one lead.
            models.Index(F("organisation_id"), F("found_at").desc(), name="duplicate_open", condition=Q(state="open")),
            models.Index(fields=["organisation_id", "other"], name="duplicate_of_other", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.other_id} {self.state}"


class Merge(TenantModel):
    """One merge and everything that it moved, so that it can be undone."""

    survivor = TenantKey(Lead)
    dropped = TenantKey(Lead)
    # {"behaviours": [id], "consents": [id], "leads": [id], "handovers": [{"id", "number"}],
    #  "fields": {name: [before, after]}, "handover": id | null, "into": id | null, "credit": subject id | null}
    moved = models.JSONField()
    by = TenantKey(Membership)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = TenantKey(Membership, null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "dropped"], name="merge_once", condition=Q(undone_at=None)
            ),
            models.CheckConstraint(name="merge_of_two", condition=~Q(survivor=F("dropped"))),
        ]
        indexes = [models.Index(F("organisation_id"), F("survivor"), F("at").desc(), name="merge_of_survivor")]

    def __str__(self) -> str:
        return f"{self.dropped_id} into {self.survivor_id}"
