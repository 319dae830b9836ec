"""The numbered cases that need rows, events and several actions: 10 to 15, on the standard calendar."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from sla import actions, queries
from sla.models import AgreementVersion, Clock, Subject
from smarketing.lib.scope import tenant_scope
from tests.sla.support import ZONE, kinds_of, make_subject, vienna
from tests.support import Cast, make_cast

HOUR = 3600


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """The cast of 2 January 2026, inside acme's scope."""
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    with tenant_scope(cast.acme.pk):
        yield cast


def promise(hours: int, *, restarts: bool = False) -> AgreementVersion:
    """The agreement in force, read as if it promised a decision within so many business hours."""
    version = AgreementVersion.objects.get()
    version.content["reassignment_restarts"] = restarts
    next(terms for terms in version.content["commitments"] if terms["key"] == "decision")["amount"] = hours
    return version


def started(text: str, hours: int, cast: Cast, **terms: bool) -> tuple[Subject, Clock]:
    at = vienna(text)
    subject = make_subject(at=at, version=promise(hours, **terms), owner=cast.sam, sender=cast.mara)
    return subject, actions.start_clock(subject, "decision", at=at)


def now_of(clock: Clock) -> Clock:
    return Clock.objects.get(pk=clock.pk)


def view_of(clock: Clock, text: str) -> queries.ClockView:
    (view,) = queries.clock_views([clock.subject_id], at=vienna(text), zone=ZONE)[clock.subject_id]
    return view


def test_case_6_outside_hours_it_waits_to_open(acme: Cast) -> None:
    _subject, clock = started("2026-01-10 18:00", 1, acme)
    assert clock.due_at == vienna("2026-01-12 10:00")
    waiting = view_of(clock, "2026-01-11 12:00")
    assert (waiting.state, waiting.opens_at, waiting.share) == ("waiting", vienna("2026-01-12 09:00"), 0)
    assert view_of(clock, "2026-01-12 09:30").state == "running"
    assert view_of(clock, "2026-01-12 09:30").share == 50


def test_case_10_a_pause_over_closed_time(acme: Cast) -> None:
    subject, clock = started("2026-01-08 10:00", 8, acme)
    actions.pause_clocks(subject, side="sales", reason="rejected", at=vienna("2026-01-08 16:00"), by=acme.sam)
    paused = view_of(clock, "2026-01-11 12:00")
    assert (paused.state, paused.left_seconds, paused.pause_reason) == ("paused", 2 * HOUR, "rejected")
    actions.resume_clocks(subject, side="sales", at=vienna("2026-01-12 11:00"), by=acme.rita)
    assert now_of(clock).due_at == vienna("2026-01-12 13:00")
    assert now_of(clock).used_seconds == 6 * HOUR


def test_case_11_stopped_while_paused(acme: Cast) -> None:
    subject, clock = started("2026-01-12 09:00", 4, acme)
    actions.pause_clocks(subject, side="sales", reason="rejected", at=vienna("2026-01-12 11:00"), by=acme.sam)
    actions.stop_clock(subject, "decision", at=vienna("2026-01-13 15:00"), by=acme.sam)
    assert (now_of(clock).state, now_of(clock).used_seconds) == ("met", 2 * HOUR)
    assert view_of(clock, "2026-01-13 15:00").early_seconds == 2 * HOUR


def test_case_12_a_pause_after_the_breach(acme: Cast) -> None:
    subject, clock = started("2026-01-12 09:00", 4, acme)
    actions.notice_due(at=vienna("2026-01-12 13:01"))
    actions.pause_clocks(subject, side="sales", reason="rejected", at=vienna("2026-01-12 14:00"), by=acme.sam)
    actions.resume_clocks(subject, side="sales", at=vienna("2026-01-13 10:00"), by=acme.rita)
    actions.stop_clock(subject, "decision", at=vienna("2026-01-13 12:00"), by=acme.sam)
    late = now_of(clock)
    assert (late.state, late.breached_at, late.late_seconds) == ("breached", vienna("2026-01-12 13:00"), 3 * HOUR)
    assert kinds_of(clock).count("breached") == 1


def test_case_13_reassigning_keeps_the_deadline(acme: Cast) -> None:
    subject, clock = started("2026-01-12 09:00", 8, acme)
    actions.reassign_clocks(subject, owner=acme.sina, at=vienna("2026-01-12 15:00"), by=acme.sina)
    assert (now_of(clock).due_at, now_of(clock).owner_id) == (vienna("2026-01-12 17:00"), acme.sina.pk)


