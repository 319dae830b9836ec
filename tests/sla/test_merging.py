"""Two subjects that are one person (case 24): the earliest clock survives, and a merger can be undone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from sla import actions, queries
from sla.models import Clock, Subject
from smarketing.lib.scope import tenant_scope
from tests.sla.support import events_of, kinds_of, make_subject, vienna
from tests.support import Cast, make_cast

MONDAY = vienna("2026-01-12 09:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """The cast of early January, inside acme's scope."""
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    with tenant_scope(cast.acme.pk):
        yield cast


@pytest.fixture(autouse=True)
def _rows_repeat_the_facts(acme: Cast) -> Iterator[None]:
    yield
    for clock in Clock.objects.all():
        newest = max(event.at for event in events_of(clock))
        state = queries.clock_history(clock).state(at=max(newest, clock.detected_at or newest))
        assert (clock.state, clock.due_at, clock.closed_at) == (state.state, state.due_at, state.closed_at)
        assert (clock.breached_at, clock.stopped_at) == (state.breached_at, state.stopped_at)


def contact(cast: Cast, at: datetime, **changes: object) -> tuple[Subject, Clock]:
    subject = make_subject(at=at, thread_id=uuid4(), **{"owner": cast.sam, **changes})
    return subject, actions.start_clock(subject, "first_contact", at=at)


def now_of(clock: Clock) -> Clock:
    return Clock.objects.get(pk=clock.pk)


def test_case_24_the_earliest_goes_on_and_the_other_is_closed(acme: Cast) -> None:
    kept, earliest = contact(acme, MONDAY)
    dropped, later = contact(acme, MONDAY + HOUR, owner=acme.sina)
    (closed,) = actions.merge_clocks(kept, dropped, at=MONDAY + 3 * HOUR, by=acme.mara)
    assert closed.pk == later.pk
    assert (now_of(later).state, now_of(later).closed_at) == ("merged", MONDAY + 3 * HOUR)
    assert (now_of(earliest).state, now_of(earliest).due_at) == ("running", earliest.due_at)
    assert now_of(later).next_event_at is None


def test_case_24_a_duplicate_never_buys_time(acme: Cast) -> None:
    """The kept subject's clock began later: the earlier one takes its place there."""
    dropped, earliest = contact(acme, MONDAY, owner=acme.sina)
    kept, later = contact(acme, MONDAY + HOUR)
    actions.merge_clocks(kept, dropped, at=MONDAY + 3 * HOUR, by=None)
    survivor = now_of(earliest)
    assert (now_of(later).state, survivor.state) == ("merged", "running")
    assert (survivor.subject_id, survivor.cycle, survivor.thread_id) == (kept.pk, 2, kept.thread_id)
    assert (survivor.due_at, survivor.owner_id) == (earliest.due_at, acme.sam.pk)
    actions.stop_clock(kept, "first_contact", at=MONDAY + 4 * HOUR, by=acme.sam)
    assert now_of(earliest).state == "met"


def test_what_only_the_dropped_one_owes_goes_on_with_the_kept_one(acme: Cast) -> None:
    kept, _clock = contact(acme, MONDAY)
    dropped = make_subject(at=MONDAY, owner=acme.sina)
    attempts = actions.start_clock(dropped, "attempts", at=MONDAY)
    assert actions.merge_clocks(kept, dropped, at=MONDAY + HOUR, by=None) == []
    assert (now_of(attempts).subject_id, now_of(attempts).cycle) == (kept.pk, 1)


def test_what_was_done_on_the_kept_one_is_not_owed_again(acme: Cast) -> None:
    kept, mine = contact(acme, MONDAY)
    actions.stop_clock(kept, "first_contact", at=MONDAY + HOUR, by=acme.sam)
    dropped, theirs = contact(acme, MONDAY + HOUR)
    actions.merge_clocks(kept, dropped, at=MONDAY + 2 * HOUR, by=None)
    assert (now_of(mine).state, now_of(theirs).state) == ("met", "merged")


@pytest.mark.parametrize("late", [False, True])
def test_who_was_contacted_as_the_dropped_lead_is_not_contacted_again(acme: Cast, late: bool) -> None:
    kept, mine = contact(acme, MONDAY)
    dropped, theirs = contact(acme, MONDAY + (-30 * HOUR if late else HOUR), owner=acme.sina)
    contacted_at = MONDAY + 2 * HOUR
    actions.stop_clock(dropped, "first_contact", at=contacted_at, by=acme.sina)
    actions.record_fact(dropped, kind="attempt", at=contacted_at)
    (closed,) = actions.merge_clocks(kept, dropped, at=MONDAY + 3 * HOUR, by=acme.mara)
    assert (closed.pk, now_of(mine).state) == (mine.pk, "merged")
    # The person counts once, by the verdict that was reached.
    assert now_of(theirs).state == ("breached" if late else "met")
    assert Subject.objects.get(pk=kept.pk).first_attempt_at == contacted_at
    assert events_of(mine)[-1].data["done"] is True


def test_a_decision_about_the_dropped_one_is_none_about_the_kept_one(acme: Cast) -> None:
    kept, dropped = (make_subject(at=MONDAY, owner=acme.sam) for _number in range(2))
    mine, theirs = (actions.start_clock(subject, "decision", at=MONDAY) for subject in (kept, dropped))
    actions.stop_clock(dropped, "decision", at=MONDAY + HOUR, by=acme.sam)
    assert actions.merge_clocks(kept, dropped, at=MONDAY + 2 * HOUR, by=None) == []
    assert (now_of(mine).state, now_of(theirs).state) == ("running", "met")


def test_a_breach_of_the_kept_one_stays_though_the_other_was_contacted(acme: Cast) -> None:
    kept, mine = contact(acme, MONDAY)
    dropped, _theirs = contact(acme, MONDAY + 20 * HOUR)
    actions.stop_clock(dropped, "first_contact", at=MONDAY + 25 * HOUR, by=acme.sam)
    at = MONDAY + 26 * HOUR
    actions.merge_clocks(kept, dropped, at=at, by=None)
    assert (now_of(mine).state, now_of(mine).closed_at, now_of(mine).late_seconds) == ("breached", at, None)


def test_undone_the_contact_belongs_to_the_other_lead_again(acme: Cast) -> None:
    kept, mine = contact(acme, MONDAY)
    dropped, _theirs = contact(acme, MONDAY + HOUR)
    actions.stop_clock(dropped, "first_contact", at=MONDAY + 2 * HOUR, by=acme.sam)
    actions.record_fact(dropped, kind="attempt", at=MONDAY + 2 * HOUR)
    actions.merge_clocks(kept, dropped, at=MONDAY + 3 * HOUR, by=None)
    (again,) = actions.unmerge_clocks(kept, dropped, at=MONDAY + 4 * HOUR, by=None)
    assert (again.pk, again.state, again.due_at) == (mine.pk, "running", mine.due_at)
    assert Subject.objects.get(pk=kept.pk).first_attempt_at is None
    assert Subject.objects.get(pk=dropped.pk).first_attempt_at == MONDAY + 2 * HOUR


def test_a_breach_stays_one_and_is_closed(acme: Cast) -> None:
    kept, _earliest = contact(acme, MONDAY)
    dropped, late = contact(acme, MONDAY + HOUR)
    at = MONDAY + 30 * HOUR
    actions.merge_clocks(kept, dropped, at=at, by=None)
    assert (now_of(late).state, now_of(late).closed_at, now_of(late).breached_at) == ("breached", at, late.due_at)


def test_undone_in_time_each_goes_on_as_if_nothing_had_been(acme: Cast) -> None:
    kept, earliest = contact(acme, MONDAY)
    dropped, later = contact(acme, MONDAY + HOUR)
    actions.merge_clocks(kept, dropped, at=MONDAY + 3 * HOUR, by=None)
    (again,) = actions.unmerge_clocks(kept, dropped, at=MONDAY + 5 * HOUR, by=None)
    assert (again.pk, again.state, again.due_at) == (later.pk, "running", later.due_at)
    assert now_of(earliest).due_at == earliest.due_at
    assert kinds_of(later) == ["started", "merged", "unmerged"]


def test_undone_too_late_the_time_in_between_does_not_count(acme: Cast) -> None:
    kept, _earliest = contact(acme, MONDAY)
    dropped, later = contact(acme, MONDAY + HOUR)
    actions.merge_clocks(kept, dropped, at=MONDAY + 3 * HOUR, by=None)
    back_at = MONDAY + 100 * HOUR
    actions.unmerge_clocks(kept, dropped, at=back_at, by=None)
    # Two of its 24 hours were used.
    assert (now_of(later).state, now_of(later).due_at) == ("running", back_at + 22 * HOUR)


def test_undoing_returns_a_clock_that_was_taken_over(acme: Cast) -> None:
    dropped, earliest = contact(acme, MONDAY, owner=acme.sina)
    kept, later = contact(acme, MONDAY + HOUR)
    actions.merge_clocks(kept, dropped, at=MONDAY + 3 * HOUR, by=None)
    actions.unmerge_clocks(kept, dropped, at=MONDAY + 4 * HOUR, by=None)
    returned = now_of(earliest)
    assert (returned.subject_id, returned.cycle, returned.thread_id) == (dropped.pk, 1, dropped.thread_id)
    assert (returned.owner_id, returned.state) == (acme.sina.pk, "running")
    assert (now_of(later).state, now_of(later).subject_id) == ("running", kept.pk)


def test_undoing_touches_no_other_merger(acme: Cast) -> None:
    kept, _earliest = contact(acme, MONDAY)
    others = [contact(acme, MONDAY + number * HOUR) for number in (1, 2)]
    for subject, _clock in others:
        actions.merge_clocks(kept, subject, at=MONDAY + 3 * HOUR, by=None)
    actions.unmerge_clocks(kept, others[0][0], at=MONDAY + 4 * HOUR, by=None)
    assert [now_of(clock).state for _subject, clock in others] == ["running", "merged"]
