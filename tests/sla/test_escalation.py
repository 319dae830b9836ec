"""The ladder: each step once, dated when it was due, told within working hours, to whoever stands there today."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from events.models import Event, Outbox
from notifications.models import Notification
from sla import actions
from sla.actions import escalating
from sla.escalation import EscalationStep, PassedStep, passed_steps, steps_of
from sla.models import AgreementVersion, Clock
from smarketing.lib.scope import tenant_scope
from tenants.actions import plan_absence
from tests.leads.makers import make_rep
from tests.sla.support import make_subject, vienna
from tests.support import Cast, make_cast, run_outbox

MONDAY = vienna("2026-01-12 09:00")
SECOND = timedelta(seconds=1)
# After the moment at which this test runs: outbox rows carry the database's own time.
EVER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """The cast of early January, inside acme's scope."""
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    with tenant_scope(cast.acme.pk):
        yield cast


def version_of(commitment: str, terms: dict[str, Any], steps: Any = None) -> AgreementVersion:
    """A version that promises one thing differently, and may have a ladder of its own."""
    content = AgreementVersion.objects.get(number=1).content
    next(given for given in content["commitments"] if given["key"] == commitment).update(terms)
    if steps is not None:
        content["escalation"] = steps
    number = AgreementVersion.objects.count() + 1
    return AgreementVersion.objects.create(number=number, content=content, state="discarded", created_at=MONDAY)


def started(
    cast: Cast,
    commitment: str = "decision",
    *,
    hours: int = 8,
    at: datetime = MONDAY,
    steps: Any = None,
    **changes: Any,
) -> Clock:
    """A promise of eight business hours, unless told otherwise."""
    terms = {"amount": hours, "unit": changes.pop("unit", "business_hours")}
    changes.setdefault("owner", cast.sam)
    version = version_of(commitment, terms, steps)
    return actions.start_clock(make_subject(at=at, version=version, sender=cast.mara, **changes), commitment, at=at)


def tick(clock: Clock, at: datetime) -> int:
    """What the beats do: first the sweep's work, then the ladder's."""
    actions.notice_due(at=at)
    return actions.escalate_clock(clock.pk, at=at)


def escalations(clock: Clock) -> list[tuple[int, datetime, bool]]:
    rows = Event.objects.filter(subject_id=clock.pk, kind="clock.escalated").order_by("at")
    return [(event.data["share"], event.at, event.data["skipped"]) for event in rows]


def told(cast: Cast, *, at: datetime = EVER) -> list[str]:
    """Who has been told under the bell by then, in order; what need not wait is sent by the real clock."""
    run_outbox(organisation=cast.acme, at=at)
    names = {person.pk: name for name, person in cast.people().items()}
    rows = Notification.objects.filter(kind="clock.escalated", member__in=names).order_by("at", "pk")
    return [names[pk] for pk in rows.values_list("member_id", flat=True)]


# The rules


def test_the_owner_always_hears_of_the_breach() -> None:
    content = {"escalation": [{"share": 125, "to": ["manager"], "reassign": True}]}
    assert steps_of(content) == (EscalationStep(100, ("owner",)), EscalationStep(125, ("manager",), reassign=True))
    at_once = {"escalation": [{"share": 100, "to": ["executive"], "reassign": False}]}
    assert steps_of(at_once)[0].to == ("owner", "executive")


def test_of_several_steps_that_passed_unseen_only_the_last_is_told() -> None:
    dates = [(80, MONDAY), (100, MONDAY + SECOND), (125, MONDAY + 2 * SECOND), (200, None)]
    passed = passed_steps(dates, given=1, at=MONDAY + 3 * SECOND)
    assert passed == (
        PassedStep(1, 100, MONDAY + SECOND, skipped=True),
        PassedStep(2, 125, MONDAY + 2 * SECOND, skipped=False),
    )
    assert passed_steps(dates, given=3, at=MONDAY + timedelta(days=1)) == ()
    # A deadline is passed only once its second is over.
    assert passed_steps(dates, given=1, at=MONDAY + SECOND) == ()


# The steps


