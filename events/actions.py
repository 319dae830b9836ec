"""Recording what happened, in the transaction of the change."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from msgspec import json

from events import registry
from events.models import Event, Outbox
from events.nudge import nudge_relay
from smarketing.lib.inserting import as_json, give_ids, insertion, new_row, note_written
from smarketing.lib.prepared import Call, Prepared, ask_all
from smarketing.lib.tenancy import TenantModel

# How the change reached us: "web", "key:<public id>", "task:<name>" or "system". Set at the edges.
via: ContextVar[str] = ContextVar("smarketing_via", default="system")

# How long a person can take a decision back (ui: details 11).
UNDO_WINDOW = timedelta(seconds=8)


class Actor(Protocol):
    """Who did it: a membership; None stands for the system itself."""

    @property
    def pk(self) -> Any: ...


@dataclass(frozen=True)
class Happening:
    """One of several events that are recorded together."""

    kind: str
    subject: TenantModel
    data: Mapping[str, Any]
    thread: UUID | None = None


@dataclass(frozen=True)
class _Draft:
    """An event that is not written yet, and how long outward messages of it are held back."""

    event: Event
    hold_until: datetime | None = None


# What is recorded inside ``gathering`` and not written yet.
_gathered: ContextVar[list[_Draft] | None] = ContextVar("smarketing_gathered", default=None)


def record(
    kind: str,
    subject: TenantModel,
    *,
    by: Actor | None,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    thread: UUID | None = None,
    once: str | None = None,
    undoable: bool = False,
    hold_until: datetime | None = None,
) -> Event:
    """Write one event and an outbox row per handler that must hear of it; run the handlers of the transaction.

    ``at`` is when it happened (aware). ``once`` makes a second record of the same fact an IntegrityError.
    ``undoable`` holds outward messages back until the undo window has ended, ``hold_until`` until then.
    Call inside the action's transaction.
    """
    event = _event(Happening(kind, subject, data or {}, thread), by=by, at=at, once=once)
    hold_until = at + UNDO_WINDOW if undoable else hold_until
    gathered = _gathered.get()
    if gathered is not None:
        gathered.append(_Draft(event, hold_until))
        return event
    _write_all([_Draft(event, hold_until)])
    return event


def record_all(happenings: Sequence[Happening], *, by: Actor | None, at: datetime) -> list[Event]:
    """Record several events in the order given, as ``record`` would, in two statements instead of two each."""
    drafts = [_Draft(_event(one, by=by, at=at)) for one in happenings]
    gathered = _gathered.get()
    if gathered is None:
        _write_all(drafts)
    else:
        gathered.extend(drafts)
    return [draft.event for draft in drafts]


@contextmanager
def gathering() -> Iterator[list[Call]]:
    """Write what is recorded inside together at the end, in its order; nothing when the block fails.

    For many changes of one kind: handlers of the transaction run at the end, and the events have no id before.
    What the block adds to the list that it gets is written before the events, in the same round trip.
    """
    drafts: list[_Draft] = []
    before: list[Call] = []
    token = _gathered.set(drafts)
    try:
        yield before
    finally:
        _gathered.reset(token)
    _write_all(drafts, before)


def _event(one: Happening, *, by: Actor | None, at: datetime, once: str | None = None) -> Event:
    return new_row(
        Event,
        kind=one.kind,
        subject_kind=one.subject._meta.model_name or "",
        subject_id=one.subject.pk,
        thread_id=one.thread,
        by_id=by.pk if by is not None else None,
        via=via.get(),
        at=at,
        data=dict(one.data),
        once_key=once,
    )


def _write_all(drafts: Sequence[_Draft], before: Sequence[Call] = ()) -> None:
    if not drafts:
        if before:
            ask_all(before)
        return
    hearing = {kind: registry.after(kind) for kind in {draft.event.kind for draft in drafts}}
    told = [(draft, handler) for draft in drafts for handler in hearing[draft.event.kind]]
    events = [draft.event for draft in drafts]
    give_ids(events)
    waiting = [_waiting(draft, handler) for draft, handler in told]
    told_of = (as_json(events, FILLED), json.encode(waiting).decode())
    found = {row[0]: row[1:] for row in ask_all([*before, (_announced(), told_of)])}
    note_written(events)
    for event in events:
        event.recorded_at, event.txid = found[event.pk]
    if told:
        transaction.on_commit(nudge_relay, robust=True)
    for event in events:
        for run in registry.within(event.kind):
            run(event)


FILLED = frozenset({"recorded_at", "txid"})
# An organisation that has nobody outside to tell keeps no rows for them.
HAS_ROW = "(told.handler <> '{name}' or exists (select from {table} where organisation_id = {mine}))"
MINE = "current_setting('app.tenant_id')::bigint"


@cache
def _announced() -> Prepared:
    """Return what writes events and the outbox rows of those who must hear of them, in one round trip."""
    needed = [HAS_ROW.format(name=name, table=table, mine=MINE) for name, table in registry.needs().items()]
    return Prepared(
        "events_announced",
        ["json", "json"],
        f"""
with written as ({insertion(Event, FILLED).statement} returning id, recorded_at, txid), announced as (
  insert into events_outbox (id, organisation_id, event_id, handler, available_at, attempts, error)
  select uuidv7(), {MINE}, told.event, told.handler,
    coalesce(told.hold_until, written.recorded_at), 0, ''
  from json_to_recordset($2) told(event uuid, handler text, hold_until timestamptz)
    join written on written.id = told.event
  where {" and ".join(["true", *needed])}
)
select id, recorded_at, txid from written
""",  # noqa: S608 -- names of ours only
    )


def _waiting(draft: _Draft, handler: registry.After) -> dict[str, Any]:
    return {
        "event": draft.event.pk,
        "handler": handler.name,
        "hold_until": draft.hold_until if handler.outward else None,
    }


def withdraw(subject: TenantModel, kind: str, *, at: datetime) -> None:
    """Take back the outward messages of an undone event that have not left yet."""
    names = [handler.name for handler in registry.after(kind) if handler.outward]
    mine = Event.objects.filter(subject_id=subject.pk, kind=kind)
    Outbox.objects.filter(event__in=mine, handler__in=names, done_at=None).update(withdrawn_at=at)


def withdraw_row(row: Outbox, *, at: datetime) -> None:
    """Take back what is no news any more."""
    Outbox.objects.filter(pk=row.pk, done_at=None).update(withdrawn_at=at, leased_until=None)


def put_off(row: Outbox, *, until: datetime) -> None:
    """Let a row wait until its reader may be told."""
    Outbox.objects.filter(pk=row.pk, done_at=None).update(available_at=until, leased_until=None)


def push_back(row: Outbox, *, error: str, at: datetime) -> None:
    """Note a failed attempt and when the next one is due; after the last it is dead and shown as such."""
    delay = RETRY_DELAYS[min(row.attempts, len(RETRY_DELAYS) - 1)]
    last = row.attempts + 1 >= MAX_ATTEMPTS
    Outbox.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1,
        error=error[:2000],
        available_at=Greatest(F("available_at"), models.Value(at + delay)),
        leased_until=None,
        dead_at=at if last else None,
    )


RETRY_DELAYS = tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 600, 3600))
MAX_ATTEMPTS = 12
