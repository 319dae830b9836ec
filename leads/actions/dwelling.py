"""Telling people that a lead stands still."""

from datetime import datetime, timedelta

from django.db.models import F

from events.actions import record
from leads.models import Lead, StageSetting

# One round tells of at most so many; the next one goes on.
MOST_AT_ONCE = 300


def tell_of_dwelling(at: datetime) -> None:
    """Record lead.dwelling, once per stay, for leads longer in a stage than the organisation wants. A round."""
    for setting in StageSetting.objects.exclude(dwell_days=None).order_by("stage"):
        tell_of_stage(setting, at=at)


def tell_of_stage(setting: StageSetting, *, at: datetime) -> None:
    """Do it for one stage. Days are elapsed days of 24 hours."""
    since = at - timedelta(days=setting.dwell_days or 0)
    still = Lead.objects.filter(stage=setting.stage, stage_since__lte=since, dwelling_since=None, merged_into=None)
    due = list(still.select_for_update(skip_locked=True).order_by("stage_since", "pk")[:MOST_AT_ONCE])
    # No change of the lead itself: what lists show as newest stays newest.
    Lead.objects.filter(pk__in=[lead.pk for lead in due]).update(dwelling_since=F("stage_since"))
    for lead in due:
        owner = lead.sales_owner_id or lead.marketer_id
        data = {"stage": lead.stage, "days": setting.dwell_days, "owner": str(owner) if owner else None}
        record("lead.dwelling", lead, by=None, at=at, data=data, thread=lead.pk)
