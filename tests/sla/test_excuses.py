"""Excusing a breach: asked by the side that owed it, answered by the other side's head, and always on record."""

from datetime import datetime, timedelta

import pytest

from sla import actions, queries
from sla.actions import NotYoursToAsk, NotYoursToDecide, PleaAnswered, PleaOpen
from sla.clocks import ClockNotBreached
from sla.models import Clock, Plea
from tenants.models import Membership
from tests.sla.support import ZONE, events_of, kinds_of, make_subject, vienna
from tests.support import Cast

MONDAY = vienna("2026-03-02 11:00")
HOUR = timedelta(hours=1)


def breached(cast: Cast, commitment: str = "first_contact", *, owner: Membership | None = None) -> Clock:
    """A broken promise, found by the sweep's twin."""
    subject = make_subject(at=MONDAY, owner=owner or cast.sam, sender=cast.mara)
    clock = actions.start_clock(subject, commitment, at=MONDAY)
    actions.notice_due(at=clock.due_at + timedelta(seconds=1))
    clock.refresh_from_db()
    return clock


def later(clock: Clock) -> datetime:
    return clock.due_at + HOUR


def asked(clock: Clock, by: Membership, reason: str = "The telephone line was down.") -> Plea:
    return actions.request_excuse(clock, reason=reason, by=by, at=later(clock))


def now_of(clock: Clock) -> Clock:
    return Clock.objects.get(pk=clock.pk)


def test_excuses_with_the_other_sides_consent_and_keeps_the_date(acme: Cast) -> None:
    clock = breached(acme)
    plea = asked(clock, acme.sam)
    assert now_of(clock).state == "breached"
    actions.decide_plea(plea, granted=True, note="Agreed.", by=acme.marc, at=later(clock) + HOUR)
    excused = now_of(clock)
    assert (excused.state, excused.breached_at, excused.escalate_at) == ("excused", clock.due_at, None)
    assert kinds_of(clock)[-2:] == ["excuse_requested", "excused"]
    state = queries.clock_history(excused).state(at=later(clock) + HOUR)
    assert (state.state, state.breached_at) == ("excused", clock.due_at)


def test_an_excused_breach_counts_in_neither_figure(acme: Cast) -> None:
    clock = breached(acme)
    day = clock.due_at.date()
    actions.decide_plea(asked(clock, acme.sam), granted=True, note="", by=acme.marc, at=later(clock))
    figures = queries.kept_between(day, day, zone=ZONE, at=later(clock)).of_side("sales")
    assert (figures.met, figures.breached, figures.excused, figures.share) == (0, 0, 1, None)


def test_a_refusal_leaves_the_breach_and_says_why(acme: Cast) -> None:
    clock = breached(acme)
    plea = actions.decide_plea(asked(clock, acme.sam), granted=False, note="It was up.", by=acme.marc, at=later(clock))
    assert (plea.state, plea.note, plea.decided_by_id) == ("refused", "It was up.", acme.marc.pk)
    assert now_of(clock).state == "breached"
    assert kinds_of(clock)[-1] == "excuse_refused"


def test_no_personal_words_stand_in_events(acme: Cast) -> None:
    clock = breached(acme)
    plea = asked(clock, acme.sam, reason="Sam was ill")
    actions.decide_plea(plea, granted=False, note="Sam was not", by=acme.marc, at=later(clock))
    assert not any("Sam" in str(event.data) for event in events_of(clock))


@pytest.mark.parametrize("decider", ["sina", "sam", "mara", "rita", "ned", "ada"])
def test_nobody_but_the_other_sides_head_decides(acme: Cast, decider: str) -> None:
    clock = breached(acme)
    plea = asked(clock, acme.sam)
    with pytest.raises(NotYoursToDecide):
        actions.decide_plea(plea, granted=True, note="", by=getattr(acme, decider), at=later(clock))
    assert now_of(clock).state == "breached"
    assert Plea.objects.get().state == "open"


@pytest.mark.parametrize("asker", ["mara", "marc", "rita", "ned", "ada"])
def test_nobody_asks_for_what_another_side_owed(acme: Cast, asker: str) -> None:
    clock = breached(acme)
    with pytest.raises(NotYoursToAsk):
        asked(clock, getattr(acme, asker))
    assert not Plea.objects.exists()


