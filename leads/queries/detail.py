"""One lead with its handover, as a member sees it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from leads import words
from leads.facts import fields_of
from leads.models import Attempt, Consent, Handover, Lead, Rejection
from leads.normal import phone_text, zone_of_phone
from leads.proofs import proof_text
from leads.queries.allowed import allowed_to
from leads.queries.followups import steps_of
from leads.queries.ownership import is_with_sales
from leads.queries.path import path_of
from leads.queries.shapes import (
    AttemptView,
    ClaimView,
    ConsentView,
    ContactCard,
    Criterion,
    HandoverRow,
    LeadDetail,
    Reference,
    ScoreView,
)
from leads.queries.stages import stage_labels
from leads.queries.timeline import timeline_of, touches_of
from leads.scoring import exclusions_of, missing_fields
from sla.models import AgreementVersion
from sla.queries import agreement_in_force, commitment_of
from sla.queries.clocks import ClockView, clock_views
from sla.words import amount_text
from tenants.models import Membership
from tenants.roles import SIDES

# Clocks that ended without a verdict tell nothing on a headline.
SILENT = ("superseded", "cancelled", "waived", "merged")


def handover_detail(
    handover: Handover,
    membership: Membership,
    *,
    at: datetime,
    zone: str,
    clocks: Sequence[ClockView] | None = None,
) -> LeadDetail:
    """Return a handover (with lead, company, subject and version) for the inbox; its clocks may be known already."""
    if clocks is None:
        clocks = clock_views([handover.subject_id], at=at, zone=zone)[handover.subject_id]
    return LeadDetail(**_parts(handover.lead, handover, membership, at=at, clocks=clocks))


def lead_detail(lead: Lead, membership: Membership, *, at: datetime, zone: str) -> LeadDetail:
    """Return a whole lead with its latest handover and everything that came before."""
    rows = Handover.objects.filter(lead=lead).select_related("lead__company", "subject", "version", "assigned_to")
    handovers = list(rows.order_by("-number"))
    latest = handovers[0] if handovers else None
    clocks = clock_views([latest.subject_id], at=at, zone=zone)[latest.subject_id] if latest else []
    parts = _parts(lead, latest, membership, at=at, clocks=clocks)
    return LeadDetail(**(parts | _whole(lead, handovers, membership, at=at, may=parts["may"])))


def _parts(
    lead: Lead, handover: Handover | None, membership: Membership, *, at: datetime, clocks: Sequence[ClockView]
) -> dict[str, Any]:
    attempts = Attempt.objects.filter(handover=handover).select_related("by").order_by("-occurred_at")
    rejection = _rejection(handover)
    running, past = _cycles(clocks)
    evidence = _evidence(handover.snapshot["score_reasons"] if handover else lead.score_reasons)
    required = [criterion for criterion in evidence if criterion.required]
    return {
        "handover_id": handover.pk if handover else None,
        "lead_id": lead.pk,
        "number": str(lead),
        "name": lead.name,
        "initials": initials(lead.name),
        "job_title": lead.job_title,
        "company": company_of(lead),
        "place": lead.country or (lead.company.country if lead.company else ""),
        "score": score_of(lead, handover),
        "score_reasons": _reasons(lead),
        "decision": handover.decision if handover else "",
        "clocks": running,
        "past_cycles": past,
        "path": path_of(lead, handover, rejection),
        "evidence": evidence,
        "evidence_version": handover.version.number if handover else 0,
        "required_met": sum(criterion.state == "met" for criterion in required),
        "required_total": len(required),
        "contact": _contact(lead, handover, at=at),
        "attempts": [_attempt(attempt) for attempt in attempts] if handover else [],
        "attempts_needed": _attempts_needed(handover),
        "timeline": timeline_of(lead),
        "message": lead.message,
        "marketer_note": handover.note if handover else "",
        "first_touch": touch_line(lead.first_touch),
        "last_touch": touch_line(lead.last_touch),
        "clocks_start_at": handover.clocks_start_at if handover else None,
        "waits_because": waits_because(handover),
        "may": frozenset() if lead.erased_at else allowed_to(handover, rejection, membership, at=at),
        "stage": _stage(lead, handover),
        "dwelling_since": lead.dwelling_since,
        "steps": steps_of(lead.pk, membership, at=at, zone=timezone.get_current_timezone_name()),
        "may_plan": membership.has(*SIDES) and lead.merged_into_id is None and lead.erased_at is None,
    }


def _stage(lead: Lead, handover: Handover | None) -> str:
    known: str | None = getattr(handover, "stage_label", None)
    return stage_labels()[lead.stage] if known is None else known or words.word(words.STAGES, lead.stage)


def waits_because(handover: Handover | None) -> str:
    """Return in words why an open handover is nobody's yet."""
    if handover is None or handover.assigned_to_id is not None:
        return ""
    because = str(handover.routed.get("waits_because") or "")
    return words.word(words.WAITS, because) if because else ""


