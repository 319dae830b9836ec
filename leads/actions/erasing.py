"""Erasing a person: what names them goes for good, what was counted stays.

# Note [What stays of somebody who was erased]
Rows stay, so that every figure, clock, credit and seal is as it was: ids, times, stages, grades, tiers, decisions,
reasons of the catalogue, amounts, country and where the first visit came from (source, medium, campaign). Names,
addresses, numbers, free texts, files, raw posts and what the person did on which page go. The other apps hear
``lead.erased`` in the same transaction, while the person's values still stand here: they need them to find more.
An address is known again by a salted hash only (leads.queries.persons.forgotten_among).
"""

import logging
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db import ProgrammingError, transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads.actions.bulk import BULK_HANDOVER
from leads.actions.changing import change_handover, change_lead, locked_handover, locked_lead
from leads.models import (
    Attempt,
    Behaviour,
    CampaignFeedback,
    Company,
    Consent,
    Duplicate,
    FollowUp,
    Forgotten,
    ForgottenSalt,
    Handover,
    Insight,
    Lead,
    LeadKey,
    Merge,
    Rejection,
    SavedView,
    StageEntry,
)
from leads.normal import forget_lately
from leads.queries.ownership import handover_with_sales
from leads.queries.persons import Identity, digests_of, family_of, files_of, identity_of, is_in_dispute
from sla import actions as sla
from smarketing.lib.errors import DomainError
from smarketing.lib.redaction import STRUCK, struck
from tenants.actions import erase_file
from tenants.idempotency import forget_answers_with
from tenants.models import Job, Membership

log = logging.getLogger(__name__)

# What the database says where a row or column is closed.
INSUFFICIENT_PRIVILEGE = "42501"
# Of where a visit came from only this was counted.
COUNTED_OF_TOUCH = ("source", "medium", "campaign", "at")
# Of the lead as it was handed over: no name, no text, no address.
COUNTED_OF_SNAPSHOT = (
    "number", "wants_sales_talk", "fit_grade", "fit_points", "readiness_grade", "readiness_points", "tier", "campaign",
)  # fmt: skip
COUNTED_FIELDS = ("country", "industry", "employees")
TEXTS = (
    "email", "email_norm", "given_name", "family_name", "phone", "phone_e164", "job_title", "company_name", "message",
)  # fmt: skip


class PersonInDispute(DomainError):
    """A rejection of the person's handover is not settled; what the two sides argue about is needed until then."""

    code = "person_in_dispute"


class PersonErased(DomainError):
    """The person was erased already; ``erased_at`` says when."""

    code = "person_erased"


class WordsFrozen(DomainError):
    """Something that was signed or sealed names the person, and the database lets nobody change it; nothing went."""

    code = "words_frozen"


def erase_person(lead: Lead, *, by: Membership, at: datetime) -> Lead:
    """Erase the person behind a lead and those that went on as it, for good.

    See Note [What stays of somebody who was erased]. Open work ends: its clocks are cancelled, next steps too.
    Raises PersonErased, PersonInDispute, WordsFrozen.
    """
    try:
        return _erase(lead, by=by, at=at)
    except ProgrammingError as error:
        if getattr(error.__cause__, "pgcode", "") != INSUFFICIENT_PRIVILEGE:
            raise
        # What refused stands in the log; a person cannot mend it.
        log.exception("A frozen row stands in the way of an erasure")
        raise WordsFrozen(
            _("Nothing was erased: words that were signed or sealed name this person and cannot be changed any more.")
            + " "
            + _("Tell whoever runs this installation; the log says where.")
        ) from error


@transaction.atomic
def _erase(lead: Lead, *, by: Membership, at: datetime) -> Lead:
    lead = locked_lead(lead.merged_into_id or lead.pk)
    if lead.erased_at is not None:
        raise PersonErased(_("This person was erased already."), erased_at=lead.erased_at.isoformat())
    _refuse_dispute(lead)
    _end_open_work(lead, by=by, at=at)
    family = list(family_of(lead.pk).select_for_update(of=("self",)))
    remember_forgotten(identity_of(lead.pk), at=at)
    for one in family:
        record("lead.erased", one, by=by, at=at, data={"number": str(one), "into": str(lead.pk)}, thread=one.pk)
    _blank(lead, family, identity_of(lead.pk), by=by, at=at)
    forget_lately()
    lead.refresh_from_db()
    return lead


def _refuse_dispute(lead: Lead) -> None:
    if is_in_dispute(lead.pk):
        raise PersonInDispute(
            _("Sales has rejected this lead and it is not settled. Answer the return, or let the board end the case.")
        )


def _end_open_work(lead: Lead, *, by: Membership, at: datetime) -> None:
    """Nobody can contact the person any more: nobody owes it either."""
    held = handover_with_sales(lead)
    if held is not None:
        held = locked_handover(held)
        sla.cancel_clocks(held.subject, at=at, by=by)
        change_handover(held, at=at, progress=Handover.Progress.CLOSED, closed_at=at)
    steps = FollowUp.objects.filter(lead__in=family_of(lead.pk), state=FollowUp.State.OPEN)
    steps.update(state=FollowUp.State.CANCELLED, closed_at=at, closed_by=by)


def remember_forgotten(person: Identity, *, at: datetime) -> None:
    """Keep the salted hashes by which a later file with this person is noticed."""
    ForgottenSalt.objects.bulk_create([ForgottenSalt(salt=secrets.token_hex(32))], ignore_conflicts=True)
    digests = digests_of(person.emails, person.phones)
    Forgotten.objects.bulk_create([Forgotten(digest=digest, at=at) for digest in digests], ignore_conflicts=True)


