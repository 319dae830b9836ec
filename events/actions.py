"""Recording what happened, in the transaction of the change."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from events import registry
from events.models import Event, Outbox
from events.nudge import nudge_relay
from smarketing.lib.tenancy import TenantModel, new_ids

# How the change reached us: "web", "key:<public id>", "task:<name>" or "system". Set at the edges.
via: ContextVar[str] = ContextVar("smarketing_via", default="system")

# How long a person can take a decision back (ui: details 11).
UNDO_WINDOW = timedelta(seconds=8)


class Actor(Protocol):
    """Who did it: a membership; None stands for the system itself."""

    @property
    def pk(self) -> Any: ...


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
    event = Event.objects.create(
        kind=kind,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk,
        thread_id=thread,
        by_id=by.pk if by is not None else None,
        via=via.get(),
        at=at,
        data=dict(data or {}),
        once_key=once,
    )
    announce(event, hold_until=at + UNDO_WINDOW if undoable else hold_until)
    for run in registry.within(kind):
        run(event)
    return event


@dataclass(frozen=True)
class Happening:
    """One of several events that are recorded together."""

    kind: str
    subject: TenantModel
    data: Mapping[str, Any]
    thread: UUID | None = None


def record_all(happenings: Sequence[Happening], *, by: Actor | None, at: datetime) -> list[Event]:
    """Record several events in the order given, as ``record`` would, in two statements instead of two each."""
    events = [
        Event(
            kind=one.kind,
            subject_kind=one.subject._meta.model_name or "",
            subject_id=one.subject.pk,
            thread_id=one.thread,
            by_id=by.pk if by is not None else None,
            via=via.get(),
            at=at,
            data=dict(one.data),
        )
        for one in happenings
    ]
    if any(registry.after(event.kind) or registry.within(event.kind) for event in events):
        for event, event_id in zip(events, new_ids(len(events)), strict=True):
            event.id = event_id
    Event.objects.bulk_create(events)
    rows = [
        Outbox(event=event, handler=handler.name, available_at=event.recorded_at)
        for event in events
        for handler in registry.after(event.kind)
    ]
    if rows:
        Outbox.objects.bulk_create(rows)
        transaction.on_commit(nudge_relay, robust=True)
    for event in events:
        for run in registry.within(event.kind):
            run(event)
    return events


def announce(event: Event, *, hold_until: datetime | None = None) -> None:
    """Put the event into the outbox of each of its handlers and nudge the relay after commit."""
    handlers = registry.after(event.kind)
    if not handlers:
        return
    rows = [
        Outbox(
            event=event,
            handler=handler.name,
            available_at=hold_until if hold_until and handler.outward else event.recorded_at,
        )
        for handler in handlers
    ]
    Outbox.objects.bulk_create(rows)
    transaction.on_commit(nudge_relay, robust=True)


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
