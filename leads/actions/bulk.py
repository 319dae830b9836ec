"""Handing many leads over: a job that spreads them exactly as if they were sent one by one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from leads.actions.routing import lock_all_turns
from leads.actions.sending import hand_over
from leads.models import Lead
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.actions import start_job
from tenants.jobs import Step
from tenants.models import Job, Membership

BULK_HANDOVER = "leads.bulk_handover"
MOST = 1000
# Some seconds of work: others of the same pool wait for the turns meanwhile.
PER_STEP = 15


def start_bulk_handover(
    leads: Sequence[Lead], *, note: str = "", override_reason: str = "", by: Membership, at: datetime
) -> Job:
    """Put the handover of these leads, in this order, into the queue. Raises InvalidInput for none or too many."""
    if not 0 < len(leads) <= MOST:
        raise InvalidInput([FieldError("/leads", "out_of_range", _("Choose 1 to %(n)s leads.") % {"n": f"{MOST:,}"})])
    params = {"leads": [str(lead.pk) for lead in leads], "note": note.strip(), "override": override_reason.strip()}
    return start_job(kind=BULK_HANDOVER, params=params, by=by, at=at, total=len(leads))


def bulk_handover_step(job: Job, at: datetime) -> Step:
    """Hand the next leads over; who is refused is named with the sentence that a single one would get."""
    ids = job.params["leads"]
    chunk = ids[job.done : job.done + PER_STEP]
    result = {"sent": [], "refused": [], **job.result}
    leads = _locked(chunk)
    for lead_id in chunk:
        _send(leads.get(UUID(lead_id)), lead_id, job, result, at=at)
    done = job.done + len(chunk)
    return Step(cursor={}, done=done, total=len(ids), finished=done >= len(ids), result=result)


def _locked(ids: Sequence[str]) -> dict[UUID, Lead]:
    """Lock what the whole step needs in the order in which everybody locks: leads, then turns."""
    rows = Lead.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    found = {lead.pk: lead for lead in rows}
    lock_all_turns()
    return found


def _send(lead: Lead | None, lead_id: str, job: Job, result: dict[str, Any], *, at: datetime) -> None:
    if lead is None:
        result["refused"].append({"lead": lead_id, "code": "not_found", "detail": _("This lead is gone.")})
        return
    try:
        # A reason for all is needed, and kept, only where a lead is below the threshold.
        reason = "" if lead.tier else job.params["override"]
        with transaction.atomic():
            made = hand_over(lead, by=job.by, at=at, note=job.params["note"], override_reason=reason)
    except DomainError as refused:
        result["refused"].append({"lead": lead_id, "code": refused.code, "detail": refused.sentence})
    else:
        to = str(made.assigned_to_id) if made.assigned_to_id else None
        result["sent"].append({"lead": lead_id, "handover": str(made.pk), "assigned_to": to})
