"""The figures added up in advance: how far, by day and part, and what each subject brought to them."""

from django.db import models

from sla.models import Subject
from smarketing.lib.tenancy import TenantKey, TenantModel


class Rollup(TenantModel):
    """How far the organisation's figures are added up; one row each.

    Events of transactions before ``horizon`` are in the slices. ``revision`` counts changes of the slices, so that
    a reader of several statements sees that they changed between. ``target`` and ``cursor`` belong to a step that
    is under way: where the horizon will be, and the last subject that was counted.
    """

    horizon = models.BigIntegerField(db_default=0)
    revision = models.BigIntegerField(db_default=0)
    target = models.BigIntegerField(null=True)
    cursor = models.UUIDField(null=True)
    # Null until everything was counted once; the zone that days were counted in and the form of what is kept.
    built_at = models.DateTimeField(null=True)
    zone = models.TextField(db_default="")
    form = models.PositiveSmallIntegerField(db_default=0)
    folded_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    error = models.TextField(db_default="")
    # The day that was last counted anew, and how many figures came out otherwise.
    checked_on = models.DateField(null=True)
    checked_at = models.DateTimeField(null=True)
    differences = models.PositiveIntegerField(db_default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id"], name="rollup_once")]

    def __str__(self) -> str:
        return f"until transaction {self.horizon}"


class Slice(TenantModel):
    """All figures of one month, of everything or of one part of it; see dashboards.rollups.parts, Note [Slices]."""

    class Dimension(models.TextChoices):
        ALL = "all"
        CAMPAIGN = "campaign"
        DAY = "day"
        OWNER = "owner"
        SEGMENT = "segment"
        SOURCE = "source"
        TEAM = "team"
        TIER = "tier"
        # The criteria of an agreement version; the name of the last visit's campaign.
        CRITERIA = "criteria"
        LAST_TOUCH = "last_touch"

    dimension = models.TextField(choices=Dimension.choices)
    # Which campaign, owner …; "" for everything, and for what has none.
    key = models.TextField()
    # The month that it counts in; a late line of the ledger counts in another than that of its day.
    month = models.DateField()
    # "" for the whole of it, else the team, segment and tier that it is narrowed to.
    part = models.TextField()
    # By measure and detail: a count and an amount in hundredths.
    figures = models.JSONField()

    class Meta(TenantModel.Meta):
        constraints = [
            # Also how pages read: some months of one part, or one month of all campaigns or teams.
            models.UniqueConstraint(
                fields=["organisation_id", "dimension", "month", "key", "part"], name="slice_of_month_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.dimension} {self.key} {self.part}"


class Counted(TenantModel):
    """What one subject has brought to the slices so far; counting it again adds only the difference."""

    subject = TenantKey(Subject)
    # Its campaign, team, source, tier, segment and last touch, and its parts; see dashboards.rollups.parts.
    by = models.JSONField()
    parts = models.JSONField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "subject"], name="counted_once")]

    def __str__(self) -> str:
        return str(self.subject_id)