def lift_forgetting(lead: Lead, *, at: datetime) -> None:
    """Let somebody be known again who came back and agreed to it."""
    digests = digests_of([lead.email_norm] if lead.email_norm else [], [lead.phone_e164] if lead.phone_e164 else [])
    if Forgotten.objects.filter(digest__in=digests).delete()[0]:
        record("lead.came_back", lead, by=None, at=at, thread=lead.pk)


def _blank(lead: Lead, family: Sequence[Lead], person: Identity, *, by: Membership, at: datetime) -> None:
    ids, companies = [one.pk for one in family], {one.company_id for one in family if one.company_id}
    for file in files_of(lead.pk):
        erase_file(file, by=by, at=at)
    _blank_handovers(ids)
    _blank_notes(ids, person, by=by, at=at)
    _blank_traces(ids)
    _strike_views(person)
    forget_answers_with([str(pk) for pk in ids] + list(person.emails))
    for one in family:
        _blank_lead(one, at=at)
    _forget_companies(companies)


def _blank_lead(lead: Lead, *, at: datetime) -> None:
    told: dict[str, Any] = dict.fromkeys(TEXTS, "")
    told |= {"custom": {}, "attributes": {}, "company": None, "sales_owner": None, "wake_on": None}
    told |= {"next_rescore_on": None, "dwelling_since": lead.stage_since, "wants_sales_talk": False, "erased_at": at}
    told |= {"first_touch": _of_touch(lead.first_touch), "last_touch": _of_touch(lead.last_touch)}
    change_lead(lead, at=at, score_reasons=_without_proof(lead.score_reasons), **told)


def _of_touch(touch: Mapping[str, Any]) -> dict[str, Any]:
    return {name: touch[name] for name in COUNTED_OF_TOUCH if name in touch}


def _without_proof(reasons: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**reason, "proof": ""} for reason in reasons]


def _blank_handovers(lead_ids: Collection[UUID]) -> None:
    rows = list(Handover.objects.filter(lead__in=lead_ids))
    for row in rows:
        row.snapshot = _of_snapshot(row.snapshot)
        row.note, row.override_reason, row.crm_id = "", "", ""
    Handover.objects.bulk_update(rows, ["snapshot", "note", "override_reason", "crm_id"])
    Rejection.objects.filter(handover__in=rows).update(note="", evidence_url="")
    Attempt.objects.filter(handover__in=rows).update(note="")
    sla.forget_words_about([row.subject_id for row in rows])


def _of_snapshot(told: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: told[name] for name in COUNTED_OF_SNAPSHOT if name in told}
    fields = {name: value for name, value in told.get("fields", {}).items() if name in COUNTED_FIELDS}
    touches = {name: _of_touch(told.get(name) or {}) for name in ("first_touch", "last_touch")}
    reasons = _without_proof(told.get("score_reasons", ()))
    return {**kept, **touches, "name": "", "fields": fields, "custom": {}, "score_reasons": reasons}


def _blank_notes(lead_ids: Collection[UUID], person: Identity, *, by: Membership, at: datetime) -> None:
    """What colleagues wrote goes where it hangs on the person; elsewhere the name is struck out."""
    FollowUp.objects.filter(lead__in=lead_ids).update(what=STRUCK)
    StageEntry.objects.filter(lead__in=lead_ids).update(reason="")
    insights = Insight.objects.filter(lead__in=lead_ids)
    insights.filter(withdrawn_at=None).update(withdrawn_at=at, withdrawn_by=by)
    insights.update(text=STRUCK, tags=[])
    for feedback in CampaignFeedback.objects.filter(lead__in=lead_ids):
        CampaignFeedback.objects.filter(pk=feedback.pk).update(text=struck(feedback.text, person.values))
    for lead_id in lead_ids:
        jobs = Job.objects.filter(kind=BULK_HANDOVER, params__leads__contains=[str(lead_id)])
        for job in jobs:
            words = {name: struck(str(job.params.get(name, "")), person.values) for name in ("note", "override")}
            Job.objects.filter(pk=job.pk).update(params={**job.params, **words})


def _blank_traces(lead_ids: Collection[UUID]) -> None:
    Behaviour.objects.filter(lead__in=lead_ids).update(properties={})
    Consent.objects.filter(lead__in=lead_ids).update(text="", ip="")
    LeadKey.objects.filter(lead__in=lead_ids).delete()
    for row in (Duplicate.objects.filter(lead__in=lead_ids), Duplicate.objects.filter(other__in=lead_ids)):
        row.filter(state=Duplicate.State.OPEN).update(state=Duplicate.State.DISMISSED)
    for merge in Merge.objects.filter(survivor__in=lead_ids):
        Merge.objects.filter(pk=merge.pk).update(moved={**merge.moved, "fields": {}})


def _strike_views(person: Identity) -> None:
    """A list that looks for the person by name or address is not narrowed by that any more."""
    for view in SavedView.objects.all():
        kept = [(name, text) for name, text in parse_qsl(view.query) if struck(text, person.values) == text]
        name = struck(view.name, person.values)
        # Two lists of one member that were called alike but for the name stay apart.
        name = name if name == view.name else f"{name} {str(view.pk)[-4:]}"
        if (name, urlencode(kept)) != (view.name, view.query):
            SavedView.objects.filter(pk=view.pk).update(name=name, query=urlencode(kept))


def _forget_companies(company_ids: Collection[Any]) -> None:
    """A company that nobody else is at is the person's own name often enough."""
    shared = set(Lead.objects.filter(company__in=company_ids).values_list("company_id", flat=True))
    Company.objects.filter(pk__in=set(company_ids) - shared).update(name="", domain_norm="")
