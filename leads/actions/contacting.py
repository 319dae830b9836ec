"""What sales does to reach the person, and what that means for its clocks.

# Note [Told by hand, told by a machine]
An attempt that comes over a secret key with a time of its own, where the key acts for somebody who never held the
handover and did not make the call, is a machine's record: it proves, at once, when it happened. Everything else is
told by hand and stops clocks when it is told; where the deadline had passed by then, the earlier time is put to the
other side, and the breach stands until it consents. Who logs an own call with an own key is a hand, too.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from leads.actions.changing import change_handover, locked_handover
from leads.actions.following_up import NextStep, plan_follow_up
from leads.actions.status import renew_status
from leads.models import JUST_NOW, Attempt, Handover
from leads.queries.holders import holders_of
from leads.scoring import HAND_RAISER
from sla import actions as sla
from sla.business_time import hours_of
from sla.clocks import Attempt as Tried
from sla.clocks import AttemptTerms, JudgedAttempt, Waived, count_attempts
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
    over_key: bool = False,
    made_by: Membership | None = None,
    next_step: NextStep | None = None,
) -> Attempt:
    """Keep a try to reach the person and let the clocks hear of it; a human one meets the first contact.

    See Note [Told by hand, told by a machine]. ``over_key``: a client says so; ``made_by`` is who called, where it
    is not the member for whom the key acts. ``next_step`` is planned along with it, for whoever logs it.
    Raises AttemptOutOfRange, AttemptNeedsNote, HandoverNotOpen, InvalidInput for the next step.
    """
    handover = locked_handover(handover)
    source = _source(handover, by=by, made_by=made_by, is_dated=over_key and occurred_at is not None)
    occurred_at = occurred_at or at
    _check(handover, occurred_at, note, source=source, at=at)
    attempt = Attempt.objects.create(
        handover=handover, channel=channel, outcome=outcome, occurred_at=occurred_at, recorded_at=at,
        by=made_by or by, note=note, automatic=automatic, source=source, counted=False,
    )  # fmt: skip
    rows = _judged_rows(handover)
    attempt.refresh_from_db()
    data = {"channel": channel, "outcome": outcome, "counted": attempt.counted, "automatic": automatic}
    record("handover.attempted", handover, by=by, at=at, data={**data, "source": source}, thread=handover.lead_id)
    if not automatic:
        _contact(handover, attempt, by=by, at=at)
        _follow_attempts(handover, attempt, rows, by=by, at=at)
        renew_status(handover, by=by, at=at)
    if next_step is not None and by is not None:
        plan_follow_up(handover.lead, what=next_step.what, when=next_step.when, by=by, at=at)
    return attempt


def tell_clocks_again(handover: Handover, *, by: Membership | None, at: datetime) -> None:
    """Let clocks that go on after a merge was undone hear what was logged on this handover meanwhile."""
    rows = [row for row in _judged_rows(handover) if not row.automatic]
    for row in rows:
        # What was typed in later speaks from when it was told.
        spoken_at = row.recorded_at if row.is_backdated and row.source == Attempt.Source.HAND else row.occurred_at
        reached = row.outcome == Attempt.Outcome.REACHED
        sla.record_fact(handover.subject, kind="attempt", at=row.occurred_at)
        if reached:
            sla.record_fact(handover.subject, kind="reached", at=row.occurred_at)
        if reached or handover.version.content["contact_means"] != "reached":
            sla.prove_clock(handover.subject, "first_contact", happened_at=spoken_at, by=by, at=at)
            is_new = handover.progress == Handover.Progress.NEW
            progress = Handover.Progress.CONTACTED if is_new else handover.progress
            known = handover.contacted_at or row.occurred_at
            change_handover(handover, at=at, contacted_at=known, progress=progress)
    verdict = judge_attempts(handover)
    if verdict is not None and verdict.fact is not None:
        waives = isinstance(verdict.fact, Waived)
        subject, happened_at = handover.subject, verdict.fact.at
        sla.prove_clock(subject, "attempts", happened_at=happened_at, waives=waives, by=by, at=at)


def _source(handover: Handover, *, by: Membership | None, made_by: Membership | None, is_dated: bool) -> str:
    """See Note [Told by hand, told by a machine]."""
    if not is_dated or by is None or made_by == by:
        return Attempt.Source.HAND
    holders = holders_of(handover)
    # What nobody ever held is anybody's of sales: no machine stands between them and their word.
    return Attempt.Source.MACHINE if holders and by.pk not in holders else Attempt.Source.HAND


def _check(handover: Handover, occurred_at: datetime, note: str, *, source: str, at: datetime) -> None:
    ended_at = _ended_at(handover)
    by_machine = source == Attempt.Source.MACHINE
    # What a machine recorded before the end may arrive after it.
    if ended_at is not None and not (by_machine and occurred_at <= ended_at):
        raise HandoverNotOpen(_("This handover is closed; nothing more is logged on it."))
    if not handover.sent_at <= occurred_at <= at:
        raise AttemptOutOfRange(_("The attempt must lie between the handover and now."))
    if at - occurred_at > JUST_NOW and not note.strip() and not by_machine:
        raise AttemptNeedsNote(_("An earlier time needs a note."))


def _ended_at(handover: Handover) -> datetime | None:
    if handover.progress == Handover.Progress.CLOSED:
        return handover.closed_at
    return handover.decided_at if handover.decision == Handover.Decision.REJECTED else None


def _contact(handover: Handover, attempt: Attempt, *, by: Membership | None, at: datetime) -> None:
    reached, proved = attempt.outcome == Attempt.Outcome.REACHED, attempt.source == Attempt.Source.MACHINE
    sla.record_fact(handover.subject, kind="attempt", at=attempt.occurred_at, proved=proved)
    if reached:
        sla.record_fact(handover.subject, kind="reached", at=attempt.occurred_at, proved=proved)
    # The version may demand that the person was reached.
    if not reached and handover.version.content["contact_means"] == "reached":
        return
    _tell_clock(handover, "first_contact", attempt, happened_at=attempt.occurred_at, by=by, at=at)
    known = handover.contacted_at or attempt.occurred_at
    changes: dict[str, Any] = {"contacted_at": min(known, attempt.occurred_at) if proved else known}
    if handover.progress == Handover.Progress.NEW:
        changes["progress"] = Handover.Progress.CONTACTED
    change_handover(handover, at=at, **changes)


def _tell_clock(
    handover: Handover,
    commitment: str,
    attempt: Attempt,
    *,
    happened_at: datetime,
    waives: bool = False,
    by: Membership | None,
    at: datetime,
) -> None:
    """Let proof speak at once; a person's word stops the clock now, and asks to be believed about earlier."""
    subject = handover.subject
    if attempt.source == Attempt.Source.MACHINE:
        sla.prove_clock(subject, commitment, happened_at=happened_at, waives=waives, by=by, at=at)
        return
    if waives:
        sla.waive_clocks(subject, commitments=[commitment], at=at, by=by)
    else:
        sla.stop_clock(subject, commitment, at=at, by=by)
    clock = Clock.objects.select_related("subject").filter(subject=subject, commitment=commitment)
    broken = clock.filter(state=Clock.State.BREACHED, breached_at__gte=happened_at).order_by("-cycle").first()
    if attempt.is_backdated and broken is not None and by is not None and not sla.is_asked(broken, "evidence"):
        # Who happens to log it need not be whom the breach concerns; then the others may still say so.
        with suppress(sla.NotYoursToAsk):
            sla.submit_evidence(broken, happened_at=happened_at, note=attempt.note, waives=waives, by=by, at=at)


