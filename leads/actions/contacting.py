"""What sales does to reach the person, and what that means for its clocks."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads.actions.changing import change_handover, locked_handover
from leads.models import JUST_NOW, Attempt, Handover
from leads.scoring import HAND_RAISER
from sla import actions as sla
from sla.business_time import hours_of
from sla.clocks import Attempt as Tried
from sla.clocks import AttemptTerms, JudgedAttempt, Stopped, Waived, count_attempts
from sla.clocks.attempts import AttemptVerdict
from sla.content import amount_of
from sla.models import Clock
from sla.queries import calendar_in_force, commitment_of
from smarketing.lib.errors import DomainError
from tenants.models import Membership


class AttemptOutOfRange(DomainError):
    """The attempt is dated before the handover or in the future."""

    code = "attempt_out_of_range"


class AttemptNeedsNote(DomainError):
    """An attempt entered later says why."""

    code = "attempt_needs_note"


class HandoverNotOpen(DomainError):
    """The handover was rejected or is closed: nothing more is done on it."""

    code = "handover_not_open"


@transaction.atomic
def log_attempt(
    handover: Handover,
    *,
    channel: str,
    outcome: str,
    occurred_at: datetime | None = None,
    note: str = "",
    by: Membership | None,
    at: datetime,
    automatic: bool = False,
) -> Attempt:
    """Keep a try to reach the person and let the clocks hear of it; a human one meets the first contact.

    Clocks are stopped at ``at``, when it was told: hand-typed earlier times count towards the agreed attempts,
    but void no breach. Raises AttemptOutOfRange, AttemptNeedsNote, HandoverNotOpen.
    """
    handover = locked_handover(handover)
    occurred_at = occurred_at or at
    _check(handover, occurred_at, note, at=at)
    attempt = Attempt.objects.create(
        handover=handover, channel=channel, outcome=outcome, occurred_at=occurred_at, recorded_at=at,
        by=by, note=note, automatic=automatic, counted=False,
    )  # fmt: skip
    verdict = judge_attempts(handover)
    attempt.refresh_from_db()
    data = {"channel": channel, "outcome": outcome, "counted": attempt.counted, "automatic": automatic}
    record("handover.attempted", handover, by=by, at=at, data=data, thread=handover.lead_id)
    if not automatic:
        _contact(handover, attempt, by=by, at=at)
    if verdict is not None and not automatic:
        _follow_attempts(handover, verdict, by=by, at=at)
    return attempt


def _check(handover: Handover, occurred_at: datetime, note: str, *, at: datetime) -> None:
    if handover.decision == Handover.Decision.REJECTED or handover.progress == Handover.Progress.CLOSED:
        raise HandoverNotOpen(_("This handover is closed; nothing more is logged on it."))
    if not handover.sent_at <= occurred_at <= at:
        raise AttemptOutOfRange(_("The attempt must lie between the handover and now."))
    if at - occurred_at > JUST_NOW and not note.strip():
        raise AttemptNeedsNote(_("An earlier time needs a note."))


def _contact(handover: Handover, attempt: Attempt, *, by: Membership | None, at: datetime) -> None:
    reached = attempt.outcome == Attempt.Outcome.REACHED
    sla.record_fact(handover.subject, kind="attempt", at=attempt.occurred_at)
    if reached:
        sla.record_fact(handover.subject, kind="reached", at=attempt.occurred_at)
    # The version may demand that the person was reached.
    if not reached and handover.version.content["contact_means"] == "reached":
        return
    sla.stop_clock(handover.subject, "first_contact", at=at, by=by)
    changes: dict[str, Any] = {"contacted_at": handover.contacted_at or attempt.occurred_at}
    if handover.progress == Handover.Progress.NEW:
        changes["progress"] = Handover.Progress.CONTACTED
    change_handover(handover, at=at, **changes)


def _follow_attempts(handover: Handover, verdict: AttemptVerdict, *, by: Membership | None, at: datetime) -> None:
    if isinstance(verdict.fact, Stopped):
        sla.stop_clock(handover.subject, "attempts", at=at, by=by)
    elif isinstance(verdict.fact, Waived):
        sla.waive_clocks(handover.subject, commitments=["attempts"], at=at, by=by)


def judge_attempts(handover: Handover) -> AttemptVerdict | None:
    """Judge all attempts of a handover by its version and write which count; None where none are promised."""
    rows = list(Attempt.objects.filter(handover=handover).order_by("occurred_at", "id"))
    terms = _attempt_terms(handover)
    if terms is None:
        for row in rows:
            _write(row, JudgedAttempt(_tried(row), not row.automatic, "automatic" if row.automatic else None))
        return None
    verdict = count_attempts(
        [_tried(row) for row in rows], terms, started_at=handover.sent_at, due_at=_attempts_due(handover)
    )
    for row, judged in zip(rows, verdict.judged, strict=True):
        _write(row, judged)
    return verdict


def _tried(row: Attempt) -> Tried:
    reached = row.outcome == Attempt.Outcome.REACHED
    return Tried(row.occurred_at, is_human=not row.automatic, reached=reached)


def _write(row: Attempt, judged: JudgedAttempt) -> None:
    because = judged.not_counted_because or ""
    if (row.counted, row.not_counted_because) != (judged.counted, because):
        Attempt.objects.filter(pk=row.pk).update(counted=judged.counted, not_counted_because=because)


def _attempt_terms(handover: Handover) -> AttemptTerms | None:
    terms = commitment_of(handover.version, "attempts", tier=handover.tier)
    if terms is None:
        return None
    hours = hours_of(calendar_in_force(terms["calendar"]).content)
    spacing = amount_of(terms["spacing_amount"])
    if spacing is None:
        raise ValueError(f"{terms['spacing_amount']!r} is not an amount.")
    return AttemptTerms(terms["count"], spacing, terms["spacing_unit"], hours)


def _attempts_due(handover: Handover) -> datetime:
    clock = Clock.objects.filter(subject=handover.subject_id, commitment="attempts").order_by("-cycle").first()
    return clock.due_at if clock else datetime.max.replace(tzinfo=handover.sent_at.tzinfo)


def shorten_for_request(handover: Handover, *, at: datetime) -> None:
    """Bring the open contact deadline forward: the person asked for a sales talk meanwhile. Never extends it."""
    if handover.tier == HAND_RAISER or handover.contacted_at is not None:
        return
    if commitment_of(handover.version, "first_contact", tier=HAND_RAISER) is None:
        return
    sla.shorten_clock(handover.subject, "first_contact", tier=HAND_RAISER, at=at, by=None)
