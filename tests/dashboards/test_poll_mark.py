"""The mark of a poll moves with every count, and figures may be those of the mark while very much happens."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from dashboards.models import Rollup
from dashboards.queries import Cut, Direct, Rolled, mark, source_of
from dashboards.rollups import fold, plan_rollups, reading
from events.models import Event
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover
from tests.support import Cast, api_key, signed_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

MARCH = Cut(date(2026, 3, 1))
SECOND = timedelta(seconds=1)


@pytest.fixture
def busy(live_cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Two handovers were counted, one came since; one is more than a page adds."""
    monkeypatch.setattr(reading, "MOST_CHANGED", 0)
    plan_rollups(at=at)
    send(live_cast, at, 1, 2)
    fold(live_cast.acme.pk, at=at)
    send(live_cast, at + SECOND, 3)
    return live_cast


def send(cast: Cast, at: datetime, *numbers: int) -> None:
    with tenant_scope(cast.acme.pk):
        for number in numbers:
            make_handover(by=cast.mara, at=at, email=f"p{number}@example.com")


def source(cast: Cast, at: datetime) -> Any:
    with tenant_scope(cast.acme.pk):
        return source_of(MARCH, at=at, zone="Europe/Vienna")


def poll(client: Client, at: datetime, **headers: str) -> Any:
    with time_machine.travel(at, tick=False):
        return client.get("/o/acme/dashboard/", headers=headers)


def delivered(response: Any) -> Any:
    return response.context["kpis"][0].value


def test_while_very_much_happens_figures_are_those_of_the_mark(busy: Cast, at: datetime) -> None:
    found = source(busy, at + 2 * SECOND)
    assert isinstance(found, Rolled)
    assert (found.cohorts()[MARCH.month].decisions.pending, found.as_of) == (2, at)
    response = poll(signed_in(busy.rita), at + 2 * SECOND)
    assert (delivered(response), response.context["updated_at"]) == (2, at)


def test_a_mark_of_a_worker_that_stands_still_is_not_told(busy: Cast, at: datetime) -> None:
    late = at + reading.OLDEST_MARK + SECOND
    found = source(busy, late)
    assert isinstance(found, Direct)
    with tenant_scope(busy.acme.pk):
        assert (found.cohorts()[MARCH.month].decisions.pending, found.as_of) == (3, late)


def polled_around_a_count(cast: Cast, at: datetime) -> Any:
    """Answer a poll that knows the page before a worker counted what had come."""
    client = signed_in(cast.rita)
    first = poll(client, at + 2 * SECOND)
    asked = {"HX-Request": "true", "HX-Target": "figures", "If-None-Match": first.context["poll_tag"]}
    assert poll(client, at + 2 * SECOND, **asked).status_code == 304
    fold(cast.acme.pk, at=at + 2 * SECOND)
    return poll(client, at + 2 * SECOND, **asked)


def test_a_count_moves_the_mark(busy: Cast, at: datetime) -> None:
    answer = polled_around_a_count(busy, at)
    assert (answer.status_code, delivered(answer)) == (200, 3)


def test_a_mark_of_events_alone_would_hide_what_was_counted(
    busy: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    events_alone = "select max(txid), 0, 0, 0 from events_event where organisation_id = %(organisation)s"
    monkeypatch.setattr(mark, "STATE", events_alone)
    assert polled_around_a_count(busy, at).status_code == 304
    with tenant_scope(busy.acme.pk):
        assert Rollup.objects.get().folded_at == at + 2 * SECOND


def test_clients_are_told_the_mark_and_asked_again_they_learn_that_it_has_moved(busy: Cast, at: datetime) -> None:
    with tenant_scope(busy.acme.pk):
        horizon = Rollup.objects.get().horizon
        counted = Event.objects.filter(txid__lt=horizon).order_by("txid", "pk").last()
    assert counted is not None
    asked = {**api_key(busy.ned, "reports:read", at=at)}
    newest_of_all = newest_event(busy)
    with time_machine.travel(at + 2 * SECOND, tick=False):
        first = Client().get("/api/v1/kpis?month=2026-03", headers=asked)
        told = first.json()
        assert (told["as_of"], told["last_event"]) == ("2026-03-02T09:00:00Z", str(counted.pk))
        asked["If-None-Match"] = first.headers["ETag"]
        assert Client().get("/api/v1/kpis?month=2026-03", headers=asked).status_code == 304
        fold(busy.acme.pk, at=at + 2 * SECOND)
        again = Client().get("/api/v1/kpis?month=2026-03", headers=asked)
    assert (again.status_code, again.json()["as_of"]) == (200, "2026-03-02T09:00:02Z")
    assert again.json()["last_event"] == str(newest_of_all)


def newest_event(cast: Cast) -> Any:
    with tenant_scope(cast.acme.pk):
        return Event.objects.order_by("txid", "pk").values_list("pk", flat=True).last()
