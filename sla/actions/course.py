"""The common course of every action on a clock: lock, catch up, record, copy.

# Note [The row is a copy]
Each action locks the clock's row, first notes what had passed before it (as the sweep
would have), then records one event and stores what `sla.clocks` derives from all of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from events.actions import Happening, record, record_all, withdraw
from sla.clocks import Fact, Paused
from sla.models import Clock, Subject
from sla.queries.histories import History, clock_history
from tenants.models import Membership

_IN_DEBT = (Clock.State.RUNNING, Clock.State.PAUSED, Clock.State.BREACHED)


def locked(subject: Subject, commitment: str) -> Clock | None:
    """Return the newest cycle of a commitment, locked against the sweep and other requests."""
    rows = Clock.objects.select_for_update().filter(subject=subject, commitment=commitment)
    return rows.order_by("-cycle").first()


def owed(subject: Subject, at: datetime, *, side: str = "") -> list[tuple[Clock, History, datetime]]:
    """Return what is open on a subject, locked in a fixed order and brought up to date."""
    rows = Clock.objects.select_for_update().filter(subject=subject, state__in=_IN_DEBT)
    rows = rows.filter(stopped_at=None, closed_at=None)
    clocks = list(rows.filter(Q(side=side) if side else Q()).order_by("pk"))
    return [(clock, *caught_up(clock, at)) for clock in clocks]


def caught_up(clock: Clock, at: datetime) -> tuple[History, datetime]:
    """Note what had passed before ``at``; return the history and the moment, never before the last fact."""
    history = clock_history(clock)
    # Of two requests in flight the later one to get the lock may have read the time first.
    moment = max(at, history.last_at)
    notice(clock, at=moment)
    return history, moment


def happen(
    clock: Clock,
    history: History,
    kind: str,
    fact: Fact,
    *,
    by: Membership | None,
    **data: Any,
) -> Clock:
    return store(clock, history.and_then(fact), kind, at=fact.at, by=by, **data)


def store(
    clock: Clock,
    history: History,
    kind: str,
    *,
    at: datetime,
    by: Membership | None,
    **data: Any,
) -> Clock:
    """Copy what the facts amount to into the row, and record the newest of them. See Note [The row is a copy]."""
    old_due_at = clock.due_at
    columns = columns_of(clock, history, at=at)
    for name, value in columns.items():
        setattr(clock, name, value)
    _save(clock, *columns)
    if clock.escalation_step and not clock.is_open:
        # What waits for somebody's working hours is no news any more.
        withdraw(clock, "clock.escalated", at=at)
    moved = {"old_due_at": old_due_at.isoformat()} if clock.due_at != old_due_at else {}
    record_of(clock, kind, at=at, by=by, **moved, **data)
    return clock


def columns_of(clock: Clock, history: History, *, at: datetime) -> dict[str, Any]:
    """Return what the row repeats of the derived state."""
    state = history.state(at=at)
    since, terms = history.governing(at=at)
    given = clock.step
    # Warnings that were given stay as they were; those of the governing promise follow.
    ahead = [(share, when) for share, when in state.warn_at if when >= at]
    columns: dict[str, Any] = {
        "amount": terms.amount,
        "unit": terms.unit,
        "calendar_version": clock.calendar_version,
        "target_seconds": state.target_seconds,
        "state": state.state,
        "used_seconds": state.used_seconds,
        "running_since": max(state.running_since, since) if state.running_since else None,
        "due_at": state.due_at,
        "warn_shares": [*clock.warn_shares[:given], *(share for share, _when in ahead)],
        "warn_at": [*clock.warn_at[:given], *(when.isoformat() for _share, when in ahead)],
        "paused_at": state.paused_at,
        "pause_reason": _pause_reason(history, paused=state.paused_at is not None),
        "stopped_at": state.stopped_at,
        "closed_at": state.closed_at,
        "breached_at": state.breached_at,
        "late_seconds": state.late_seconds,
        "delivered": state.delivered,
    }
    running = state.state == Clock.State.RUNNING and not terms.is_judged
    dates = [when for _share, when in ahead if when < state.due_at]
    columns["next_event_at"] = min(dates, default=state.due_at) if running else None
    columns["escalate_at"] = _escalate_at(clock, history, state.state, at=at)
    return columns


def _escalate_at(clock: Clock, history: History, state: str, *, at: datetime) -> datetime | None:
    """Return when the next step of the ladder is due; nobody is told about what stands still or has ended."""
    left = clock.escalate_shares[clock.escalation_step :]
    return history.reached_at(left[0], at=at) if left and state in _IN_DEBT else None


def _next_event_at(clock: Clock) -> datetime:
    dates = [datetime.fromisoformat(text) for text in clock.warn_at[clock.step :]]
    return min((when for when in dates if when < clock.due_at), default=clock.due_at)


def _pause_reason(history: History, *, paused: bool) -> str:
    reasons = [fact.reason for fact in history.facts if isinstance(fact, Paused)]
    return reasons[-1] if paused and reasons else ""


def _save(clock: Clock, *names: str) -> None:
    # The row is locked, so nobody can have changed it since it was read.
    Clock.objects.filter(pk=clock.pk).update(**{name: getattr(clock, name) for name in names})


def record_of(clock: Clock, kind: str, *, at: datetime, by: Membership | None, **data: Any) -> None:
    record(f"clock.{kind}", clock, by=by, at=at, thread=clock.thread_id, data={**who_owes(clock), **data})


def record_all_of(
    told: Sequence[tuple[Clock, Mapping[str, Any]]], kind: str, *, at: datetime, by: Membership | None
) -> None:
    """Record the same thing of several clocks together."""
    record_all(
        [Happening(f"clock.{kind}", clock, {**who_owes(clock), **data}, clock.thread_id) for clock, data in told],
        by=by,
        at=at,
    )


def who_owes(clock: Clock) -> dict[str, Any]:
    """Return what every event of a clock tells, so that its hearers need not look it up."""
    return {
        "subject": str(clock.subject_id),
        "commitment": clock.commitment,
        "side": clock.side,
        "cycle": clock.cycle,
        "owner": str(clock.owner_id) if clock.owner_id else None,
        "due_at": clock.due_at.isoformat(),
    }


def notice(clock: Clock, *, at: datetime) -> None:
    """Record the warnings and the breach that lie before ``at`` on a locked clock, as the sweep would.

    A warning is recorded as skipped: something else has happened before anybody could be told.
    """
    if clock.state != Clock.State.RUNNING or clock.next_event_at is None or clock.next_event_at >= at:
        return
    passed = [datetime.fromisoformat(text) for text in clock.warn_at if datetime.fromisoformat(text) < at]
    for number in range(clock.step, len(passed)):
        _announce(clock, "warning", number + 1, passed[number], share=clock.warn_shares[number], skipped=True)
    clock.step = max(clock.step, len(passed))
    if clock.due_at < at:
        clock.state, clock.breached_at, clock.detected_at = Clock.State.BREACHED, clock.due_at, at
        clock.next_event_at = None
        _save(clock, "step", "state", "breached_at", "detected_at", "next_event_at")
        # Dated at the deadline, not at its discovery: reports must not depend on how busy anybody was.
        _announce(clock, "breached", "breach", clock.due_at)
    else:
        clock.next_event_at = _next_event_at(clock)
        _save(clock, "step", "next_event_at")


def _announce(clock: Clock, kind: str, step: int | str, at: datetime, **data: Any) -> None:
    record(
        f"clock.{kind}",
        clock,
        by=None,
        at=at,
        thread=clock.thread_id,
        data={**who_owes(clock), **data},
        once=f"clock:{clock.pk}:{clock.cycle}:{step}",
    )
