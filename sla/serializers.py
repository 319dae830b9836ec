"""What clients read of agreements, targets, clocks and calendars."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sla.business_time.calendar_file import FileDays
from sla.business_time.dated import HolidayRows
from sla.models import AgreementVersion, CalendarVersion, Clock, Signature, Target
from sla.queries.agreement_page import state_of
from sla.queries.calendar_page import VersionRow
from sla.queries.calendars import followers_of
from sla.queries.clocks import clock_view
from sla.queries.comparison import SectionPair, count_changes
from sla.queries.explaining import Story
from sla.queries.health import EngineHealth
from sla.queries.month_page import CorrectionLine, MonthLine
from sla.queries.pleas import PleaRow


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
        "revision": version.revision,
        "signatures": [signature_row(signature) for signature in signatures],
    }


def version_whole(version: AgreementVersion, signatures: Sequence[Signature], *, at: datetime) -> dict[str, Any]:
    """Return a version with everything that it says."""
    return {**version_row(version, signatures, at=at), "content": version.content, "labels": version.labels}


def comparison_whole(
    before: AgreementVersion, after: AgreementVersion, sections: Sequence[SectionPair]
) -> dict[str, Any]:
    """Return what differs between two versions, in words, and how much does not."""
    return {
        "version": after.number,
        "with": before.number,
        "changes": count_changes(sections),
        "sections": [
            {
                "section": pair.section,
                "label": pair.label,
                "changed": [
                    {
                        "clause": line.key,
                        "label": line.label,
                        "change": line.change,
                        "before": line.before or None,
                        "after": line.after or None,
                    }
                    for line in pair.changed
                ],
                "same": len(pair.same),
            }
            for pair in sections
        ],
    }


def signature_row(signature: Signature) -> dict[str, Any]:
    """Return who signed for which side, and what."""
    return {
        "side": signature.side,
        "by": signature.member_id,
        "in_place_of": signature.for_member_id,
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


def explanation_whole(clock: Clock, story: Story, *, at: datetime) -> dict[str, Any]:
    """Return why a clock is due when it is, whose time it was, and what was asked about it."""
    explanation = story.explanation
    return {
        "clock": clock_row(clock, at=at),
        "rule": {
            "agreement_version": clock.version.number,
            "commitment": clock.commitment,
            "text": story.rule,
            "amount": explanation.amount,
            "unit": explanation.unit,
            "calendar": explanation.calendar,
            "calendar_version": clock.calendar_version_id,
            "zone": explanation.zone,
        },
        "due_at": explanation.state.due_at,
        "voided_at": explanation.state.voided_at,
        "calendar_changed_after_verdict": explanation.state.calendar_changed_after_verdict,
        "segments": [
            {"begin_at": part.begin_at, "end_at": part.end_at, "seconds": part.seconds} for part in explanation.segments
        ],
        "pauses": [
            {"begin_at": pause.begin_at, "end_at": pause.end_at, "reason": pause.reason} for pause in explanation.pauses
        ],
        "closed_days": [{"day": day.day, "name": day.name} for day in explanation.closed_days],
        "owners": [
            {"owner": part.owner_id, "begin_at": part.begin_at, "end_at": part.end_at, "seconds": part.seconds}
            for part in story.owners
        ],
        "used_by_owner": [{"owner": share.owner_id, "seconds": share.seconds} for share in story.shares],
        "events": [
            {
                "at": event.at,
                "kind": event.kind,
                "text": event.text,
                "old_due_at": event.old_due_at,
                "due_at": event.due_at,
            }
            for event in story.happenings
        ],
        "pleas": [plea_row(plea) for plea in story.pleas],
        "sentences": [
            {"code": sentence.code, "text": text}
            for sentence, text in zip(explanation.sentences, story.sentences, strict=True)
        ],
    }


def plea_row(plea: PleaRow) -> dict[str, Any]:
    """Return what was asked about a breach, and the answer."""
    return {
        "id": plea.id,
        "clock": plea.clock_id,
        "kind": plea.kind,
        "state": plea.state,
        "reason": plea.reason,
        "happened_at": plea.happened_at,
        "by_machine": plea.by_machine,
        "requested_by": plea.requested_by,
        "requested_at": plea.requested_at,
        "decided_by": plea.decided_by or None,
        "decided_at": plea.decided_at,
        "note": plea.note,
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


def calendar_changed_row(version: CalendarVersion) -> dict[str, Any]:
    """Return a calendar after a change, with how many open deadlines follow it."""
    return {**calendar_row(version), "open_deadlines": followers_of(version)}


def holiday_rows(rows: HolidayRows) -> dict[str, Any]:
    """Return what taking over a list of holidays would do."""
    return {
        "source": rows.source,
        "added": _days(rows.added),
        "already_there": _days(rows.there),
        "removed": _days(rows.removed),
    }


def file_days(found: FileDays) -> dict[str, Any]:
    """Return the days of a calendar file, and how many of its events were left out, by reason."""
    return {"days": _days(found.days), "left_out": dict(found.left_out)}


def calendar_version_row(row: VersionRow) -> dict[str, Any]:
    """Return one version of a calendar and what it changed, in words."""
    return {"version": row.number, "at": row.at, "changes": row.changes, "open_deadlines": row.open_clocks}


def _days(rows: Sequence[tuple[date, str]]) -> list[dict[str, Any]]:
    return [{"day": day, "name": name} for day, name in rows]


def month_row(line: MonthLine) -> dict[str, Any]:
    """Return a month with what it owed and what came of it."""
    return {
        "id": line.id,
        "month": line.value,
        "state": line.state,
        "target_points": None if line.target is None else f"{line.target:.2f}",
        "delivered_points": f"{line.delivered:.2f}",
        "closes_after": line.closes_on,
        "closed_at": line.closed_at,
        "figures_hash": line.hash or None,
        "corrected_points": f"{line.corrected:.2f}",
        "promises": [
            {
                "clock": verdict.clock_id,
                "commitment": verdict.commitment,
                "label": verdict.label,
                "state": verdict.state,
                "promised": verdict.promised,
                "sentence": verdict.text or None,
                "due_at": verdict.due_at,
            }
            for verdict in line.verdicts
        ],
    }


def correction_row(line: CorrectionLine) -> dict[str, Any]:
    """Return what came after the close, and the month in which it counts."""
    return {"at": line.at, "points": f"{line.points:.2f}", "counted_in": f"{line.counted_in:%Y-%m}"}


def health_row(health: EngineHealth) -> dict[str, Any]:
    """Return how the engine is doing."""
    sweep, check = health.sweep, health.verification
    return {
        "is_well": health.is_well,
        "sweep": {
            "state": sweep.state,
            "swept_at": sweep.swept_at,
            "took_ms": round(sweep.took_ms, 1),
            "held_since": sweep.held_since,
            "hold_reason": sweep.hold_reason or None,
        },
        "running_clocks": health.running,
        "overdue_clocks": health.overdue,
        "oldest_overdue_at": health.oldest_overdue_at,
        "lag_seconds": health.lag_seconds,
        "breaches_last_day": health.found,
        "slowest_noticed_after_seconds": health.slowest_found_seconds,
        "skipped_warnings_7_days": health.skipped_warnings,
        "failing_work": [trouble.name for trouble in health.troubles],
        "last_check": None
        if check is None
        else {"finished_at": check.finished_at, "checked": check.checked, "differences": check.difference_count},
    }