def test_climbs_from_rep_to_manager_to_executive_in_the_promises_own_time(acme: Cast) -> None:
    clock = started(acme)
    # 8 business hours from Monday 9:00; 125 % two business hours later, 200 % after another six.
    moments = [vienna("2026-01-12 17:00"), vienna("2026-01-13 11:00"), vienna("2026-01-13 17:00")]
    for moment in moments:
        assert tick(clock, moment) == 0
        assert tick(clock, moment + SECOND) == 1
        assert tick(clock, moment + 2 * SECOND) == 0
    assert escalations(clock) == [(100, moments[0], False), (125, moments[1], False), (200, moments[2], False)]
    assert told(acme) == ["sam", "sina", "rita"]
    assert Clock.objects.get(pk=clock.pk).escalate_at is None


def test_a_step_can_come_before_the_deadline(acme: Cast) -> None:
    clock = started(acme, steps=[{"share": 80, "to": ["manager"], "reassign": False}])
    assert tick(clock, vienna("2026-01-12 15:24") + SECOND) == 1
    assert escalations(clock) == [(80, vienna("2026-01-12 15:24"), False)]
    assert told(acme) == ["sina"]


def test_what_marketing_owes_climbs_in_marketing(acme: Cast) -> None:
    clock = started(acme, "return_answer", unit="business_hours")
    for moment in ("2026-01-12 17:01", "2026-01-13 11:01"):
        tick(clock, vienna(moment))
    assert told(acme) == ["mara", "marc"]


def test_what_nobody_owns_is_told_to_the_head(acme: Cast) -> None:
    clock = started(acme, owner=None)
    tick(clock, vienna("2026-01-12 16:59"))
    assert tick(clock, vienna("2026-01-12 17:01")) == 1
    assert told(acme) == ["sina"]


def test_nobody_is_told_outside_their_hours_and_the_step_keeps_its_date(acme: Cast) -> None:
    clock = started(acme, "first_contact", hours=24, unit="elapsed_hours", at=vienna("2026-01-09 15:00"))
    tick(clock, vienna("2026-01-10 15:00") + SECOND)
    assert escalations(clock) == [(100, vienna("2026-01-10 15:00"), False)]
    assert told(acme, at=vienna("2026-01-12 08:59")) == []
    assert told(acme, at=vienna("2026-01-12 09:00")) == ["sam"]
    assert Notification.objects.get().at == vienna("2026-01-10 15:00")


def test_what_waits_for_the_opening_is_withdrawn_when_the_clock_ends(acme: Cast) -> None:
    clock = started(acme, "first_contact", hours=24, unit="elapsed_hours", at=vienna("2026-01-09 15:00"))
    tick(clock, vienna("2026-01-10 15:00") + SECOND)
    actions.stop_clock(clock.subject, "first_contact", at=vienna("2026-01-10 16:00"), by=acme.sam)
    assert told(acme, at=vienna("2026-01-12 09:00")) == []
    assert Clock.objects.get(pk=clock.pk).escalate_at is None
    assert tick(clock, vienna("2026-01-20 09:00")) == 0


def test_a_pause_holds_the_ladder_and_the_rest_follows(acme: Cast) -> None:
    clock = started(acme)
    tick(clock, vienna("2026-01-12 17:00") + SECOND)
    actions.pause_clocks(clock.subject, side="sales", reason="rejected", at=vienna("2026-01-13 10:00"), by=acme.sam)
    assert Clock.objects.get(pk=clock.pk).escalate_at is None
    assert tick(clock, vienna("2026-01-20 10:00")) == 0
    actions.resume_clocks(clock.subject, side="sales", at=vienna("2026-01-20 10:00"), by=acme.sam)
    assert Clock.objects.get(pk=clock.pk).escalate_at == vienna("2026-01-20 11:00")


def test_after_an_outage_stale_steps_are_skipped(acme: Cast) -> None:
    clock = started(acme)
    back_at = vienna("2026-01-14 10:00")
    assert tick(clock, back_at) == 3
    assert [(share, skipped) for share, _at, skipped in escalations(clock)] == [(100, True), (125, True), (200, False)]
    assert told(acme) == ["rita"]


