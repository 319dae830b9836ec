"""What becomes of the clocks of two subjects that turn out to be one person.

# Note [The earliest clock survives]
Of two open clocks of one commitment the one that began first goes on, so that a duplicate never buys time; the
other is closed as merged, neither met nor breached. The survivor belongs to the kept subject from then on: what is
done there stops it. A breach stays one and is closed.

# Note [Done under the other name]
Contact is owed to the person. Whom sales has contacted as the dropped lead it does not owe a first contact as the
kept one: the open clock there is closed as merged, so that the person counts once, by the verdict that was reached.
The same holds of the attempts. When it was done is known of the kept subject from then on. A decision is about one
handover and stays owed.

# Note [Undoing a merger]
Each clock goes back to where it was and on as if nothing had been merged. Where its deadline has passed meanwhile
the time in between does not count: nobody could know that it was still owed.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from events.models import Event
from events.queries import histories_of
from sla.actions.course import happen, owed, record_of, store
from sla.actions.subjects import record_fact, withdraw_fact
from sla.clocks import Merged
from sla.models import Clock, Side, Subject
from sla.queries.histories import History, history_from
from tenants.models import Membership

Owed = tuple[Clock, History, datetime]

# See Note [Done under the other name]; what is known of a subject, and in which column.
_OWED_TO_THE_PERSON = ("first_contact", "attempts")
_CONTACT = {"attempt": "first_attempt_at", "reached": "reached_at"}


@transaction.atomic
def merge_clocks(kept: Subject, dropped: Subject, *, at: datetime, by: Membership | None) -> list[Clock]:
    """Let one clock of each commitment go on for ``kept``; return those that were closed as merged."""
    ours = {entry[0].commitment: entry for entry in owed(kept, at)}
    for subject in (kept, dropped):
        subject.refresh_from_db(fields=list(_CONTACT.values()))
    known = set(Clock.objects.filter(subject=kept).values_list("commitment", flat=True))
    closed = [_merge(entry, into=dropped, by=by, done=True) for key, entry in ours.items() if _is_done(dropped, key)]
    _carry_facts(dropped, kept)
    for entry in owed(dropped, at):
        theirs, mine = entry[0], ours.get(entry[0].commitment)
        if mine is not None and theirs.started_at < mine[0].started_at:
            closed.append(_merge(mine, into=kept, by=by))
            _take_over(theirs, kept, at=entry[2], by=by)
        elif theirs.commitment in known:
            closed.append(_merge(entry, into=kept, by=by))
        else:
            _take_over(theirs, kept, at=entry[2], by=by)
    return closed


def _is_done(subject: Subject, commitment: str) -> bool:
    """See Note [Done under the other name]."""
    if commitment not in _OWED_TO_THE_PERSON:
        return False
    done = Q(stopped_at__isnull=False) | Q(state=Clock.State.WAIVED)
    return Clock.objects.filter(done, subject=subject, commitment=commitment).exists()


def _carry_facts(source: Subject, target: Subject) -> None:
    """Let what is known of contact with the person be known of the kept subject."""
    for kind, column in _CONTACT.items():
        known: datetime | None = getattr(source, column)
        if known is not None:
            record_fact(target, kind=kind, at=known)


def _return_facts(source: Subject, target: Subject) -> None:
    """Forget of the kept subject what it knew from the dropped one only."""
    for kind, column in _CONTACT.items():
        if getattr(source, column) is not None and getattr(target, column) == getattr(source, column):
            withdraw_fact(target, kind=kind)


def _merge(entry: Owed, *, into: Subject, by: Membership | None, done: bool = False) -> Clock:
    clock, history, moment = entry
    data = {"done": True} if done else {}
    return happen(clock, history, "merged", Merged(moment), by=by, into=str(into.pk), **data)


def _take_over(clock: Clock, subject: Subject, *, at: datetime, by: Membership | None) -> None:
    """Let a clock go on as the next cycle of the kept subject. See Note [The earliest clock survives]."""
    newest = Clock.objects.filter(subject=subject, commitment=clock.commitment).aggregate(cycle=Max("cycle"))
    was = {
        "from_subject": str(clock.subject_id),
        "from_cycle": clock.cycle,
        "from_thread": str(clock.thread_id) if clock.thread_id else None,
        "from_owner": str(clock.owner_id) if clock.owner_id else None,
    }
    owner = subject.owner_id if clock.side == Side.SALES else clock.owner_id
    _move(clock, subject.pk, (newest["cycle"] or 0) + 1, subject.thread_id, owner)
    record_of(clock, "taken_over", at=at, by=by, **was)


def _move(clock: Clock, subject_id: Any, cycle: int, thread_id: Any, owner_id: Any) -> None:
    columns = {"subject_id": subject_id, "cycle": cycle, "thread_id": thread_id, "owner_id": owner_id}
    Clock.objects.filter(pk=clock.pk).update(**columns)
    for name, value in columns.items():
        setattr(clock, name, value)


@transaction.atomic
def unmerge_clocks(kept: Subject, dropped: Subject, *, at: datetime, by: Membership | None) -> list[Clock]:
    """Undo ``merge_clocks``; return the clocks that go on again. See Note [Undoing a merger]."""
    rows = Clock.objects.select_for_update().filter(subject__in=[kept, dropped]).order_by("pk")
    clocks = list(rows)
    told = histories_of([clock.pk for clock in clocks])
    for clock in clocks:
        _give_back(clock, told[clock.pk], dropped, at=at, by=by)
    for subject in (kept, dropped):
        subject.refresh_from_db(fields=list(_CONTACT.values()))
    _return_facts(dropped, kept)
    pair = {str(kept.pk), str(dropped.pk)}
    return [_go_on(clock, told[clock.pk], at=at, by=by) for clock in clocks if _merged_into(told[clock.pk]) in pair]


def _give_back(clock: Clock, events: list[Event], dropped: Subject, *, at: datetime, by: Membership | None) -> None:
    """Return a clock that was taken over from the dropped subject to where it was."""
    taken = [event for event in events if event.kind == "clock.taken_over"]
    if clock.subject_id == dropped.pk or not taken or taken[-1].data["from_subject"] != str(dropped.pk):
        return
    was = taken[-1].data
    owner = was["from_owner"] if clock.is_open else clock.owner_id
    thread = UUID(was["from_thread"]) if was["from_thread"] else None
    _move(clock, dropped.pk, was["from_cycle"], thread, UUID(str(owner)) if owner else None)
    record_of(clock, "given_back", at=at, by=by)


def _merged_into(events: list[Event]) -> str | None:
    """Return what a clock that is closed as merged went on as."""
    merged = [event for event in events if event.kind in ("clock.merged", "clock.unmerged")]
    return merged[-1].data["into"] if merged and merged[-1].kind == "clock.merged" else None


def _go_on(clock: Clock, events: list[Event], *, at: datetime, by: Membership | None) -> Clock:
    history = history_from(events)
    moment = max(at, history.last_at)
    undone = history.without_last(Merged)
    if undone.state(at=moment).breached_at == clock.breached_at:
        return store(clock, undone, "unmerged", at=moment, by=by)
    return store(clock, history.without_merger(at=moment), "unmerged", at=moment, by=by, left_out=True)
