"""One change of many leads at once: a job that goes through them and remembers which refused, and why.

Each lead is changed by the same action as alone, in a savepoint of its own: one that refuses stops nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from events.actions import record
from leads.access import visible_leads
from leads.actions.changing import change_lead, locked_lead
from leads.actions.moving import move_lead
from leads.actions.nurturing import wake_lead
from leads.models import Lead
from sla.queries import agreement_in_force
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.actions import start_job
from tenants.jobs import Step
from tenants.models import Job, Membership
from tenants.roles import MARKETING

KIND = "leads.change_many"
MOST = 1000
# Leads in one step of the job: some seconds at most.
A_STEP = 25
CHANGES = ("marketer", "nurture", "wake")


class NotAMarketer(DomainError):
    """Leads are answered for by active members of marketing."""

    code = "not_a_marketer"


class NotNurtured(DomainError):
    """Only a lead in nurture can be woken up."""

    code = "not_nurtured"


class TooManyLeads(DomainError):
    """One change takes so many leads at most."""

    code = "too_many_leads"
    status = 422


def change_many(
    lead_ids: Sequence[UUID], *, change: str, marketer: Membership | None = None, wake_on: date | None = None,
    reason: str = "", by: Membership, at: datetime, next_url: str = "",
) -> Job:  # fmt: skip
    """Start a change of many leads; ``change`` is one of CHANGES. Raises TooManyLeads, NotAMarketer, InvalidInput."""
    if len(lead_ids) > MOST:
        raise TooManyLeads(_("Choose at most %(n)s leads at a time.") % {"n": MOST})
    if change == "marketer":
        require_marketer(marketer)
    if change == "nurture" and wake_on is None:
        raise InvalidInput([FieldError("/wake_on", "missing", _("Say until when."))])
    params = {
        "leads": [str(lead_id) for lead_id in lead_ids],
        "change": change,
        "marketer": str(marketer.pk) if marketer else None,
        "wake_on": wake_on.isoformat() if wake_on else None,
        "reason": reason,
        "next_url": next_url,
    }
    return start_job(kind=KIND, params=params, by=by, at=at, total=len(lead_ids))


def step_through(job: Job, at: datetime) -> Step:
    """Change the next leads of the job; the cursor carries how far it is and who refused."""
    first, refused = job.cursor.get("next", 0), list(job.cursor.get("refused", []))
    every: Sequence[str] = job.params["leads"]
    some = every[first : first + A_STEP]
    if job.by is None:
        raise LookupError("A member starts this job.")
    by = Membership.objects.select_related("user").get(pk=job.by.pk)
    with translation.override(by.user.language or "en"):
        act = _act(job.params, by, at=at)
        refused += [one for one in (_try(by, lead_id, act) for lead_id in some) if one]
    done = first + len(some)
    result = {"changed": done - len(refused), "refused": refused}
    return Step({"next": done, "refused": refused}, done, len(every), done >= len(every), result)


def _act(params: Mapping[str, Any], by: Membership, *, at: datetime) -> Callable[[Lead], object]:
    """Return what is done to each lead."""
    if params["change"] == "marketer":
        marketer = Membership.objects.get(pk=params["marketer"])
        return lambda lead: assign_marketer(lead, to=marketer, by=by, at=at)
    if params["change"] == "wake":
        return lambda lead: end_nurture(lead, by=by, at=at)
    wake_on, reason = date.fromisoformat(params["wake_on"]), params["reason"] or _("Nurtured with others.")
    return lambda lead: move_lead(lead, stage=Lead.Stage.NURTURE, reason=reason, wake_on=wake_on, by=by, at=at)


def _try(by: Membership, lead_id: str, act: Callable[[Lead], object]) -> dict[str, str] | None:
    """Change one lead; return who refused and why, or None."""
    lead = visible_leads(by).filter(pk=lead_id).first()
    if lead is None:
        return {"lead": lead_id, "number": "", "code": "not_found", "why": _("There is no such lead.")}
    try:
        with transaction.atomic():
            act(lead)
    except DomainError as error:
        return {"lead": lead_id, "number": str(lead), "code": error.code, "why": error.sentence}
    except InvalidInput as error:
        return {"lead": lead_id, "number": str(lead), "code": error.code, "why": error.errors[0].detail}
    return None


@transaction.atomic
def assign_marketer(lead: Lead, *, to: Membership, by: Membership, at: datetime) -> Lead:
    """Let another marketer answer for a lead. Raises NotAMarketer."""
    require_marketer(to)
    lead = locked_lead(lead.pk)
    before = lead.marketer_id
    if before == to.pk:
        return lead
    change_lead(lead, at=at, marketer=to)
    data = {"from": str(before) if before else None, "to": str(to.pk)}
    record("lead.marketer_assigned", lead, by=by, at=at, data=data, thread=lead.pk)
    return lead


@transaction.atomic
def end_nurture(lead: Lead, *, by: Membership, at: datetime) -> Lead:
    """Wake a nurtured lead before its day. Raises NotNurtured."""
    lead = locked_lead(lead.pk)
    if lead.stage != Lead.Stage.NURTURE:
        raise NotNurtured(_("The lead is not in nurture."))
    record("lead.nurture_ended", lead, by=by, at=at, thread=lead.pk)
    wake_lead(lead, agreement_in_force(at=at), at=at)
    return lead


def require_marketer(member: Membership | None) -> None:
    """Raise NotAMarketer unless the member is active and of marketing."""
    if member is None or not member.is_active or not member.has(*MARKETING):
        raise NotAMarketer(_("Choose somebody of marketing."))
