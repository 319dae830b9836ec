"""Everything that can happen to a clock, but the sweep.

# Note [In flight]
A request reads the time once, at its beginning, and may reach the clock only after the
sweep has been there. Done before the deadline is done in time: the breach is voided and
kept on record. Whoever comes later than a request can last is telling about the past,
which needs the other side's consent.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sla.actions.beginning import Beginning, begin, promise
from sla.actions.course import caught_up, happen, locked, notice, owed, record_all_of, record_of, store
from sla.business_time import ALWAYS
from sla.clocks import (
    Cancelled,
    Fact,
    Paused,
    Resumed,
    Shortened,
    Stopped,
    Superseded,
    Terms,
    Voided,
    Waived,
)
from sla.models import CalendarVersion, Clock, Subject
from sla.queries.agreements import commitment_of
from sla.queries.histories import History, clock_history, terms_as_data
from smarketing.lib.errors import DomainError
from smarketing.lib.inserting import insert_rows
from tenants.models import Membership

# No request lives longer: the server ends it, and the database ends its transaction.
IN_FLIGHT = timedelta(seconds=60)


class CommitmentNotAgreed(DomainError):
    """The agreement version of the subject does not promise this."""

    code = "commitment_not_agreed"


class DeadlinePassed(DomainError):
    """Nothing can be taken back once its deadline is over."""

    code = "deadline_passed"


class EvidenceNeedsConsent(DomainError):
    """A breach is on record; what is said afterwards to have happened before needs the other side's consent."""

    code = "evidence_needs_consent"


# Starting


@transaction.atomic(savepoint=False)
def start_clocks(subject: Subject, *, at: datetime, by: Membership | None = None) -> list[Clock]:
    """Start every commitment of the subject's version that applies when it is opened."""
    begun = Beginning(subject.version).clocks_of(subject, at=at)
    clocks = [clock for clock, _told in begun]
    insert_rows(clocks)
    record_all_of(begun, "started", at=at, by=by)
    return clocks


@transaction.atomic
def start_clock(
    subject: Subject,
    commitment: str,
    *,
    owner: Membership | None = None,
    at: datetime,
    by: Membership | None = None,
) -> Clock:
    """Start one commitment (the answer to a return); a further start is its next cycle.

    Raises CommitmentNotAgreed when the subject's version does not promise it.
    """
    terms = commitment_of(subject.version, commitment, tier=subject.tier)
    if terms is None:
        raise CommitmentNotAgreed(_("The agreement does not promise this."))
    before = Clock.objects.filter(subject=subject, commitment=commitment).order_by("-cycle").first()
    cycle = before.cycle + 1 if before else 1
    return _start(subject, commitment, terms, owner=owner, cycle=cycle, at=at, by=by)


def _start(
    subject: Subject,
    commitment: str,
    given: Mapping[str, Any],
    *,
    owner: Membership | None,
    cycle: int,
    at: datetime,
    by: Membership | None,
) -> Clock:
    calendar, terms = promise(given)
    clock = begin(subject, commitment, given["side"], calendar, terms, owner=owner, cycle=cycle, at=at)
    clock.save(force_insert=True)
    record_of(clock, "started", at=at, by=by, **terms_as_data(terms, calendar.pk if calendar else None))
    return clock


# What happens to a running clock


@transaction.atomic
def stop_clock(subject: Subject, commitment: str, *, at: datetime, by: Membership | None) -> Clock | None:
    """Note that what was promised happened; return the clock, or None when nothing was owed.

    At or before the deadline it is met; later it writes the breach itself. A breach that stood
    already gets its lateness. ``at`` is the moment of the request (see Note [In flight]).
    """
    clock = locked(subject, commitment)
    if clock is None or not clock.is_open:
        return None
    history, at = caught_up(clock, at)
    if clock.state != Clock.State.BREACHED:
        return happen(clock, history, "met", Stopped(at), by=by)
    if at < clock.due_at:
        return _void(clock, history, happened_at=at, by=by)
    # A breach on record is not undone by what happens on the very deadline.
    late_at = max(at, clock.due_at + timedelta.resolution)
    return happen(clock, history, "stopped", Stopped(late_at), by=by)


