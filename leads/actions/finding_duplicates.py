"""Keeping the keys of leads, and suggesting which may be one person."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from events.actions import record
from leads.duplicates import keys_of
from leads.models import Duplicate, Lead, LeadKey
from leads.queries.merging import likely_same, person_of


@transaction.atomic
def find_duplicates(lead: Lead, *, at: datetime) -> list[Duplicate]:
    """Write down by what a lead can be found again, and suggest those that share it; a decided pair stays decided.

    Runs beside the daily flow, as often as one likes.
    """
    if lead.merged_into_id is not None:
        LeadKey.objects.filter(lead=lead).delete()
        return []
    _keep_keys(lead)
    found = likely_same(lead)
    others = {row.pk: row for row in Lead.objects.filter(pk__in=found)}
    pairs = [(*_by_age(lead, others[pk]), kinds) for pk, kinds in found.items() if pk in others]
    known = set(Duplicate.objects.filter(Q(lead=lead) | Q(other=lead)).values_list("lead", "other"))
    fresh = [
        Duplicate(lead=older, other=younger, kinds=kinds, found_at=at)
        for older, younger, kinds in pairs
        if (older.pk, younger.pk) not in known
    ]
    Duplicate.objects.bulk_create(fresh, ignore_conflicts=True)
    return [_suggested(row.lead_id, row.other_id, at=at) for row in fresh]


def _suggested(lead_id: Any, other_id: Any, *, at: datetime) -> Duplicate:
    row = Duplicate.objects.select_related("lead").get(lead=lead_id, other=other_id)
    data = {"other": str(row.other_id), "kinds": row.kinds}
    record("lead.duplicate_suggested", row.lead, by=None, at=at, data=data, thread=row.lead_id)
    return row


def _by_age(one: Lead, other: Lead) -> tuple[Lead, Lead]:
    older, younger = sorted((one, other), key=lambda lead: (lead.created_at, lead.number))
    return older, younger


def _keep_keys(lead: Lead) -> None:
    keys = dict(keys_of(person_of(lead)))
    had = dict(LeadKey.objects.filter(lead=lead).values_list("kind", "value"))
    if keys == had:
        return
    LeadKey.objects.filter(lead=lead).delete()
    LeadKey.objects.bulk_create(LeadKey(lead=lead, kind=kind, value=value) for kind, value in keys.items())
