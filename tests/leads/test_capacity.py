"""The capacity clause: so many a day start at once, the surplus at the next opening."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.urls import reverse

from events.models import Event
from leads.actions import capacity as capacity_rule
from leads.actions import hand_over, log_attempt
from leads.models import Handover, Lead
from sla.actions import notice_due
from sla.models import Clock
from sla.queries.clocks import clock_views
from sla.queries.histories import clock_history
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import clock_of, make_handover, make_lead
from tests.leads.terms import agree
from tests.support import Cast, signed_in

APRIL = date(2026, 4, 1)
# Thursday 2 April 2026, 11:00 in Vienna; Friday is open, Monday the 6th is Easter.
THURSDAY = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
FRIDAY_OPENING = datetime(2026, 4, 3, 7, 0, tzinfo=UTC)
TUESDAY_OPENING = datetime(2026, 4, 7, 7, 0, tzinfo=UTC)


def two_a_day(content: dict[str, Any]) -> None:
    content["capacity"] = {"per_day": 2}


def sent(acme: Cast, number: int, *, at: datetime, **changes: Any) -> Handover:
    return make_handover(by=acme.mara, at=at, email=f"{number}@example.com", **changes)


@pytest.fixture
def limited(acme: Cast, at: datetime) -> Cast:
    """The cast, with two handovers a day agreed from April on."""
    agree(acme, two_a_day, at=at, starts_on=APRIL)
    return acme


def test_the_surplus_starts_at_the_next_opening_and_says_so(limited: Cast) -> None:
    handovers = [sent(limited, number, at=THURSDAY + number * timedelta(minutes=1)) for number in range(4)]
    assert [one.clocks_start_at for one in handovers] == [None, None, FRIDAY_OPENING, FRIDAY_OPENING]
    clock = clock_of(handovers[2], "first_contact")
    assert (clock.started_at, clock.due_at) == (FRIDAY_OPENING, FRIDAY_OPENING + timedelta(hours=24))
    assert clock_of(handovers[1], "first_contact").started_at == handovers[1].sent_at
    event = Event.objects.get(kind="handover.sent", subject_id=handovers[2].pk)
    assert datetime.fromisoformat(event.data["clocks_start_at"]) == FRIDAY_OPENING
    view = clock_views([handovers[2].subject_id], at=THURSDAY + timedelta(hours=1), zone="Europe/Vienna")
    assert {(one.state, one.opens_at, one.share) for one in view[handovers[2].subject_id]} == {
        ("waiting", FRIDAY_OPENING, 0.0)
    }


def test_the_lead_says_when_its_clocks_start(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        agree(cast, two_a_day, at=at, starts_on=APRIL)
        surplus = [sent(cast, number, at=THURSDAY) for number in range(3)][-1]
    sam, url = signed_in(cast.sam), reverse("leads:detail", args=["acme", surplus.lead_id])
    with time_machine.travel(THURSDAY + timedelta(hours=1), tick=False):
        assert "the clocks start" in sam.get(url).content.decode()
    with time_machine.travel(FRIDAY_OPENING + timedelta(hours=1), tick=False):
        assert "the clocks start" not in sam.get(url).content.decode()


def test_each_local_day_has_its_own_places(limited: Cast) -> None:
    # 23:59 and 00:01 in Vienna are two days, though one in London.
    late = datetime(2026, 4, 2, 21, 59, tzinfo=UTC)
    assert [sent(limited, number, at=late).clocks_start_at for number in range(3)] == [None, None, FRIDAY_OPENING]
    after = late + timedelta(minutes=2)
    # The surplus of Friday waits over Easter.
    found = [sent(limited, number, at=after).clocks_start_at for number in range(3, 6)]
    assert found == [None, None, TUESDAY_OPENING]


def test_hand_raisers_neither_fill_nor_need_a_place(limited: Cast) -> None:
    for number in range(2):
        assert sent(limited, number, at=THURSDAY, intent="talk_to_sales").clocks_start_at is None
    found = [sent(limited, number, at=THURSDAY).clocks_start_at for number in range(2, 5)]
    assert found == [None, None, FRIDAY_OPENING]
    assert sent(limited, 9, at=THURSDAY, intent="talk_to_sales").clocks_start_at is None


def test_without_the_clause_all_start_at_once(acme: Cast, at: datetime) -> None:
    assert {sent(acme, number, at=at).clocks_start_at for number in range(4)} == {None}


def test_contact_before_the_start_is_in_time(limited: Cast) -> None:
    surplus = [sent(limited, number, at=THURSDAY) for number in range(3)][-1]
    log_attempt(surplus, channel="call", outcome="reached", by=limited.sam, at=THURSDAY + timedelta(hours=2))
    clock = clock_of(surplus, "first_contact")
    assert (clock.state, clock.used_seconds) == ("met", 0)
    assert clock_history(clock).state(at=THURSDAY + timedelta(hours=3)).state == "met"


def test_nothing_is_due_before_it_has_begun(limited: Cast) -> None:
    surplus = [sent(limited, number, at=THURSDAY) for number in range(3)][-1]
    notice_due(at=FRIDAY_OPENING + timedelta(minutes=1))
    mine = Clock.objects.filter(subject=surplus.subject_id)
    assert set(mine.values_list("state", "step")) == {("running", 0)}
    # Derived before its beginning it stands at its beginning.
    assert clock_history(mine[0]).state(at=THURSDAY).state == "running"


def at_once(cast: Cast, leads: list[Lead]) -> list[Any]:
    barrier = Barrier(len(leads))

    def send(lead: Lead) -> Any:
        try:
            with tenant_scope(cast.acme.pk):
                barrier.wait(timeout=20)
                return hand_over(lead, by=cast.mara, at=THURSDAY).clocks_start_at
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(leads)) as pool:
        return list(pool.map(send, leads))


def six_at_once(cast: Cast, at: datetime, prepare: Callable[[], None] = lambda: None) -> list[Any]:
    with tenant_scope(cast.acme.pk):
        agree(cast, two_a_day, at=at, starts_on=APRIL)
        leads = [make_lead(at=THURSDAY, email=f"{number}@example.com") for number in range(6)]
        # No rep: only the day's lock stands between the workers.
        type(cast.sam).objects.filter(pk=cast.sam.pk).update(is_active=False)
    prepare()
    return at_once(cast, leads)


def test_side_by_side_no_more_than_agreed_start_at_once(live_cast: Cast, at: datetime) -> None:
    found = six_at_once(live_cast, at)
    assert found.count(None) == 2
    assert found.count(FRIDAY_OPENING) == 4


def test_without_the_lock_more_would(live_cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: workers that count without the day's lock see the same free place."""
    together = Barrier(6)

    def unlocked(_day: int) -> None:
        together.wait(timeout=20)

    monkeypatch.setattr(capacity_rule, "_lock_day", unlocked)
    assert six_at_once(live_cast, at).count(None) > 2
