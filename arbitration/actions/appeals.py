"""Filing an appeal: a rejection becomes a case, and its evidence is sealed."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from arbitration import evidence, queries
from arbitration.actions.hearing import tell_if_nobody_rules
from arbitration.models import Case, CaseNumber
from arbitration.rules import is_late, may_appeal
from arbitration.words import moment_word
from events.actions import record
from events.queries import timeline_of
from leads.actions import add_evidence, mark_appealed
from leads.models import Handover, Rejection
from leads.queries import evidence_facts
from sla.actions import open_subject, start_clocks
from sla.business_time import BUSINESS_DAYS, due_after
from sla.models import Clock, Subject
from sla.queries import calendar_in_force, hours_for
from smarketing.lib.errors import DomainError, Forbidden
from smarketing.lib.scope import current_organisation_id
from tenants.files import Upload
from tenants.models import Membership, Organisation

# Enough for the longest-lived lead; the pack stays far below a megabyte.
SEALED_EVENTS = 500


class NotYourAppeal(Forbidden):
    """The marketer who answers for the lead appeals, or the marketing manager."""

    code = "not_your_appeal"


class AppealTooLate(DomainError):
    """The time to answer the return has passed."""

    code = "appeal_too_late"


class GroundsMissing(DomainError):
    """The board cannot weigh an appeal that says nothing."""

    code = "grounds_missing"
    status = 422


@transaction.atomic
def file_appeal(
    rejection: Rejection, *, grounds: str, uploads: Sequence[Upload] = (), by: Membership, at: datetime
) -> Case:
    """Dispute a rejection: number the case, seal the evidence, start the board's clock.

    Files become marketing's evidence on the rejection and are sealed with it. Raises NotYourAppeal, AppealTooLate,
    GroundsMissing, InvalidInput at /file, and what leads.actions.mark_appealed raises.
    """
    held = _lock(rejection)
    handover = held.handover
    _require_appeal(held, by=by, at=at)
    if not grounds.strip():
        raise GroundsMissing(_("Say why the rejection is wrong."))
    if uploads and held.state == Rejection.State.OPEN:
        add_evidence(handover, uploads=uploads, by=by, at=at)
    mark_appealed(held, by=by, at=at)
    case = _open(held, handover, grounds=grounds.strip(), by=by, at=at)
    record("case.opened", case, by=by, at=at, thread=handover.lead_id, data=_told(case, held, handover))
    tell_if_nobody_rules(case, at=at)
    return case


def _lock(rejection: Rejection) -> Rejection:
    # The handover first, as every answer to a return does: two of them wait for each other, never in a ring.
    Handover.objects.select_for_update().get(pk=rejection.handover_id)
    rows = Rejection.objects.select_for_update(of=("self",)).select_related("handover__lead", "handover__version")
    return rows.get(pk=rejection.pk)


def _require_appeal(rejection: Rejection, *, by: Membership, at: datetime) -> None:
    handover = rejection.handover
    senders = {pk for pk in (handover.sent_by_id, handover.lead.marketer_id) if pk is not None}
    if not may_appeal(member_id=by.pk, roles=by.roles, senders=senders):
        raise NotYourAppeal(_("Only the marketer of this lead or the marketing manager can appeal."))
    closed_at = appeal_closes_at(handover)
    unanswered = rejection.state in (Rejection.State.OPEN, Rejection.State.EXPIRED)
    if unanswered and closed_at is not None and is_late(due_at=closed_at, at=at):
        sentence = _("The time to appeal ended %(time)s.")
        raise AppealTooLate(sentence % {"time": moment_word(closed_at)}, closed_at=closed_at)


def appeal_closes_at(handover: Handover) -> datetime | None:
    """Return the last moment to answer the return: the deadline of marketing's own clock; None without one."""
    clocks = Clock.objects.filter(subject_id=handover.subject_id, commitment="return_answer")
    return clocks.order_by("-cycle").values_list("due_at", flat=True).first()


def _open(rejection: Rejection, handover: Handover, *, grounds: str, by: Membership, at: datetime) -> Case:
    zone = Organisation.objects.get(pk=current_organisation_id()).zone
    salt = secrets.token_hex(16)
    pack = _pack(rejection, handover, grounds=grounds, salt=salt, by=by, at=at)
    subject = _subject(handover, by=by, at=at, zone=zone)
    year = at.astimezone(ZoneInfo(zone)).year
    # The number comes last: its row stays locked until the end, and every other appeal waits for it.
    return Case.objects.create(
        year=year,
        sequence=_next_number(year),
        handover=handover,
        rejection=rejection,
        subject=subject,
        version=handover.version,
        grounds=grounds,
        filed_by=by,
        filed_at=at,
        statements_close_at=_statements_close_at(handover, at=at),
        evidence=pack,
        evidence_hash=evidence.hash_of(pack),
        evidence_salt=salt,
        updated_at=at,
    )


