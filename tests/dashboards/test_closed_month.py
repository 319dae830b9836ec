"""A closed month is shown as it was frozen; what comes later is told apart."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from dashboards.queries import Credits, Cut, month_figures
from sla import actions, queries
from tests.sla.support import ZONE
from tests.sla.test_months import CLOSING, agree, deliver
from tests.support import Cast

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
ONE, THREE, NONE = Decimal(1), Decimal(3), Decimal(0)


def credits_of(cut: Cut) -> list[Credits]:
    return month_figures(cut, at=CLOSING + timedelta(days=1), zone=ZONE).delivery.credits


@pytest.mark.parametrize("tier", ["", "standard", "hand_raiser"])
def test_the_counts_of_a_closed_month_stay_whatever_is_reversed_later(acme: Cast, at: datetime, tier: str) -> None:
    agree(at)
    first, second = deliver(2, at + timedelta(hours=2))
    (raiser,) = deliver(1, at + timedelta(hours=3), tier="hand_raiser", weight=3)
    actions.suspend_credit(second, at=at + timedelta(hours=4))
    assert queries.frozen_tiers(MARCH) is None
    actions.keep_months(CLOSING)
    for subject in (first, raiser):
        actions.reverse_credit(subject, at=CLOSING + timedelta(hours=1), zone=ZONE)
    frozen = [Credits("standard", ONE, 2, NONE, ONE), Credits("hand_raiser", THREE, 1, NONE, NONE)]
    assert credits_of(Cut(MARCH, tier=tier)) == [credit for credit in frozen if tier in ("", credit.tier)]
    # The ledger of the month says the same.
    assert sum(queries.ledger_by_day(MARCH).values()) == 5
    assert credits_of(Cut(APRIL)) == []