def test_an_excused_breach_climbs_no_further(acme: Cast) -> None:
    clock = started(acme)
    tick(clock, vienna("2026-01-12 17:00") + SECOND)
    plea = actions.request_excuse(clock, reason="Strike", by=acme.sam, at=vienna("2026-01-13 10:00"))
    actions.decide_plea(plea, granted=True, note="", by=acme.marc, at=vienna("2026-01-13 10:30"))
    assert tick(clock, vienna("2026-01-20 10:00")) == 0


def test_the_deputy_of_an_absent_manager_is_told_instead(acme: Cast) -> None:
    sven, (first, last) = make_rep("sven", at=MONDAY), (date(2026, 1, 12), date(2026, 1, 16))
    plan_absence(acme.sina, first_day=first, last_day=last, deputy=sven, by=acme.sina, at=MONDAY)
    clock = started(acme)
    for moment in ("2026-01-12 17:00:01", "2026-01-13 11:00:01"):
        tick(clock, vienna(moment))
    assert told(acme) == ["sam"]
    assert Notification.objects.filter(member=sven, kind="clock.escalated").count() == 1


def test_a_step_says_that_somebody_else_takes_over(acme: Cast) -> None:
    clock = started(acme, steps=[{"share": 100, "to": ["manager"], "reassign": True}])
    tick(clock, vienna("2026-01-12 17:00") + SECOND)
    data = Event.objects.get(kind="clock.escalated").data
    assert (data["reassign"], data["to"]) == (True, ["owner", "manager"])


# Over all organisations, and at once

LIVE = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


@pytest.fixture
def live(transactional_db: None) -> Cast:
    return make_cast(at=vienna("2026-01-02 09:00"))


def _breached(cast: Cast) -> Clock:
    with tenant_scope(cast.acme.pk):
        return started(cast)


@LIVE
def test_the_beat_finds_what_is_due_and_leaves_the_breach_to_the_sweep(live: Cast) -> None:
    clock = _breached(live)
    at = clock.due_at + SECOND
    assert actions.escalate_due(at=at) == 0
    actions.sweep_batch(at=at)
    assert actions.escalate_due(at=at) == 1
    assert actions.escalate_due(at=at) == 0


@LIVE
def test_workers_at_once_take_each_step_once(live: Cast) -> None:
    clocks = [_breached(live) for _number in range(6)]
    at = clocks[0].due_at + SECOND
    actions.sweep_batch(at=at)
    assert sum(_together(lambda: actions.escalate_due(at=at), times=4)) == 6
    with tenant_scope(live.acme.pk):
        assert Event.objects.filter(kind="clock.escalated").count() == 6
        assert Outbox.objects.filter(event__kind="clock.escalated", handler="notifications.tell").count() == 6


@LIVE
def test_without_the_lock_the_key_still_keeps_a_second_notice_out(live: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: two workers who both believe that it is theirs; one fails, nothing is told twice."""
    clock = _breached(live)
    at = clock.due_at + SECOND
    actions.sweep_batch(at=at)
    monkeypatch.setattr(escalating, "_claimed", lambda pk, at: Clock.objects.select_related("version").get(pk=pk))
    barrier = threading.Barrier(2)
    record = escalating.record

    def both_arrive(*given: Any, **facts: Any) -> Event:
        barrier.wait(timeout=20)
        return record(*given, **facts)

    monkeypatch.setattr(escalating, "record", both_arrive)
    answers = _together(lambda: _one(live, clock, at), times=2)
    assert sorted(answers, key=str) == [1, "IntegrityError"]
    with tenant_scope(live.acme.pk):
        assert Event.objects.filter(kind="clock.escalated").count() == 1


def _one(cast: Cast, clock: Clock, at: datetime) -> Any:
    from django.db import IntegrityError

    try:
        with tenant_scope(cast.acme.pk):
            return actions.escalate_clock(clock.pk, at=at)
    except IntegrityError:
        return "IntegrityError"


def _together(job: Any, *, times: int) -> list[Any]:
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(job())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _time in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers
