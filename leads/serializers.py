"""What clients read of leads, handovers and their events (api.md)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from events.models import Event
from leads.models import Attempt, Attribute, FollowUp, Handover, Insight, Lead, Rejection
from leads.queries.evidence import EvidenceRow
from leads.queries.stages import StageRow, Stay
from sla.models import Clock
from sla.serializers import clock_row
from smarketing.lib.clock import spelled
from tenants.models import Job


def lead_row(lead: Lead) -> dict[str, Any]:
    """Return a lead; needs its company."""
    return {
        "id": lead.pk,
        "number": str(lead),
        "person": {
            "email": lead.email,
            "given_name": lead.given_name,
            "family_name": lead.family_name,
            "phone": lead.phone_e164 or lead.phone,
            "job_title": lead.job_title,
        },
        "company": _company(lead),
        "country": lead.country or None,
        "message": lead.message,
        "custom": lead.custom,
        "attributes": lead.attributes,
        "stage": lead.stage,
        "stage_since": lead.stage_since,
        "origin": lead.origin,
        "cycle": lead.cycle,
        # Set while it stands still longer than the organisation wants.
        "dwelling_since": lead.dwelling_since,
        "fit": {"grade": lead.fit_grade or None, "points": lead.fit_points},
        "readiness": {"grade": lead.readiness_grade, "points": lead.readiness_points},
        "tier": lead.tier or None,
        "wants_sales_talk": lead.wants_sales_talk,
        "score_reasons": lead.score_reasons,
        "attribution": {"first": spelled(lead.first_touch), "last": spelled(lead.last_touch)},
        "campaign": lead.campaign_id,
        "marketer": lead.marketer_id,
        # While somebody of sales is named here, nobody else opens a second channel to the person.
        "sales_owner": lead.sales_owner_id,
        "wake_on": lead.wake_on,
        "merged_into": lead.merged_into_id,
        # Nothing of the person is left since then.
        "erased_at": lead.erased_at,
        "created_at": lead.created_at,
        "updated_at": lead.updated_at,
    }


def _company(lead: Lead) -> dict[str, Any]:
    company = lead.company
    return {
        "name": lead.company_name or (company.name if company else ""),
        "website": company.domain_norm if company else "",
        "employees": company.employees if company else None,
        "industry": company.industry if company else "",
        "country": company.country if company else "",
    }


def handover_rows(handovers: Sequence[Handover], *, at: datetime) -> list[dict[str, Any]]:
    """Return handovers (with subject and version), each with clocks, attempts and rejection, in three queries."""
    clocks = _clocks([handover.subject_id for handover in handovers], at=at)
    ids = [handover.pk for handover in handovers]
    attempts: dict[UUID, list[dict[str, Any]]] = {pk: [] for pk in ids}
    for attempt in Attempt.objects.filter(handover__in=ids).order_by("occurred_at", "id"):
        attempts[attempt.handover_id].append(attempt_row(attempt))
    rejections = _in_force(ids)
    return [
        {
            **_handover(handover),
            "rejection": rejections.get(handover.pk),
            "clocks": clocks[handover.subject_id],
            "attempts": attempts[handover.pk],
        }
        for handover in handovers
    ]


def handover_row(handover: Handover, *, at: datetime) -> dict[str, Any]:
    """Return one handover as api.md has it."""
    return handover_rows([handover], at=at)[0]


def _handover(handover: Handover) -> dict[str, Any]:
    return {
        "id": handover.pk,
        "lead": handover.lead_id,
        "number": handover.number,
        "tier": handover.tier,
        "weight": str(handover.weight),
        "progress": handover.progress,
        "outcome": handover.outcome,
        "crm_id": handover.crm_id or None,
        "outcome_reason": handover.outcome_reason or None,
        "amount": str(handover.amount) if handover.amount is not None else None,
        "sent_at": handover.sent_at,
        "counted_month": f"{handover.counted_month:%Y-%m}",
        "clocks_start_at": handover.clocks_start_at,
        "sent_by": handover.sent_by_id,
        "assigned_to": handover.assigned_to_id,
        "routed": handover.routed,
        "agreement_version": handover.version.number,
        "note": handover.note,
        "override_reason": handover.override_reason or None,
        "decision": handover.decision,
        "decided_at": handover.decided_at,
        "decided_by": handover.decided_by_id,
        "contacted_at": handover.contacted_at,
        "closed_at": handover.closed_at,
        "credit": handover.subject.credit,
    }


def _clocks(subject_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = {subject_id: [] for subject_id in subject_ids}
    rows = Clock.objects.filter(subject__in=list(found)).select_related("version", "owner__manager")
    for clock in rows.order_by("started_at", "commitment"):
        found[clock.subject_id].append(clock_row(clock, at=at))
    return found


def _in_force(handover_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = Rejection.objects.filter(handover__in=handover_ids).exclude(reason_class=Rejection.Class.PROCEDURAL)
    # Of a decision that was undone nothing is left; a withdrawn appeal leaves its rejection.
    rows = rows.exclude(state=Rejection.State.WITHDRAWN, handover__decision=Handover.Decision.PENDING)
    return {rejection.handover_id: rejection_row(rejection) for rejection in rows.order_by("at")}


def rejection_row(rejection: Rejection) -> dict[str, Any]:
    """Return a rejection."""
    return {
        "id": rejection.pk,
        "handover": rejection.handover_id,
        "class": rejection.reason_class,
        "reason": rejection.reason,
        "criterion": rejection.criterion or None,
        "note": rejection.note,
        "evidence_url": rejection.evidence_url or None,
        "by": rejection.by_id,
        "at": rejection.at,
        "state": rejection.state,
        "answered_at": rejection.answered_at,
        "answered_by": rejection.answered_by_id,
    }


def evidence_row(row: EvidenceRow) -> dict[str, Any]:
    """Return a file of evidence."""
    return {
        "id": row.evidence_id,
        "handover": row.handover_id,
        "rejection": row.rejection_id,
        "side": row.side,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "by": row.by_id,
        "at": row.at,
        "withdrawn_at": row.withdrawn_at,
        "erased": row.erased,
    }


def attempt_row(attempt: Attempt) -> dict[str, Any]:
    """Return an attempt."""
    return {
        "id": attempt.pk,
        "channel": attempt.channel,
        "outcome": attempt.outcome,
        "occurred_at": attempt.occurred_at,
        "recorded_at": attempt.recorded_at,
        "by": attempt.by_id,
        "automatic": attempt.automatic,
        "source": attempt.source,
        "counted": attempt.counted,
        "not_counted_because": attempt.not_counted_because or None,
    }


def event_row(event: Event) -> dict[str, Any]:
    """Return an event of a lead's timeline."""
    return {
        "id": event.pk,
        "kind": event.kind,
        "subject_kind": event.subject_kind,
        "subject": event.subject_id,
        "by": event.by_id,
        "via": event.via,
        "at": event.at,
        "data": spelled(event.data),
    }