def _follow_attempts(
    handover: Handover, attempt: Attempt, rows: Sequence[Attempt], *, by: Membership | None, at: datetime
) -> None:
    """Tell the clock of the agreed attempts what all of them amount to; late words alone prove nothing."""
    terms = _attempt_terms(handover)
    if terms is None:
        return
    due_at = _attempts_due(handover)
    known = rows
    if attempt.source == Attempt.Source.MACHINE:
        known = [row for row in rows if row.source == Attempt.Source.MACHINE or row.recorded_at <= due_at]
    fact = _verdict(handover, known, terms, due_at).fact
    if fact is not None:
        waives = isinstance(fact, Waived)
        _tell_clock(handover, "attempts", attempt, happened_at=fact.at, waives=waives, by=by, at=at)


def judge_attempts(handover: Handover) -> AttemptVerdict | None:
    """Judge all attempts of a handover by its version and write which count; None where none are promised."""
    terms = _attempt_terms(handover)
    rows = _judged_rows(handover)
    return _verdict(handover, rows, terms, _attempts_due(handover)) if terms else None


def _judged_rows(handover: Handover) -> list[Attempt]:
    """Return all attempts in the order in which they happened, after writing which of them count."""
    rows = list(Attempt.objects.filter(handover=handover).order_by("occurred_at", "id"))
    terms = _attempt_terms(handover)
    if terms is None:
        for row in rows:
            _write(row, JudgedAttempt(_tried(row), not row.automatic, "automatic" if row.automatic else None))
        return rows
    verdict = _verdict(handover, rows, terms, _attempts_due(handover))
    for row, judged in zip(rows, verdict.judged, strict=True):
        _write(row, judged)
    return rows


def _verdict(handover: Handover, rows: Sequence[Attempt], terms: AttemptTerms, due_at: datetime) -> AttemptVerdict:
    return count_attempts([_tried(row) for row in rows], terms, started_at=handover.sent_at, due_at=due_at)


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
