"""Who gets a handover: the rules, whose turn it is, and who stands in for whom."""

from django.db import models
from django.db.models import Q

from leads.models.handovers import Handover
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Absence, Membership


class RoutingPlan(TenantModel):
    """The rules of routing as they stand from a moment on; the newest number holds, older ones are the audit trail.

    ``content`` is read and checked by ``leads.routing``. Append-only.
    """

    number = models.PositiveIntegerField()
    content = models.JSONField()
    # What was done to the plan before, for people who read its history.
    change = models.TextField()
    made_by = TenantKey(Membership, null=True)
    made_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            # Of two who change the same plan at once, the second is told.
            models.UniqueConstraint(fields=["organisation_id", "number"], name="routing_plan_once"),
        ]

    def __str__(self) -> str:
        return f"routing {self.number}"


class RoutingTurn(TenantModel):
    """When a rep was last given a handover of a pool; the longest ago is next. Locked while a turn is taken."""

    # "reps" for everybody of sales, else "team:<id>" or "rep:<id>".
    pool = models.TextField(default="reps")
    member = TenantKey(Membership)
    # The number of the rep's last turn, counted over the pool; 0 before the first.
    turn = models.PositiveBigIntegerField(default=0)
    given = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "pool", "member"], name="routing_turn_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pool} {self.member_id} {self.given}"


class Cover(TenantModel):
    """What an absent member owed and a deputy owes meanwhile: one side's open clocks of one handover."""

    handover = TenantKey(Handover)
    absence = TenantKey(Absence)
    side = models.TextField()
    # Who is away, and who stands in.
    absent = TenantKey(Membership)
    deputy = TenantKey(Membership)
    at = models.DateTimeField()
    # Given back, or settled meanwhile, or given to somebody else by hand.
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "handover", "side", "absent"],
                name="cover_one_at_a_time",
                condition=Q(ended_at=None),
            ),
        ]
        indexes = [
            # What comes back when somebody is here again.
            models.Index(fields=["organisation_id", "absence"], name="cover_of_absence", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id} {self.side}"