def attribute_row(attribute: Attribute) -> dict[str, Any]:
    """Return an attribute of the catalogue."""
    return {
        "id": attribute.pk,
        "key": attribute.key,
        "label": attribute.label,
        "kind": attribute.kind,
        "options": attribute.options,
        "open_to_forms": attribute.open_to_forms,
        "sources": attribute.sources,
        "created_at": attribute.created_at,
        "retired_at": attribute.retired_at,
    }


def stage_setting_row(row: StageRow) -> dict[str, Any]:
    """Return what an organisation says of a stage."""
    return {
        "stage": row.stage,
        "label": row.label,
        "dwell_days": row.dwell_days,
        "entry": row.entry,
        "takes_entry": row.takes_entry,
    }


def stay_row(stay: Stay) -> dict[str, Any]:
    """Return one stay of a lead in a stage."""
    return {
        "stage": stay.stage,
        "cycle": stay.cycle,
        "since": stay.since,
        "left_at": stay.left_at,
        "by": stay.by_id,
        "reason": stay.reason or None,
        "backwards": stay.backwards,
    }


def job_row(job: Job) -> dict[str, Any]:
    """Return long work: how far it is, and its result once it is done."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "result": job.result if job.state == Job.State.DONE else None,
    }


def follow_up_row(step: FollowUp) -> dict[str, Any]:
    """Return a next step; ``due_on`` alone says when it is due where it has no time."""
    return {
        "id": step.pk,
        "lead": step.lead_id,
        "handover": step.handover_id,
        "what": step.what,
        "due_on": step.due_on,
        "due_at": step.due_at if step.has_time else None,
        "assigned_to": step.assigned_to_id,
        "state": step.state,
        "made_by": step.made_by_id,
        "made_at": step.made_at,
        "reminded_at": step.reminded_at,
        "closed_by": step.closed_by_id,
        "closed_at": step.closed_at,
    }


def insight_row(insight: Insight) -> dict[str, Any]:
    """Return an insight with its tags."""
    return {
        "id": insight.pk,
        "text": insight.text,
        "tags": insight.tags,
        "lead": insight.lead_id,
        "company": insight.company_id,
        "by": insight.by_id,
        "at": insight.at,
        "edited_at": insight.edited_at,
        "withdrawn_at": insight.withdrawn_at,
    }
