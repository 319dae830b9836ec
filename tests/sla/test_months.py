"""Marketing's promises by month: opened, judged by their figures, dated at their end, closed for ever."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from events.models import Event
from sla import actions, queries
from sla.actions import MonthStillOpen, NothingPromised
from sla.content import content_hash, default_content
from sla.models import AgreementVersion, Clock, CreditEntry, Month
from sla.queries.month_figures import corrections_of
from sla.queries.targets import volume_of
from tests.sla.support import ZONE, events_of, make_subject, vienna
from tests.support import Cast

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
# The tenth business day after March is 15 April: Easter Monday is the 6th.
CLOSING = vienna("2026-04-16 00:30")
END_OF_MARCH = vienna("2026-03-31 23:59:59")


def agree(at: datetime, *commitments: dict[str, Any], points: int = 10) -> AgreementVersion:
    """Put another founding agreement in the place of the default one: what a month owes."""
    content = default_content(ZONE, "AT")
    content["volume"] = {"points_per_month": points}
    content["commitments"] += list(commitments)
    # Signed content never changes, so the founding version is ended where it began and another follows.
    later = at + timedelta(minutes=1)
    AgreementVersion.objects.filter(number=1).update(ends_at=later)
    return AgreementVersion.objects.create(
        number=2, state="signed", content=content, content_hash=content_hash(content), starts_at=later,
        created_at=at, signed_at=later,
    )  # fmt: skip


PACE = {"key": "pace", "side": "marketing", "period": "week"}
ACCEPTANCE = {"key": "acceptance_rate", "side": "marketing", "share": "0.8"}
COMPLETENESS = {"key": "completeness", "side": "marketing", "share": "0.9"}


def deliver(number: int, at: datetime, *, start: int = 0, **changes: Any) -> list[Any]:
    """Send handovers that count one point each."""
    subjects = [make_subject(at=at, **changes) for _number in range(number)]
    for place, subject in enumerate(subjects, start=start):
        assert actions.give_credit(subject, key=f"lead:{at.isoformat()}:{place}", at=at, zone=ZONE)
    return subjects


def clock_of(commitment: str, cycle: int = 1) -> Clock:
    mine = Clock.objects.filter(subject__kind="month", subject__counted_month=MARCH)
    return mine.select_related("version", "owner").get(commitment=commitment, cycle=cycle)


def test_a_month_opens_with_what_the_agreement_promises(acme: Cast, at: datetime) -> None:
    agree(at, PACE, ACCEPTANCE, COMPLETENESS, points=500)
    actions.keep_months(at + timedelta(hours=1))
    row = Month.objects.get()
    assert (row.month, row.state) == (MARCH, "open")
    volume = clock_of("volume")
    assert (volume.state, volume.side, volume.amount, volume.unit) == ("running", "marketing", 500, "points")
    assert (volume.due_at, volume.next_event_at) == (END_OF_MARCH, None)
    assert clock_of("acceptance_rate").amount == Decimal("0.8")
    weeks = Clock.objects.filter(commitment="pace").order_by("cycle").values_list("cycle", "amount", "due_at")
    assert [(week, amount) for week, amount, _due_at in weeks] == [
        (10, Decimal("113.64")), (11, Decimal("227.27")), (12, Decimal("340.91")), (13, Decimal("454.55")),
    ]  # fmt: skip
    assert weeks[0][2] == vienna("2026-03-08 23:59:59")


def test_a_second_round_changes_nothing(acme: Cast, at: datetime) -> None:
    agree(at, PACE, ACCEPTANCE, COMPLETENESS)
    for minutes in (60, 61, 62):
        actions.keep_months(at + timedelta(minutes=minutes))
    assert Month.objects.count() == 1
    assert Clock.objects.count() == 7
    assert not Event.objects.filter(kind="clock.retargeted").exists()


def test_the_sweep_never_judges_figures(acme: Cast, at: datetime) -> None:
    actions.keep_months(at)
    assert actions.notice_due(at=at + timedelta(days=60)) == 0
    long_after = at + timedelta(days=60)
    assert queries.clock_view(clock_of("volume"), at=long_after).state == "running"
    assert queries.kept_between(MARCH, MARCH.replace(day=31), zone=ZONE, at=long_after).of_side("marketing") == (
        queries.Compliance(met=0, breached=0, running=1, excused=0, cancelled=0)
    )
    assert not queries.open_breaches(at=long_after, zone=ZONE, limit=9)


@pytest.mark.parametrize(
    ("points", "state", "sentence"),
    [
        (10, "met", "10 of 10 points: kept"),
        (11, "met", "11 of 10 points: kept"),
        (8, "breached", "8 of 10 points: 2 short"),
        (0, "breached", "0 of 10 points: 10 short"),
    ],
)
def test_the_volume_is_judged_at_the_close_and_dated_at_the_months_end(
    acme: Cast, at: datetime, points: int, state: str, sentence: str
) -> None:
    agree(at)
    actions.keep_months(at + timedelta(hours=1))
    deliver(points, at + timedelta(hours=2))
    actions.keep_months(CLOSING - timedelta(hours=1))
    assert clock_of("volume").state == "running"
    actions.keep_months(CLOSING)
    clock = clock_of("volume")
    assert (clock.state, clock.delivered) == (state, points)
    assert (clock.stopped_at or clock.breached_at) == END_OF_MARCH
    assert queries.clock_view(clock, at=CLOSING).figures_text == sentence
    event = events_of(clock)[-1]
    assert (event.kind, event.at) == (f"clock.{state}", END_OF_MARCH)
    assert event.data["numerator"] == str(points)
    sums = queries.kept_between(MARCH, MARCH.replace(day=31), zone=ZONE, at=CLOSING).of_side("marketing")
    assert (sums.met, sums.breached) == (int(state == "met"), int(state == "breached"))


def test_a_missed_volume_stands_on_the_page_of_breaches(acme: Cast, at: datetime) -> None:
    agree(at)
    actions.keep_months(CLOSING)
    found = queries.past_breach_clocks(at=CLOSING, side="marketing").get()
    (row,) = queries.breach_rows([found], at=CLOSING)
    assert (row.title, row.side, row.breached_at, row.detected_at) == ("March 2026", "marketing", END_OF_MARCH, CLOSING)
    assert row.figures_text == "0 of 10 points: 10 short"
    assert not queries.open_breaches(at=CLOSING, zone=ZONE, limit=9)


def test_the_stored_clock_is_what_its_events_tell(acme: Cast, at: datetime) -> None:
    agree(at, PACE, ACCEPTANCE)
    actions.keep_months(at + timedelta(hours=1))
    deliver(3, at + timedelta(hours=2))
    actions.keep_months(CLOSING)
    for clock in Clock.objects.filter(subject__kind="month"):
        state = queries.clock_history(clock).state(at=CLOSING)
        stored = (clock.state, clock.due_at, clock.stopped_at, clock.breached_at, clock.closed_at, clock.next_event_at)
        assert stored == (
            state.state, state.due_at, state.stopped_at, state.breached_at, state.closed_at, state.next_event_at
        )  # fmt: skip


def test_a_verdict_is_explained_in_sentences(acme: Cast, at: datetime) -> None:
    agree(at)
    actions.keep_months(at + timedelta(hours=1))
    deliver(8, at + timedelta(hours=2))
    actions.keep_months(CLOSING)
    explanation = queries.clock_history(clock_of("volume")).explanation(at=CLOSING)
    assert [sentence.code for sentence in explanation.sentences] == ["promised", "breached", "judged"]
    said = explanation.sentences[1]
    assert said.template % said.values == "8 of 10 points: 2 short."


def test_each_week_is_judged_by_what_the_ledger_said_when_it_ended(acme: Cast, at: datetime) -> None:
    agree(at, PACE, points=22)
    actions.keep_months(at + timedelta(hours=1))
    # One point a working day is the plan: 5 in the first week, 10 by the second.
    first = deliver(5, at + timedelta(hours=2))
    deliver(4, at + timedelta(days=8))
    actions.reverse_credit(first[0], at=at + timedelta(days=9), zone=ZONE)
    # The worker was away for three weeks; each verdict is what it would have been in time.
    actions.keep_months(vienna("2026-03-30 08:00"))
    weeks = {clock.cycle: clock for clock in Clock.objects.filter(commitment="pace")}
    assert [(week, clock.state, clock.delivered) for week, clock in sorted(weeks.items())] == [
        (10, "met", 5), (11, "breached", 8), (12, "breached", 8), (13, "breached", 8),
    ]  # fmt: skip
    assert weeks[10].stopped_at == vienna("2026-03-08 23:59:59")
    assert weeks[11].breached_at == vienna("2026-03-15 23:59:59")


def test_an_agreed_share_of_the_plan_is_enough_for_a_week(acme: Cast, at: datetime) -> None:
    agree(at, {**PACE, "share": "0.6"}, points=22)
    actions.keep_months(at + timedelta(hours=1))
    deliver(3, at + timedelta(hours=2))
    actions.keep_months(vienna("2026-03-09 08:00"))
    assert (clock_of("pace", 10).amount, clock_of("pace", 10).state) == (3, "met")


def test_completeness_counts_fields_over_all_handovers(acme: Cast, at: datetime) -> None:
    agree(at, COMPLETENESS)
    deliver(1, at + timedelta(hours=2), present_fields=4, required_fields=4)
    deliver(1, at + timedelta(hours=3), present_fields=3, required_fields=4)
    actions.keep_months(CLOSING)
    clock = clock_of("completeness")
    assert (clock.state, clock.delivered) == ("breached", Decimal("0.875"))
    assert queries.clock_view(clock, at=CLOSING).figures_text == "87.5 % of 90 %: 2.5 percentage points short"


def test_a_share_of_nothing_is_neither_kept_nor_broken(acme: Cast, at: datetime) -> None:
    agree(at, ACCEPTANCE, COMPLETENESS)
    actions.keep_months(CLOSING)
    assert {clock_of("acceptance_rate").state, clock_of("completeness").state} == {"cancelled"}


def test_a_target_countersigned_meanwhile_is_what_is_promised(acme: Cast, at: datetime) -> None:
    agree(at, PACE)
    actions.keep_months(at + timedelta(hours=1))
    target = actions.propose_target(month=MARCH, points=44, note="", by=acme.marc, at=at)
    signed_at = vienna("2026-03-20 12:00")
    actions.keep_months(vienna("2026-03-09 01:00"))
    actions.countersign_target(target, by=acme.sina, at=signed_at)
    actions.keep_months(signed_at + timedelta(hours=1))
    assert clock_of("volume").amount == 44
    # A week that had ended keeps what was promised then.
    assert clock_of("pace", 10).amount == Decimal("2.27")
    assert clock_of("pace", 13).amount == 40
    changed = Event.objects.get(kind="clock.retargeted", subject_id=clock_of("volume").pk)
    assert (changed.data["old_amount"], changed.data["amount"]) == ("10", "44")


def test_the_first_month_owes_the_working_days_that_are_left(acme: Cast) -> None:
    # Another company's first agreement, from Thursday 19 March on: 9 of the month's 22 working days.
    began_at = vienna("2026-03-19 15:00")
    first = AgreementVersion(content=default_content(ZONE, "AT"), starts_at=began_at)
    assert volume_of([first], MARCH, zone=ZONE) == 205
    assert volume_of([first], APRIL, zone=ZONE) == 500
    assert volume_of([first], date(2026, 2, 1), zone=ZONE) is None


def test_a_month_before_any_agreement_owes_nothing(acme: Cast, at: datetime) -> None:
    with pytest.raises(NothingPromised):
        actions.open_month(date(2026, 2, 1), at=at)


def test_a_month_closes_once_its_tenth_business_day_is_over(acme: Cast, at: datetime) -> None:
    actions.keep_months(at)
    with pytest.raises(MonthStillOpen):
        actions.close_month(MARCH, at=vienna("2026-04-15 23:59"))
    row = actions.close_month(MARCH, at=vienna("2026-04-16 00:00"))
    assert (row.state, row.closed_at) == ("closed", vienna("2026-04-16 00:00"))
    assert actions.close_month(MARCH, at=vienna("2026-04-17 00:00")).closed_at == row.closed_at
    assert Event.objects.filter(kind="month.closed").count() == 1


def test_a_closed_month_keeps_its_figures_under_a_hash(acme: Cast, at: datetime) -> None:
    agree(at, ACCEPTANCE)
    first, second = deliver(2, at + timedelta(hours=2))
    actions.suspend_credit(first, at=at + timedelta(hours=3))
    actions.reverse_credit(second, at=at + timedelta(hours=3), zone=ZONE)
    actions.keep_months(CLOSING)
    row = Month.objects.get(month=MARCH)
    assert row.figures["delivered_points"] == "1"
    assert row.figures["target"] == {"points": "10", "source": "agreement"}
    assert row.figures["ledger"] == {"given": {"lines": 2, "points": "2"}, "reversed": {"lines": 1, "points": "-1"}}
    assert row.figures["by_tier"] == {"standard": {"count": 1, "points": "1", "suspended": 1, "suspended_points": "1"}}
    assert [verdict["commitment"] for verdict in row.figures["verdicts"]] == ["acceptance_rate", "volume"]
    assert row.figures_hash == content_hash(row.figures)


def test_what_comes_after_the_close_is_a_line_of_the_open_month(acme: Cast, at: datetime) -> None:
    agree(at, points=1)
    (subject,) = deliver(1, at + timedelta(hours=2))
    actions.keep_months(CLOSING)
    actions.reverse_credit(subject, at=CLOSING + timedelta(hours=1), zone=ZONE)
    actions.keep_months(CLOSING + timedelta(hours=2))
    assert clock_of("volume").state == "met"
    assert sum(queries.ledger_by_day(MARCH).values()) == 1
    assert sum(queries.ledger_by_day(APRIL).values()) == -1
    (correction,) = corrections_of([MARCH])[MARCH]
    assert (correction.month, correction.points, correction.kind) == (APRIL, -1, "adjusted")


def test_the_database_refuses_to_change_a_closed_month(acme: Cast, at: datetime) -> None:
    (subject,) = deliver(1, at)
    actions.keep_months(CLOSING)
    row = Month.objects.get(month=MARCH)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Month.objects.filter(pk=row.pk).update(figures={})
    line = {"subject": subject, "kind": "reversed", "day": MARCH, "points": -1, "at": CLOSING}
    with pytest.raises(DatabaseError, match="no further line"), transaction.atomic():
        CreditEntry.objects.create(month=MARCH, **line)
    # The same line is taken by a month that is open.
    CreditEntry.objects.create(month=APRIL, **line)


def test_an_outage_of_months_is_caught_up_in_one_round(acme: Cast, at: datetime) -> None:
    actions.keep_months(datetime(2026, 6, 30, 12, 0, tzinfo=UTC))
    states = dict(Month.objects.values_list("month", "state"))
    assert states == {
        MARCH: "closed", APRIL: "closed", date(2026, 5, 1): "closed", date(2026, 6, 1): "open",
    }  # fmt: skip
    breached = Clock.objects.filter(commitment="volume", state="breached").order_by("breached_at")
    assert [clock.breached_at for clock in breached] == [
        vienna("2026-03-31 23:59:59"), vienna("2026-04-30 23:59:59"), vienna("2026-05-31 23:59:59"),
    ]  # fmt: skip


def test_both_heads_hear_once_that_a_month_is_at_risk_and_once_that_it_is_not(acme: Cast, at: datetime) -> None:
    agree(at, points=22)
    for day in range(2, 7):
        actions.keep_months(vienna(f"2026-03-0{day} 18:00"))
    kinds = Event.objects.filter(kind__startswith="pace.").order_by("at").values_list("kind", "at")
    assert list(kinds) == [("pace.at_risk", vienna("2026-03-05 18:00"))]
    deliver(30, vienna("2026-03-06 19:00"))
    actions.keep_months(vienna("2026-03-07 08:00"))
    actions.keep_months(vienna("2026-03-07 09:00"))
    assert [kind for kind, _at in kinds.all()] == ["pace.at_risk", "pace.on_track"]
    assert Month.objects.get().at_risk_since is None


def test_a_round_costs_the_same_after_years(acme: Cast, at: datetime, django_assert_max_num_queries: Any) -> None:
    agree(at, PACE, ACCEPTANCE, COMPLETENESS)
    actions.keep_months(datetime(2028, 6, 20, 12, 0, tzinfo=UTC))
    with django_assert_max_num_queries(60):
        actions.keep_months(datetime(2028, 6, 20, 13, 0, tzinfo=UTC))