def initials(name: str) -> str:
    """Return up to two letters for an avatar."""
    return "".join(part[0] for part in name.split()[:2]).upper()


def company_of(lead: Lead) -> str:
    """Return the company's name as the person gave it, else as it is known."""
    return lead.company_name or (lead.company.name if lead.company else "")


def score_of(lead: Lead, handover: Handover | None = None) -> ScoreView:
    """Return the grades; tier and weight are those of the handover once there is one."""
    if handover is None:
        return ScoreView(lead.fit_grade, lead.readiness_grade, lead.tier)
    return ScoreView(lead.fit_grade, lead.readiness_grade, handover.tier, handover.weight)


def _rejection(handover: Handover | None) -> ClaimView | None:
    """Return the rejection in force, without a query where the handover brought it along."""
    if handover is None or handover.decision != Handover.Decision.REJECTED:
        return None
    known: list[dict[str, str]] | None = getattr(handover, "claims", None)
    if known is not None:
        return ClaimView(**known[0]) if known else None
    rows = Rejection.objects.filter(handover=handover).exclude(state=Rejection.State.WITHDRAWN)
    found = rows.order_by("-at").values("state", "reason_class", "reason_label").first()
    return ClaimView(**found) if found else None


def _cycles(every: Sequence[ClockView]) -> tuple[list[ClockView], list[ClockView]]:
    """Return the clocks of the newest cycles, what is due first at the head, and those of earlier cycles."""
    newest = {clock.commitment: max(c.cycle for c in every if c.commitment == clock.commitment) for clock in every}
    running = [clock for clock in every if clock.cycle == newest[clock.commitment] and clock.state not in SILENT]
    return running, [clock for clock in every if clock.cycle < newest[clock.commitment]]


def _evidence(reasons: Sequence[Mapping[str, Any]]) -> list[Criterion]:
    return [
        Criterion(
            label=reason["label"],
            state=reason["state"],
            proof=proof_text(reason["proof"]) or (_("not known") if reason["state"] == "unknown" else ""),
            required=reason["required"],
            points=reason["points"] or None,
        )
        for reason in reasons
        # What somebody has not done yet is no criterion that they fail.
        if reason["kind"] == "fit" or reason["state"] == "met"
    ]


def _reasons(lead: Lead) -> list[str]:
    told = [_("Fit %(grade)s with %(points)s points.") % {"grade": lead.fit_grade or "–", "points": lead.fit_points}]
    told += [
        _("%(label)s: %(points)s points.") % {"label": reason["label"], "points": reason["points"]}
        for reason in lead.score_reasons
        if reason["points"]
    ]
    if lead.readiness_grade:
        sentence = _("Readiness %(grade)s with %(points)s points.")
        told.append(sentence % {"grade": lead.readiness_grade, "points": lead.readiness_points})
    if lead.wants_sales_talk:
        told.append(_("The person asked for a talk with sales; that skips readiness, not fit."))
    return told if lead.scored_at else []


def _contact(lead: Lead, handover: Handover | None, *, at: datetime) -> ContactCard:
    company = lead.company
    size = _("%(n)s people") % {"n": f"{company.employees:,}"} if company and company.employees else ""
    trade = company.industry.replace("_", " ").capitalize() if company else ""
    zone = zone_of_phone(lead.phone_e164)
    there = at.astimezone(ZoneInfo(zone)) if zone else None
    owner = handover.assigned_to if handover else None
    return ContactCard(
        phone=phone_text(lead.phone_e164) or lead.phone,
        phone_local_time=_("%(time)s there") % {"time": f"{there:%H:%M}"} if there else "",
        office_hours=is_office_hour(there) if there else None,
        email=lead.email,
        company_line=", ".join(part for part in (size, trade) if part),
        website=company.domain_norm if company else "",
        consent=_consents(lead, handover),
        campaign=lead.campaign.name if lead.campaign else str(lead.first_touch.get("campaign", "")),
        source_line=touch_line(lead.first_touch),
        owner_name=owner.name if owner else "",
    )


