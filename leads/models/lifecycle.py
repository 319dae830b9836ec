"""The stages of an organisation, and which stage a lead was in when."""

from django.db import models

from leads.models.people import Lead
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class StageSetting(TenantModel):
    """What an organisation says of one stage; without a row everything is as it comes."""

    stage = models.TextField(choices=Lead.Stage.choices)
    # "" keeps the usual word.
    label = models.TextField(default="")
    # After so many elapsed days in the stage its owner is told; null never.
    dwell_days = models.PositiveIntegerField(null=True)
    # [{field, operator, value}]: what must hold before a lead moves forward into it.
    entry = models.JSONField(default=list)
    updated_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "stage"], name="stage_setting_once"),
            models.CheckConstraint(name="stage_dwell_is_positive", condition=~models.Q(dwell_days=0)),
        ]

    def __str__(self) -> str:
        return self.stage


class StageEntry(TenantModel):
    """A lead came into a stage. The history of a lead is these rows, beginning with its creation as a lead."""

    lead = TenantKey(Lead)
    stage = models.TextField(choices=Lead.Stage.choices)
    came_from = models.TextField(choices=Lead.Stage.choices)
    cycle = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = TenantKey(Membership, null=True)
    # Why somebody moved it by hand.
    reason = models.TextField(default="")

    class Meta(TenantModel.Meta):
        indexes = [
            # The history of one lead.
            models.Index(fields=["organisation_id", "lead", "at"], name="stage_entry_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.came_from} → {self.stage}"
