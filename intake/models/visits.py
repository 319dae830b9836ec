"""Who looks at the site before they say who they are: first-party, after their consent, kept apart until then."""

from django.db import models
from django.db.models import Q

from leads.models import Lead
from smarketing.lib.tenancy import TenantKey, TenantModel


class Visitor(TenantModel):
    """A browser that allowed to be known again; a lead since somebody sent a form from it."""

    # Made at random in the browser.
    visitor = models.TextField()
    lead = TenantKey(Lead, null=True)
    consented_at = models.DateTimeField()
    identified_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "visitor"], name="visitor_once")]
        indexes = [
            models.Index(fields=["organisation_id", "last_seen_at"], name="visitor_stale", condition=Q(lead=None)),
            models.Index(fields=["organisation_id", "lead"], name="visitor_of_lead", condition=Q(lead__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.visitor


class Visit(TenantModel):
    """Something a visitor did; what comes again within half a minute is the same."""

    visitor = TenantKey(Visitor)
    kind = models.TextField()
    page = models.TextField(default="")
    properties = models.JSONField(default=dict)
    at = models.DateTimeField()
    # The half minute it fell into: a reload, or a post that was sent twice, is folded into one row.
    slot = models.BigIntegerField()
    times = models.PositiveIntegerField(default=1)
    # Its copy stands with the lead.
    joined = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "visitor", "kind", "page", "slot"], name="visit_once")
        ]
        indexes = [
            models.Index(fields=["organisation_id", "visitor"], name="visit_apart", condition=Q(joined=False)),
            models.Index(fields=["organisation_id", "at"], name="visit_oldest"),
        ]

    def __str__(self) -> str:
        return self.kind


class MachineDay(TenantModel):
    """How much machines that say so looked at on one day of the organisation: counted, never noted."""

    day = models.DateField()
    visits = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "day"], name="machine_day_once")]

    def __str__(self) -> str:
        return f"{self.day}"
