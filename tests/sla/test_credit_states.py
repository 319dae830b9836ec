"""The ledger always says what the credit states say: every row of the rules, and random lives beside a count."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db.models import Sum

from sla import actions, queries
from sla.models import CreditEntry, Month, Subject
from tests.sla.support import ZONE, make_subject, vienna
from tests.support import Cast

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
AFTER_MARCH, AFTER_APRIL = vienna("2026-04-17 12:00"), vienna("2026-05-20 12:00")
COUNTS = {"counted", "suspended"}


def credited(at: datetime, key: str = "lead:1", weight: int = 1) -> Subject:
    subject = make_subject(at=at, weight=weight)
    assert actions.give_credit(subject, key=key, at=at, zone=ZONE)
    return subject


def lines_of(subject: Subject) -> list[tuple[date, int]]:
    rows = CreditEntry.objects.filter(subject=subject).order_by("at", "pk")
    return [(line.month, int(line.points)) for line in rows]


def test_what_was_reversed_in_its_open_month_is_restored_there(acme: Cast, at: datetime) -> None:
    subject = credited(at)
    actions.reverse_credit(subject, at=at + timedelta(days=3), zone=ZONE)
    assert actions.restore_credit(subject, at=at + timedelta(days=5))
    assert lines_of(subject) == [(MARCH, 1), (MARCH, -1), (MARCH, 1)]


def test_what_was_reversed_before_the_close_is_restored_in_the_open_month_after_it(acme: Cast, at: datetime) -> None:
    subject = credited(at)
    actions.reverse_credit(subject, at=at + timedelta(days=3), zone=ZONE)
    actions.keep_months(AFTER_MARCH)
    assert actions.restore_credit(subject, at=AFTER_MARCH)
    assert lines_of(subject) == [(MARCH, 1), (MARCH, -1), (APRIL, 1)]
    assert Month.objects.get(month=MARCH).figures["delivered_points"] == "0"


def test_an_adjustment_is_restored_where_it_lies_and_after_that_closed_in_the_next(acme: Cast, at: datetime) -> None:
    early, late = credited(at), credited(at, key="lead:2")
    for subject in (early, late):
        actions.reverse_credit(subject, at=AFTER_MARCH, zone=ZONE)
    assert actions.restore_credit(early, at=AFTER_MARCH + timedelta(days=1))
    assert actions.restore_credit(late, at=AFTER_APRIL)
    assert lines_of(early) == [(MARCH, 1), (APRIL, -1), (APRIL, 1)]
    assert lines_of(late) == [(MARCH, 1), (APRIL, -1), (MAY, 1)]


def test_a_frozen_month_stays_closed_when_its_calendar_would_open_it_again(acme: Cast, at: datetime) -> None:
    subject = credited(at)
    actions.keep_months(AFTER_MARCH)
    # A moment at which the calendar alone would still take the line into March.
    actions.reverse_credit(subject, at=vienna("2026-04-10 12:00"), zone=ZONE)
    assert lines_of(subject) == [(MARCH, 1), (APRIL, -1)]
    assert subject.credit == "adjusted"


def test_a_suspended_credit_that_is_upheld_later_goes_where_the_month_stands(acme: Cast, at: datetime) -> None:
    open_one, late_one = credited(at), credited(at, key="lead:2")
    for subject in (open_one, late_one):
        actions.suspend_credit(subject, at=at + timedelta(hours=1))
    actions.reverse_credit(open_one, at=at + timedelta(days=2), zone=ZONE)
    actions.reverse_credit(late_one, at=AFTER_MARCH, zone=ZONE)
    assert (open_one.credit, late_one.credit) == ("reversed", "adjusted")
    assert sum(queries.ledger_by_day(MARCH).values()) == 1
    assert sum(queries.ledger_by_day(APRIL).values()) == -1


@pytest.mark.parametrize("seed", range(4))
def test_over_random_lives_the_ledger_is_the_sum_of_the_states(acme: Cast, at: datetime, seed: int) -> None:
    chance = Random(seed)
    moment, subjects = at, []
    frozen: dict[date, Decimal] = {}
    for _step in range(60):
        moment += timedelta(hours=chance.uniform(8, 80))
        if chance.random() < 0.1:
            actions.keep_months(moment)
        _live(chance, subjects, moment)
        _note_frozen(frozen)
    actions.keep_months(moment)
    _note_frozen(frozen)
    for subject in Subject.objects.filter(kind="handover"):
        expected = subject.weight if subject.credit in COUNTS else 0
        assert sum(points for _month, points in lines_of(subject)) == expected
    # No lead's cycle counts twice, and nothing was written into a closed month.
    keys = Subject.objects.filter(credit__in=COUNTS).values_list("credit_key", flat=True)
    assert len(keys) == len(set(keys))
    assert len(frozen) > 1
    for month, points in frozen.items():
        assert sum(queries.ledger_by_day(month).values()) == points
    total = CreditEntry.objects.aggregate(total=Sum("points"))["total"]
    assert total == sum(subject.weight for subject in Subject.objects.filter(credit__in=COUNTS))


def _note_frozen(frozen: dict[date, Decimal]) -> None:
    for row in Month.objects.filter(state="closed"):
        frozen.setdefault(row.month, Decimal(row.figures["delivered_points"]))


def _live(chance: Random, subjects: list[Subject], moment: datetime) -> None:
    """Let something happen: a lead is sent, or one of those before is rejected, restored, corrected and resent."""
    if not subjects or chance.random() < 0.4:
        subject = make_subject(at=moment, weight=chance.choice([1, 3]))
        # Few leads, so that keys meet: a second handover of the same cycle counts only once.
        actions.give_credit(subject, key=f"lead:{chance.randrange(8)}", at=moment, zone=ZONE)
        subjects.append(subject)
        return
    subject = Subject.objects.get(pk=chance.choice(subjects).pk)
    match chance.choice(["suspend", "restore", "reverse"]):
        case "suspend":
            actions.suspend_credit(subject, at=moment)
        case "restore":
            actions.restore_credit(subject, at=moment)
        case "reverse":
            actions.reverse_credit(subject, at=moment, zone=ZONE)