def is_office_hour(local: datetime) -> bool:
    """Tell whether people are usually at work at this local time."""
    return local.weekday() < 5 and 9 <= local.hour < 17


def _consents(lead: Lead, handover: Handover | None) -> list[ConsentView]:
    newest: dict[str, ConsentView] = {}
    for row in _told_consents(lead, handover):
        purpose, at = str(row["purpose"]), row["at"]
        moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
        newest[purpose] = ConsentView(purpose.replace("_", " "), row["granted"], moment, row["basis"])
    return list(newest.values())


def _told_consents(lead: Lead, handover: Handover | None) -> Iterable[Mapping[str, Any]]:
    """Return the consents, oldest first, without a query where the handover brought them along."""
    known: list[dict[str, Any]] | None = getattr(handover, "consents", None)
    if known is not None:
        return known
    rows = Consent.objects.filter(lead=lead).order_by("captured_at")
    return rows.values("purpose", "granted", "basis", at=F("captured_at"))


def touch_line(touch: Mapping[str, Any]) -> str:
    """Return where a visit came from in one line."""
    parts = (touch.get("source"), touch.get("medium"), touch.get("campaign"))
    return " / ".join(str(part) for part in parts if part)


def _attempt(attempt: Attempt) -> AttemptView:
    return AttemptView(
        channel=words.word(words.CHANNELS, attempt.channel),
        outcome=words.word(words.OUTCOMES, attempt.outcome),
        at=attempt.occurred_at,
        by=attempt.by.name if attempt.by else "",
        counted=attempt.counted,
        not_counted_because=words.word(words.NOT_COUNTED, attempt.not_counted_because),
        note=attempt.note,
        backdated=attempt.is_backdated,
    )


def _attempts_needed(handover: Handover | None) -> str:
    terms = commitment_of(handover.version, "attempts", tier=handover.tier) if handover else None
    if terms is None:
        return ""
    return _("%(n)s within %(time)s") % {"n": terms["count"], "time": amount_text(terms["amount"], terms["unit"])}


def _whole(
    lead: Lead, handovers: Sequence[Handover], membership: Membership, *, at: datetime, may: Iterable[str]
) -> dict[str, Any]:
    version = agreement_in_force(at=at)
    last = next((handover for handover in handovers if handover.merged_into_id is None), None)
    return {
        "created_at": lead.created_at,
        "erased_at": lead.erased_at,
        "touches": touches_of(lead),
        "handovers": [_handover_row(handover) for handover in handovers],
        "merged_into": Reference(lead.merged_into.pk, lead.merged_into.name) if lead.merged_into else None,
        "owned_by_sales": last is not None and is_with_sales(last),
        "gate_missing": gate_gaps(lead, version) if version and "handover" in may else [],
        "needs_override": "handover" in may and not lead.tier,
    }


def gate_gaps(lead: Lead, version: AgreementVersion) -> list[str]:
    """Return in words what the gate of a version would name."""
    fields, definitions = fields_of(lead), version.content["definitions"]
    gaps = [*missing_fields(fields, definitions), *exclusions_of(fields, definitions)]
    return [words.word(words.FIELDS, gap) for gap in gaps]


def _handover_row(handover: Handover) -> HandoverRow:
    ended = handover.merged_into_id is not None
    return HandoverRow(
        handover_id=handover.pk,
        number=handover.number,
        sent_at=handover.sent_at,
        tier=words.word(words.TIERS, handover.tier),
        decision=_("ended: an earlier one goes on") if ended else words.word(words.DECISIONS, handover.decision),
        decision_tone="" if ended else words.DECISION_TONES[Handover.Decision(handover.decision)],
        owner_name=handover.assigned_to.name if handover.assigned_to else _("unassigned"),
        credit=words.word(words.CREDITS, handover.subject.credit),
    )