def test_case_13_where_the_agreement_says_so_reassigning_restarts(acme: Cast) -> None:
    subject, clock = started("2026-01-12 09:00", 8, acme, restarts=True)
    (again,) = actions.reassign_clocks(subject, owner=acme.sina, at=vienna("2026-01-12 15:00"), by=acme.sina)
    assert now_of(clock).state == "superseded"
    assert (again.cycle, again.due_at, again.owner_id) == (2, vienna("2026-01-13 15:00"), acme.sina.pk)


@pytest.mark.parametrize("outcome", ["overturned", "upheld"])
def test_case_15_rejection_and_arbitration(acme: Cast, outcome: str) -> None:
    subject, clock = started("2026-01-12 09:00", 8, acme)
    sent_at, rejected_at, ruled_at = map(vienna, ("2026-01-12 09:00", "2026-01-12 11:00", "2026-01-14 15:00"))
    actions.give_credit(subject, key="lead:1", at=sent_at, zone=ZONE)
    actions.pause_clocks(subject, side="sales", reason="rejected", at=rejected_at, by=acme.sam)
    actions.suspend_credit(subject, at=rejected_at)
    if outcome == "overturned":
        actions.resume_clocks(subject, side="sales", at=ruled_at, by=acme.rita)
        actions.restore_credit(subject, at=ruled_at)
        assert (now_of(clock).state, now_of(clock).due_at) == ("running", vienna("2026-01-15 13:00"))
        assert _delivered() == 1
    else:
        actions.cancel_clocks(subject, at=ruled_at, by=acme.rita)
        actions.reverse_credit(subject, at=ruled_at, zone=ZONE)
        assert (now_of(clock).state, now_of(clock).breached_at) == ("cancelled", None)
        assert _delivered() == 0


def test_case_15_upheld_is_neither_met_nor_breached_in_the_figures(acme: Cast) -> None:
    subject, _clock = started("2026-01-12 09:00", 8, acme)
    actions.cancel_clocks(subject, at=vienna("2026-01-14 15:00"), by=acme.rita)
    first = vienna("2026-01-12 09:00").date().replace(day=1)
    kept = queries.kept_between(first, queries.last_day(first), zone=ZONE, at=vienna("2026-02-01 00:00"))
    figures = kept.of_side("sales")
    # The deadline, Monday 17:00, had passed before the ruling: that stays a breach.
    assert (figures.met, figures.breached, figures.running) == (0, 1, 0)


def test_past_its_deadline_a_clock_reads_as_breached_before_the_sweep(acme: Cast) -> None:
    _subject, clock = started("2026-01-12 09:00", 4, acme)
    view = view_of(clock, "2026-01-12 15:00")
    assert now_of(clock).state == "running"
    assert (view.state, view.breached_at, view.late_seconds) == ("breached", vienna("2026-01-12 13:00"), 2 * HOUR)
    assert view.is_open


def test_a_view_tells_its_rule_in_words(acme: Cast) -> None:
    _subject, clock = started("2026-01-12 09:00", 4, acme)
    view = view_of(clock, "2026-01-12 10:00")
    assert (view.label, view.target_text, view.rule_text) == ("Decision", "4 business hours", "agreement v1, decision")
    assert view.warn_at == [
        (50, vienna("2026-01-12 11:00")),
        (75, vienna("2026-01-12 12:00")),
        (90, vienna("2026-01-12 12:36")),
    ]
    assert (view.owner_name, view.escalates_to) == ("Sam", "Sina")


def test_views_of_many_subjects_cost_one_query(acme: Cast, django_assert_num_queries: object) -> None:
    subjects = [make_subject(at=vienna("2026-01-12 09:00"), owner=acme.sam) for _number in range(5)]
    for subject in subjects:
        actions.start_clocks(subject, at=vienna("2026-01-12 09:00"))
    ids = [subject.pk for subject in subjects]
    queries.clock_views(ids, at=vienna("2026-01-12 10:00"), zone=ZONE)
    with django_assert_num_queries(1):  # type: ignore[operator]
        views = queries.clock_views(ids, at=vienna("2026-01-12 10:00"), zone=ZONE)
    assert [len(found) for found in views.values()] == [3] * 5


def _delivered() -> int:
    month = datetime(2026, 1, 1).date()  # noqa: DTZ001 - a month has no zone
    return int(sum(queries.ledger_by_day(month).values()))