def _void(clock: Clock, history: History, *, happened_at: datetime, by: Membership | None) -> Clock:
    """See Note [In flight]."""
    found_at = clock.detected_at or clock.due_at
    if found_at - happened_at > IN_FLIGHT:
        raise EvidenceNeedsConsent(_("The deadline has passed; earlier evidence needs the other side's consent."))
    fact = Voided(max(found_at, clock.due_at + timedelta.resolution), happened_at)
    return happen(clock, history, "breach_voided", fact, by=by, happened_at=happened_at.isoformat())


@transaction.atomic
def reopen_clock(subject: Subject, commitment: str, *, at: datetime, by: Membership | None) -> Clock | None:
    """Take a stop back within the undo window; the deadline is as if nobody had stopped it.

    Raises DeadlinePassed when the deadline is over, so that undoing never makes a breach.
    """
    clock = locked(subject, commitment)
    if clock is None or clock.stopped_at is None:
        return None
    if clock.state == Clock.State.MET and clock.due_at < at:
        raise DeadlinePassed(_("The deadline has passed; this cannot be undone any more."))
    history = clock_history(clock).without_last(Stopped)
    return store(clock, history, "reopened", at=at, by=by)


@transaction.atomic
def pause_clocks(subject: Subject, *, side: str, reason: str, at: datetime, by: Membership | None) -> list[Clock]:
    """Let no time count for one side; a breach stays one, only its lateness stands still."""
    return [
        happen(clock, history, "paused", Paused(moment, reason), by=by, reason=reason)
        for clock, history, moment in owed(subject, at, side=side)
        if clock.is_counting
    ]


@transaction.atomic
def resume_clocks(subject: Subject, *, side: str, at: datetime, by: Membership | None) -> list[Clock]:
    """Let time count again; each deadline moves so that what was left is left."""
    return [
        happen(clock, history, "resumed", Resumed(moment), by=by)
        for clock, history, moment in owed(subject, at, side=side)
        if not clock.is_counting
    ]


@transaction.atomic
def unpause_clocks(subject: Subject, *, side: str, at: datetime, by: Membership | None) -> list[Clock]:
    """Take a pause back within the undo window: every deadline is as if nobody had paused it.

    A clock whose old deadline has passed meanwhile is resumed instead, with what was left.
    """
    changed = []
    for clock, history, moment in owed(subject, at, side=side):
        if clock.is_counting:
            continue
        undone = history.without_last(Paused)
        if undone.state(at=moment).breached_at == clock.breached_at:
            changed.append(store(clock, undone, "unpaused", at=moment, by=by))
        else:
            changed.append(happen(clock, history, "resumed", Resumed(moment), by=by))
    return changed


@transaction.atomic
def cancel_clocks(
    subject: Subject, *, commitments: Iterable[str] | None = None, at: datetime, by: Membership | None
) -> list[Clock]:
    """Let promises fall away: neither met nor breached. A breach stays one and is closed."""
    return _close(subject, "cancelled", Cancelled, commitments=commitments, at=at, by=by)


@transaction.atomic
def waive_clocks(
    subject: Subject, *, commitments: Iterable[str] | None = None, at: datetime, by: Membership | None
) -> list[Clock]:
    """Say that what was promised is no longer needed (the person was reached before the last attempt)."""
    return _close(subject, "waived", Waived, commitments=commitments, at=at, by=by)


def _close(
    subject: Subject,
    kind: str,
    fact: type[Fact],
    *,
    commitments: Iterable[str] | None,
    at: datetime,
    by: Membership | None,
) -> list[Clock]:
    wanted = None if commitments is None else set(commitments)
    return [
        happen(clock, history, kind, fact(moment), by=by)
        for clock, history, moment in owed(subject, at)
        if wanted is None or clock.commitment in wanted
    ]


@transaction.atomic
def shorten_clock(
    subject: Subject,
    commitment: str,
    *,
    at: datetime,
    by: Membership | None,
    due_at: datetime | None = None,
    tier: str = "hand_raiser",
) -> Clock | None:
    """Give a second, shorter promise on a running clock; the earlier deadline governs, nothing extends it.

    The promise is that of ``tier`` in the subject's version, or elapsed time up to ``due_at``.
    """
    clock = locked(subject, commitment)
    if clock is None or not clock.is_open:
        return None
    history, at = caught_up(clock, at)
    if clock.state == Clock.State.BREACHED:
        return clock
    calendar, terms = _further_promise(subject, commitment, tier, at=at, due_at=due_at)
    fact = Shortened(at, terms)
    if history.and_then(fact).governing(at=at)[1] is terms:
        clock.calendar_version = calendar
    return happen(clock, history, "shortened", fact, by=by, **terms_as_data(terms, calendar.pk if calendar else None))


def _further_promise(
    subject: Subject, commitment: str, tier: str, *, at: datetime, due_at: datetime | None
) -> tuple[CalendarVersion | None, Terms]:
    given = commitment_of(subject.version, commitment, tier=tier)
    if given is None:
        raise CommitmentNotAgreed(_("The agreement does not promise this."))
    if due_at is None:
        return promise(given)
    hours = max((due_at - at) / timedelta(hours=1), 0.0001)
    return None, Terms.of({**given, "amount": f"{hours:.4f}", "unit": "elapsed_hours"}, ALWAYS)


@transaction.atomic
def reassign_clocks(subject: Subject, *, owner: Membership | None, at: datetime, by: Membership | None) -> list[Clock]:
    """Hand what sales owes to another owner; where the version says so, the time starts anew."""
    old = subject.owner_id
    Subject.objects.filter(pk=subject.pk).update(owner=owner)
    subject.owner = owner
    restarts = bool(subject.version.content["reassignment_restarts"])
    return [
        _reassign(subject, clock, history, owner, old=old, restarts=restarts, at=moment, by=by)
        for clock, history, moment in owed(subject, at, side="sales")
        # A breach belongs to the one who let it happen.
        if clock.state != Clock.State.BREACHED
    ]


def _reassign(
    subject: Subject,
    clock: Clock,
    history: History,
    owner: Membership | None,
    *,
    old: Any,
    restarts: bool,
    at: datetime,
    by: Membership | None,
) -> Clock:
    if restarts and clock.is_counting:
        happen(clock, history, "superseded", Superseded(at), by=by)
        return start_clock(subject, clock.commitment, owner=owner, at=at, by=by)
    Clock.objects.filter(pk=clock.pk).update(owner=owner)
    clock.owner = owner
    record_of(clock, "reassigned", at=at, by=by, old_owner=str(old) if old else None)
    return clock


# Noticing without the sweep


@transaction.atomic
def notice_clock(subject: Subject, commitment: str, *, at: datetime) -> Clock | None:
    """Write down on the spot what the sweep has not yet seen; return the clock as it stands."""
    clock = locked(subject, commitment)
    if clock is not None:
        notice(clock, at=at)
    return clock


def notice_due(*, at: datetime, limit: int = 500) -> int:
    """Do the sweep's work for the organisation of the open scope, as of ``at``; return how many clocks moved.

    For histories that are told after the fact: a demo, an import. The sweep itself is `sla.actions.sweep`.
    """
    moved = 0
    while True:
        with transaction.atomic():
            due = Clock.objects.filter(state=Clock.State.RUNNING, next_event_at__lt=at).order_by("next_event_at")
            clocks = list(due.select_for_update(skip_locked=True)[:limit])
            for clock in clocks:
                notice(clock, at=at)
        moved += len(clocks)
        if len(clocks) < limit:
            return moved
