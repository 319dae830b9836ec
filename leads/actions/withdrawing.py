"""Taking back what was taken in by mistake, as long as nobody has worked with it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from events.actions import record
from leads import normal
from leads.actions.changing import change_lead, locked_lead
from leads.actions.judging import follow_score, rescore
from leads.capture import BehaviourFact
from leads.models import Behaviour, Company, Consent, Duplicate, Lead, LeadKey, LeadWord, StageEntry
from leads.queries.ownership import handover_with_sales
from sla.queries import agreement_in_force
from tenants.models import Membership

# What taking in writes into a lead that was known.
TAKEN = (
    "given_name", "family_name", "phone", "phone_e164", "job_title", "country", "company_id", "company_name",
    "campaign_id", "utm_unknown", "custom", "attributes", "wants_sales_talk", "message", "first_touch", "last_touch",
    "last_utm",
)  # fmt: skip


# What a company is while nobody has told.
UNKNOWN = {"employees": None, "industry": "", "country": ""}


@dataclass(frozen=True)
class Taken:
    """What a row of a file brought: when, by which submission, what the person did, what it told of the company."""

    at: datetime
    submission_id: UUID
    behaviours: Sequence[BehaviourFact]
    learned: Mapping[str, Any] | None = None


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
    lead_id: UUID, before: Mapping[str, Any], *, taken: Taken, revision: int, by: Membership | None, at: datetime
) -> bool:
    """Give a lead back the values it had before a file was taken in; False when it was changed since.

    It is judged again without what the file told; a stage that it owes to the file alone it loses.
    """
    lead = locked_lead(lead_id)
    if lead.revision != revision or lead.merged_into_id is not None:
        return False
    Consent.objects.filter(lead=lead, method="import", captured_at=taken.at).delete()
    for did in taken.behaviours:
        _forget_one(lead, did, taken)
    change_lead(lead, at=at, **before)
    if taken.learned:
        unlearn(taken.learned)
    record("lead.edited", lead, by=by, at=at, data={"fields": sorted(before)}, thread=lead.pk)
    version = agreement_in_force(at=at)
    if version is not None:
        lead.refresh_from_db()
        rescore(lead, version, by=None, at=at)
        if handover_with_sales(lead) is None:
            follow_score(lead, by=None, at=at)
    return True


def _forget_one(lead: Lead, did: BehaviourFact, taken: Taken) -> None:
    """Remove one row of what the file told; what was told of the same moment before it stays."""
    moment = min(did.at or taken.at, taken.at)
    mine = Behaviour.objects.filter(lead=lead, kind=normal.fold(did.kind), at=moment, pk__gt=taken.submission_id)
    Behaviour.objects.filter(pk__in=list(mine.order_by("pk").values_list("pk", flat=True)[:1])).delete()


def unlearn(learned: Mapping[str, Any]) -> None:
    """Take back what a lead that is gone had told of its company, as far as it stands as it was told.

    A company that came with the lead goes with it, unless somebody else works there.
    """
    company = Company.objects.select_for_update(of=("self",)).filter(pk=learned["id"]).first()
    if company is None:
        return
    same = [name for name, value in learned["facts"].items() if getattr(company, name) == value]
    Company.objects.filter(pk=company.pk).update(**{name: UNKNOWN[name] for name in same})
    if learned["made"]:
        with suppress(IntegrityError), transaction.atomic():
            Company.objects.filter(pk=company.pk).delete()