def test_marketings_breach_is_excused_by_the_head_of_sales(acme: Cast) -> None:
    clock = breached(acme, "return_answer")
    plea = asked(clock, acme.mara)
    with pytest.raises(NotYoursToDecide):
        actions.decide_plea(plea, granted=True, note="", by=acme.marc, at=later(clock))
    actions.decide_plea(plea, granted=True, note="", by=acme.sina, at=later(clock))
    assert now_of(clock).state == "excused"


def ruling_too_late(cast: Cast) -> Clock:
    subject = make_subject(at=MONDAY, kind="case")
    clock = actions.start_clock(subject, "ruling", at=MONDAY)
    actions.notice_due(at=clock.due_at + HOUR)
    return now_of(clock)


def test_the_boards_breach_needs_both_heads(acme: Cast) -> None:
    clock = ruling_too_late(acme)
    plea = asked(clock, acme.rita)
    actions.decide_plea(plea, granted=True, note="Yes.", by=acme.sina, at=later(clock))
    assert (now_of(clock).state, Plea.objects.get().state) == ("breached", "open")
    with pytest.raises(NotYoursToDecide):
        actions.decide_plea(plea, granted=True, note="", by=acme.sina, at=later(clock))
    actions.decide_plea(plea, granted=True, note="Me too.", by=acme.marc, at=later(clock))
    assert (now_of(clock).state, Plea.objects.get().note) == ("excused", "Yes.\nMe too.")


def test_either_head_can_refuse_the_board(acme: Cast) -> None:
    clock = ruling_too_late(acme)
    plea = asked(clock, acme.rita)
    actions.decide_plea(plea, granted=True, note="", by=acme.marc, at=later(clock))
    actions.decide_plea(plea, granted=False, note="No.", by=acme.sina, at=later(clock))
    assert (now_of(clock).state, Plea.objects.get().state) == ("breached", "refused")


def test_nobody_consents_to_their_own_request_whatever_roles_they_hold(acme: Cast) -> None:
    Membership.objects.filter(pk=acme.sina.pk).update(roles=["sales_manager", "marketing_manager"])
    both = Membership.objects.get(pk=acme.sina.pk)
    clock = breached(acme)
    plea = asked(clock, both)
    with pytest.raises(NotYoursToDecide):
        actions.decide_plea(plea, granted=True, note="", by=both, at=later(clock))
    actions.decide_plea(plea, granted=True, note="", by=acme.marc, at=later(clock))
    assert now_of(clock).state == "excused"


def test_one_question_at_a_time_and_one_answer(acme: Cast) -> None:
    clock = breached(acme)
    plea = asked(clock, acme.sam)
    with pytest.raises(PleaOpen):
        asked(clock, acme.sina)
    actions.decide_plea(plea, granted=False, note="", by=acme.marc, at=later(clock))
    with pytest.raises(PleaAnswered):
        actions.decide_plea(plea, granted=True, note="", by=acme.marc, at=later(clock))
    assert asked(clock, acme.sina).state == "open"


def test_what_was_asked_can_be_taken_back(acme: Cast) -> None:
    clock = breached(acme)
    plea = asked(clock, acme.sam)
    with pytest.raises(NotYoursToAsk):
        actions.withdraw_plea(plea, by=acme.marc, at=later(clock))
    actions.withdraw_plea(plea, by=acme.sam, at=later(clock))
    assert (Plea.objects.get().state, kinds_of(clock)[-1]) == ("withdrawn", "excuse_withdrawn")
    with pytest.raises(PleaAnswered):
        actions.decide_plea(plea, granted=True, note="", by=acme.marc, at=later(clock))


def test_without_a_breach_there_is_nothing_to_excuse(acme: Cast) -> None:
    subject = make_subject(at=MONDAY, owner=acme.sam)
    clock = actions.start_clock(subject, "first_contact", at=MONDAY)
    with pytest.raises(ClockNotBreached):
        actions.request_excuse(clock, reason="?", by=acme.sam, at=MONDAY + HOUR)
    actions.stop_clock(subject, "first_contact", at=MONDAY + HOUR, by=acme.sam)
    with pytest.raises(ClockNotBreached):
        actions.request_excuse(clock, reason="?", by=acme.sam, at=MONDAY + 2 * HOUR)


def test_a_late_contact_can_be_excused_too(acme: Cast) -> None:
    clock = breached(acme)
    actions.stop_clock(clock.subject, "first_contact", at=later(clock), by=acme.sam)
    plea = asked(clock, acme.sam)
    actions.decide_plea(plea, granted=True, note="", by=acme.marc, at=later(clock) + HOUR)
    assert (now_of(clock).state, now_of(clock).late_seconds) == ("excused", 3600)
