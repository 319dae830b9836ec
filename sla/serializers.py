"""What clients read of agreements, targets, clocks and calendars."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sla.clocks import Explanation
from sla.models import AgreementVersion, CalendarVersion, Clock, Signature, Target
from sla.queries.agreement_page import state_of
from sla.queries.clocks import clock_view
from sla.words import sentence_text


def version_row(version: AgreementVersion, signatures: Sequence[Signature], *, at: datetime) -> dict[str, Any]:
    """Return a version as lists show it."""
    return {
        "id": version.pk,
        "version": version.number,
        "state": state_of(version, at=at),
        "starts_at": version.starts_at,
        "ends_at": version.ends_at,
        "review_on": version.review_on,
        "content_hash": version.content_hash,
        "signatures": [signature_row(signature) for signature in signatures],
    }


def version_whole(version: AgreementVersion, signatures: Sequence[Signature], *, at: datetime) -> dict[str, Any]:
    """Return a version with everything that it says."""
    return {**version_row(version, signatures, at=at), "content": version.content}


def signature_row(signature: Signature) -> dict[str, Any]:
    """Return who signed for which side, and what."""
    return {
        "side": signature.side,
        "by": signature.member_id,
        "signed_at": signature.signed_at,
        "content_hash": signature.content_hash,
    }


def target_row(target: Target) -> dict[str, Any]:
    """Return a target, proposed or signed."""
    return {
        "id": target.pk,
        "month": f"{target.month:%Y-%m}",
        "points": str(target.points),
        "note": target.note,
        "state": target.state,
        "proposed_by": target.proposed_by_id,
        "proposed_at": target.proposed_at,
        "countersigned_by": target.countersigned_by_id,
        "countersigned_at": target.countersigned_at,
    }


def clock_row(clock: Clock, *, at: datetime) -> dict[str, Any]:
    """Return a clock as of ``at``; needs its version and owner. Past its deadline it reads as breached."""
    view = clock_view(clock, at=at)
    return {
        "id": clock.pk,
        "subject": clock.subject_id,
        "lead": clock.thread_id,
        "commitment": clock.commitment,
        "side": clock.side,
        "cycle": clock.cycle,
        "state": "running" if view.state == "waiting" else view.state,
        "started_at": clock.started_at,
        "opens_at": view.opens_at,
        "due_at": clock.due_at,
        "next_event_at": clock.next_event_at,
        "used_seconds": view.used_seconds,
        "target_seconds": clock.target_seconds,
        "amount": f"{clock.amount.normalize():f}",
        "unit": clock.unit,
        "calendar": clock.calendar_version_id,
        "agreement_version": clock.version.number,
        "owner": clock.owner_id,
        "stopped_at": clock.stopped_at,
        "closed_at": clock.closed_at,
        "breached_at": view.breached_at,
        "detected_at": clock.detected_at,
        "late_seconds": view.late_seconds,
        "pause_reason": clock.pause_reason,
    }


def explanation_whole(clock: Clock, explanation: Explanation, *, zone: str, at: datetime) -> dict[str, Any]:
    """Return why a clock is due when it is: segments, pauses, closed days, and sentences in ``zone``."""
    return {
        "clock": clock_row(clock, at=at),
        "rule": {
            "agreement_version": clock.version.number,
            "commitment": clock.commitment,
            "amount": explanation.amount,
            "unit": explanation.unit,
            "calendar": explanation.calendar,
            "zone": explanation.zone,
        },
        "due_at": explanation.state.due_at,
        "segments": [
            {"begin_at": part.begin_at, "end_at": part.end_at, "seconds": part.seconds} for part in explanation.segments
        ],
        "pauses": [
            {"begin_at": pause.begin_at, "end_at": pause.end_at, "reason": pause.reason} for pause in explanation.pauses
        ],
        "closed_days": [{"day": day.day, "name": day.name} for day in explanation.closed_days],
        "sentences": [
            {"code": sentence.code, "text": sentence_text(sentence, zone=zone)} for sentence in explanation.sentences
        ],
    }


def calendar_row(version: CalendarVersion) -> dict[str, Any]:
    """Return a calendar as it stands; needs the calendar itself."""
    return {
        "id": version.calendar_id,
        "key": version.calendar.key,
        "version": version.number,
        "content_hash": version.content_hash,
        **version.content,
    }
