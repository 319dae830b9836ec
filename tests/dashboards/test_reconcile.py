"""The figures of a month against the same month recomputed from raw events in plain Python."""

from datetime import datetime, timedelta

import pytest

from dashboards.formulas import compliance
from dashboards.queries import Cut, month_figures
from dashboards.queries import promises as promises_of
from tests.dashboards.history import tell
from tests.dashboards.reconciling import MONTHS, WANTED, ZONE, reconcile
from tests.support import Cast


@pytest.mark.timeout(300)
def test_a_random_history_adds_up_the_same_from_its_events(acme: Cast, at: datetime) -> None:
    assert reconcile(tell(acme, since=at, leads=24, seed=1)) == WANTED


def test_a_promise_past_due_counts_as_breached_before_the_sweep_has_been(acme: Cast, at: datetime) -> None:
    from tests.leads.makers import make_handover

    make_handover(by=acme.mara, at=at)
    late = promises_of(Cut(MONTHS[0]), at=at + timedelta(hours=25), zone=ZONE)
    found = late.of(MONTHS[0], "sales")
    assert (found.met, found.breached) == (0, 1)
    assert compliance(found.met, found.breached).percent == 0
    assert late.by_commitment["first_contact"].breached == 1


def test_a_tier_is_a_part_of_the_month(acme: Cast, at: datetime) -> None:
    until = tell(acme, since=at, leads=14, seed=3)
    whole = month_figures(Cut(MONTHS[0]), at=until, zone=ZONE)
    parts = [month_figures(Cut(MONTHS[0], tier), at=until, zone=ZONE) for tier in ("standard", "hand_raiser")]
    assert all(part.cohort.decisions.sent for part in parts)
    assert sum(part.cohort.decisions.sent for part in parts) == whole.cohort.decisions.sent
    assert sum(part.delivery.points_of(MONTHS[0]) for part in parts) == whole.delivery.points_of(MONTHS[0])
    assert sum(p.promises.of(MONTHS[0], "sales").met for p in parts) == whole.promises.of(MONTHS[0], "sales").met
    assert sum(part.rejections.total for part in parts) == whole.rejections.total
    # A part of the leads has no target of its own.
    assert whole.delivery.pace is not None
    assert all(part.delivery.pace is None for part in parts)


def test_a_persons_figures_are_those_of_their_handovers(acme: Cast, at: datetime) -> None:
    until = tell(acme, since=at, leads=8, seed=4)
    mine = month_figures(Cut(MONTHS[0], owner=acme.sam.pk), at=until, zone=ZONE)
    nobodys = month_figures(Cut(MONTHS[0], owner=acme.sina.pk), at=until, zone=ZONE)
    assert mine.cohort == month_figures(Cut(MONTHS[0]), at=until, zone=ZONE).cohort
    assert nobodys.cohort.decisions.sent == 0
