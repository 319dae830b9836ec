"""Rows that are handled together: each event is heard once, in order, and a broken one costs the others nothing."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import sleep
from typing import Any
from uuid import uuid4

import pytest

from events import registry, relay
from events.actions import record
from events.models import Event, Outbox
from events.registry import After
from events.relay import LEASE, Claimed, claim, deliver, relay_waiting
from smarketing.lib.scope import tenant_scope
from tenants.models import Team
from tests.events.test_outbox import fail, handlers, later, leave_a_mark, marks, race
from tests.support import Cast

__all__ = ["handlers"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
KIND = "test.happened"


def mark_each(events: Sequence[Event]) -> None:
    Team.objects.bulk_create(Team(name=f"{event.data['n']} {uuid4()}", side="sales") for event in events)


def mark_one(event: Event) -> None:
    mark_each([event])


def happened(cast: Cast, at: datetime, *numbers: int) -> None:
    with tenant_scope(cast.acme.pk):
        for number in numbers:
            record(KIND, cast.ada, by=cast.ada, at=at, data={"n": number})


def rows_of(cast: Cast) -> dict[int, Outbox]:
    with tenant_scope(cast.acme.pk):
        return {row.event.data["n"]: row for row in Outbox.objects.filter(handler="marks").select_related("event")}


def names(cast: Cast) -> list[str]:
    with tenant_scope(cast.acme.pk):
        return sorted(name.split()[0] for name in Team.objects.values_list("name", flat=True))


def test_several_are_heard_at_once_the_oldest_first(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    heard: list[list[int]] = []
    registry.register_after(
        After("marks", (KIND,), fail, run_many=lambda events: heard.append([event.data["n"] for event in events]))
    )
    happened(live_cast, at, *range(5))
    assert relay_waiting(at=later(at)) == 5
    assert relay_waiting(at=later(at) + LEASE * 2) == 0
    assert heard == [[0, 1, 2, 3, 4]]
    assert all(row.done_at and row.leased_until is None for row in rows_of(live_cast).values())


def test_a_group_is_never_larger_than_it_may_be(
    live_cast: Cast, at: datetime, handlers: dict[str, After], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(relay, "TOGETHER", 2)
    registry.register_after(After("marks", (KIND,), mark_one, run_many=lambda events: sizes.append(len(events))))
    happened(live_cast, at, *range(5))
    relay_waiting(at=later(at))
    assert sizes == [2, 2]
    assert names(live_cast) == ["4"]


def test_a_broken_one_costs_the_others_nothing(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    asked: list[list[int]] = []

    def refuse_three(events: Sequence[Event]) -> None:
        asked.append([event.data["n"] for event in events])
        mark_each(events)
        if any(event.data["n"] == 3 for event in events):
            raise ValueError("three is too many")

    registry.register_after(After("marks", (KIND,), lambda event: refuse_three([event]), run_many=refuse_three))
    happened(live_cast, at, *range(5))
    relay_waiting(at=later(at))
    assert names(live_cast) == ["0", "1", "2", "4"]
    rows = rows_of(live_cast)
    assert [number for number, row in rows.items() if row.done_at is None] == [3]
    assert (rows[3].attempts, rows[3].error) == (1, "ValueError('three is too many')")
    assert [row.attempts for number, row in rows.items() if number != 3] == [0, 0, 0, 0]
    # It is tried again by itself, and breaks no group a second time.
    asked.clear()
    happened(live_cast, at, 5, 6)
    relay_waiting(at=later(at) + timedelta(minutes=1))
    assert asked == [[5, 6], [3]]
    assert names(live_cast) == ["0", "1", "2", "4", "5", "6"]


def test_organisations_are_never_heard_together(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    heard: list[set[int]] = []
    registry.register_after(
        After("marks", (KIND,), fail, run_many=lambda events: heard.append({e.organisation_id for e in events}))
    )
    for organisation, member in ((live_cast.acme, live_cast.ada), (live_cast.globex, live_cast.gus)) * 2:
        with tenant_scope(organisation.pk):
            record(KIND, member, by=member, at=at)
    relay_waiting(at=later(at))
    assert heard == [{live_cast.acme.pk}, {live_cast.globex.pk}]


def test_each_is_asked_whether_it_is_time(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    def timing(event: Event, moment: datetime) -> datetime | None:
        return {0: moment, 1: None, 2: moment + timedelta(hours=1), 3: moment}[event.data["n"]]

    registry.register_after(After("marks", (KIND,), mark_one, timing=timing, run_many=mark_each))
    happened(live_cast, at, *range(4))
    moment = later(at)
    relay_waiting(at=moment)
    assert names(live_cast) == ["0", "3"]
    rows = rows_of(live_cast)
    assert rows[1].withdrawn_at == moment
    assert rows[1].done_at is None
    assert rows[2].available_at == moment + timedelta(hours=1)
    assert rows[2].done_at is None


def test_a_row_withdrawn_or_dead_meanwhile_is_left_alone(
    live_cast: Cast, at: datetime, handlers: dict[str, After]
) -> None:
    registry.register_after(After("marks", (KIND,), mark_one, run_many=mark_each))
    happened(live_cast, at, *range(4))
    moment = later(at)
    claimed = claim(at=moment, limit=10)
    rows = rows_of(live_cast)
    with tenant_scope(live_cast.acme.pk):
        Outbox.objects.filter(pk=rows[1].pk).update(withdrawn_at=moment)
        Outbox.objects.filter(pk=rows[2].pk).update(dead_at=moment)
    deliver(claimed, at=moment)
    assert names(live_cast) == ["0", "3"]


def test_what_nobody_hears_any_more_is_done(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    registry.register_after(After("marks", (KIND,), leave_a_mark))
    happened(live_cast, at, 0, 1)
    registry._after.clear()
    relay_waiting(at=later(at))
    assert all(row.done_at for row in rows_of(live_cast).values())
    assert marks(live_cast) == 0


def twins(cast: Cast, at: datetime) -> list[str]:
    """Let two workers handle the same rows at once, as after a lease that ended too early."""
    first_is_in = threading.Event()

    def slowly(events: Sequence[Event]) -> None:
        mark_each(events)
        first_is_in.set()
        sleep(0.3)

    registry.register_after(After("marks", (KIND,), mark_one, run_many=slowly))
    happened(cast, at, 0, 1)
    moment = later(at)
    claimed = claim(at=moment, limit=10)
    race(2, lambda: deliver(claimed, at=moment))
    assert first_is_in.is_set()
    return names(cast)


def test_twins_hear_each_once(live_cast: Cast, at: datetime, handlers: dict[str, After]) -> None:
    assert twins(live_cast, at) == ["0", "1"]


def test_without_the_locks_twins_hear_twice(
    live_cast: Cast, at: datetime, handlers: dict[str, After], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(group: Sequence[Claimed]) -> list[Any]:
        return list(Outbox.objects.select_related("event").filter(pk__in=[row.outbox_id for row in group]))

    monkeypatch.setattr(relay, "_locked", unlocked)
    assert twins(live_cast, at) == ["0", "0", "1", "1"]


def test_the_cost_is_that_of_the_group(
    live_cast: Cast, at: datetime, handlers: dict[str, After], django_assert_num_queries: Any
) -> None:
    registry.register_after(After("marks", (KIND,), mark_one, run_many=mark_each))
    happened(live_cast, at, *range(30))
    claimed = claim(at=later(at), limit=100)
    # Begin, the scope, the rows with their events, the handler’s own, done, commit.
    with django_assert_num_queries(6):
        deliver(claimed, at=later(at))
    assert marks(live_cast) == 30
