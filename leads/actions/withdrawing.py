"""Taking back what was taken in by mistake, as long as nobody has worked with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from events.actions import record
from leads.actions.changing import change_lead, locked_lead
from leads.actions.judging import rescore
from leads.models import Behaviour, Consent, Duplicate, Lead, LeadKey, LeadWord, StageEntry
from sla.queries import agreement_in_force
from tenants.models import Membership

# What taking in writes into a lead that was known.
TAKEN = (
    "given_name", "family_name", "phone", "phone_e164", "job_title", "country", "company_id", "company_name",
    "campaign_id", "utm_unknown", "custom", "attributes", "wants_sales_talk", "message", "first_touch", "last_touch",
)  # fmt: skip


def values_before(lead: Lead) -> dict[str, Any]:
    """Return what restore_lead needs, read before a submission is taken in."""
    return {name: _plain(getattr(lead, name)) for name in TAKEN}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def remove_lead(lead_id: UUID, *, revision: int, by: Membership | None, at: datetime) -> bool:
    """Delete a lead that is as it was when it was taken in; False when somebody has changed or used it since.

    What happened stays in the audit trail, by id only.
    """
    lead = Lead.objects.select_for_update(of=("self",)).filter(pk=lead_id, revision=revision).first()
    if lead is None:
        return False
    try:
        with transaction.atomic():
            Duplicate.objects.filter(Q(lead=lead) | Q(other=lead)).delete()
            for model in (Behaviour, Consent, LeadKey, StageEntry):
                model.objects.filter(lead=lead).delete()
            LeadWord.objects.filter(lead=lead).delete()
            Lead.objects.filter(pk=lead.pk).delete()
    except IntegrityError:
        # A handover, a merge, a note or another file points at it: it lives on.
        return False
    record("lead.removed", Lead(pk=lead_id), by=by, at=at, thread=lead_id)
    return True


@transaction.atomic
def restore_lead(
    lead_id: UUID, before: Mapping[str, Any], *, revision: int, taken_at: datetime, by: Membership | None, at: datetime
) -> bool:
    """Give a lead back the values it had before a file was taken in; False when it was changed since."""
    lead = locked_lead(lead_id)
    if lead.revision != revision or lead.merged_into_id is not None:
        return False
    Consent.objects.filter(lead=lead, method="import", captured_at=taken_at).delete()
    change_lead(lead, at=at, **before)
    record("lead.edited", lead, by=by, at=at, data={"fields": sorted(before)}, thread=lead.pk)
    version = agreement_in_force(at=at)
    if version is not None:
        lead.refresh_from_db()
        rescore(lead, version, by=None, at=at)
    return True