def _subject(handover: Handover, *, by: Membership, at: datetime, zone: str) -> Subject:
    subject = open_subject(
        kind=Subject.Kind.CASE,
        thread_id=handover.lead_id,
        version=handover.version,
        tier=handover.tier,
        weight=handover.weight,
        owner=queries.chair(),
        sender=by,
        opened_at=at,
        zone=zone,
    )
    start_clocks(subject, at=at, by=by)
    return subject


def _statements_close_at(handover: Handover, *, at: datetime) -> datetime:
    days = handover.version.content["arbitration"]["statements_close_after_business_days"]
    return due_after(at, days, BUSINESS_DAYS, hours_for(calendar_in_force("board")))


def _next_number(year: int) -> int:
    """Take the next number of the year; its row's lock lets no two cases share one, and a rollback leaves no gap."""
    CaseNumber.objects.bulk_create([CaseNumber(year=year)], ignore_conflicts=True)
    counter = CaseNumber.objects.select_for_update().get(year=year)
    CaseNumber.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    return counter.last + 1


def _pack(
    rejection: Rejection, handover: Handover, *, grounds: str, salt: str, by: Membership, at: datetime
) -> dict[str, Any]:
    version = handover.version
    terms = {
        "sealed_at": at,
        "agreement": {"number": version.number, "content_hash": version.content_hash},
        "criterion": criterion_terms(version.content, rejection.criterion),
        "timeline": [_fact(event) for event in timeline_of(handover.lead_id, limit=SEALED_EVENTS)],
        "similar": [_similar(row) for row in _rulings_like(rejection, handover)],
    }
    facts = {
        "handover": _handover_facts(handover),
        "lead_as_handed_over": handover.snapshot,
        "rejection": _rejection_facts(rejection),
        "files": evidence_facts(rejection),
        "appeal": {"by": by.pk, "at": at, "grounds": grounds},
    }
    return evidence.seal(terms=terms, facts=facts, salt=salt)


def _rulings_like(rejection: Rejection, handover: Handover) -> list[queries.RulingOn]:
    fields = handover.snapshot.get("fields", {})
    return queries.rulings_on(rejection.criterion, rejection.reason, fields=fields)


def criterion_terms(content: dict[str, Any], key: str) -> dict[str, Any] | None:
    """Return the agreement's own words on a criterion, or None when it names none by this key."""
    definitions = content["definitions"]
    found = [item for item in (*definitions["fit"], *definitions["readiness"]) if item["key"] == key]
    return found[0] if found else None


def _fact(event: Any) -> dict[str, Any]:
    return {"kind": event.kind, "at": event.at, "by": event.by_id, "subject": event.subject_id, "data": event.data}


def _similar(row: queries.RulingOn) -> dict[str, Any]:
    return {"number": row.number, "outcome": row.outcome, "holding": row.holding, "at": row.at}


def _handover_facts(handover: Handover) -> dict[str, Any]:
    return {
        "id": handover.pk,
        "lead": handover.lead_id,
        "number": handover.number,
        "tier": handover.tier,
        "weight": handover.weight,
        "cycle": handover.cycle,
        "sent_at": handover.sent_at,
        "sent_by": handover.sent_by_id,
        "assigned_to": handover.assigned_to_id,
        "counted_month": handover.counted_month,
        "note": handover.note,
        "override_reason": handover.override_reason,
    }


def _rejection_facts(rejection: Rejection) -> dict[str, Any]:
    return {
        "id": rejection.pk,
        "reason_class": rejection.reason_class,
        "reason": rejection.reason,
        "reason_label": rejection.reason_label,
        "criterion": rejection.criterion,
        "criterion_label": rejection.criterion_label,
        "by": rejection.by_id,
        "at": rejection.at,
        "note": rejection.note,
        "evidence_url": rejection.evidence_url,
    }


def _told(case: Case, rejection: Rejection, handover: Handover) -> dict[str, Any]:
    return {
        "number": case.number,
        "handover": str(handover.pk),
        "rejection": str(rejection.pk),
        "reason": rejection.reason,
        "criterion": rejection.criterion,
        "evidence_hash": case.evidence_hash,
        "sent_by": _text(handover.sent_by_id),
        "rejected_by": _text(rejection.by_id),
        "assigned_to": _text(handover.assigned_to_id),
    }


def _text(value: Any) -> str | None:
    return str(value) if value is not None else None
