"""Whether figures are current, for those who look after the engine: on a page and over the API."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from dashboards.models import Rollup
from dashboards.rollups import fold
from smarketing.lib.scope import tenant_scope
from tests.support import Cast, api_key, signed_in

URL = "/o/acme/dashboard/added-up/"
HOUR = timedelta(hours=1)


@pytest.fixture
def counted(cast: Cast, at: datetime) -> Cast:
    """The cast, with figures that were added up."""
    with tenant_scope(cast.acme.pk):
        Rollup.objects.create(next_at=at)
    fold(cast.acme.pk, at=at)
    return cast


def shown(cast: Cast, at: datetime, name: str = "sina") -> Any:
    with time_machine.travel(at, tick=False):
        return signed_in(cast.people()[name]).get(URL)


def change(cast: Cast, **values: Any) -> None:
    with tenant_scope(cast.acme.pk):
        Rollup.objects.update(**values)


def test_it_says_that_all_is_well(counted: Cast, at: datetime) -> None:
    change(counted, checked_on=at.date(), checked_at=at)
    response = shown(counted, at)
    assert response.context["figures"].state == "current"
    assert response.context["figures"].is_well
    assert "counted within seconds" in response.content.decode()
    assert "2 Mar 2026" in response.content.decode()


def test_it_says_that_nothing_was_added_up_yet(cast: Cast, at: datetime) -> None:
    assert "background worker may not be running" in shown(cast, at).content.decode()


def test_it_says_that_everything_is_being_counted(counted: Cast, at: datetime) -> None:
    change(counted, built_at=None)
    assert shown(counted, at).context["figures"].state == "counting"


def test_it_says_that_the_worker_is_behind(counted: Cast, at: datetime) -> None:
    # Events are dated by the machine's clock; the mark is at the beginning of this test's own transaction.
    later = datetime.now(at.tzinfo) + HOUR
    response = shown(counted, later)
    assert response.context["figures"].state == "behind"
    assert response.context["figures"].lag_seconds >= 3600
    assert not response.context["figures"].is_well


def test_it_says_what_went_wrong(counted: Cast, at: datetime) -> None:
    change(counted, attempts=2, error="KeyError: no such part", next_at=at + HOUR)
    text = shown(counted, at).content.decode()
    assert "KeyError: no such part" in text
    assert "tried again by itself" in text


def test_differences_are_not_hidden(counted: Cast, at: datetime) -> None:
    change(counted, checked_on=at.date(), checked_at=at, differences=3)
    response = shown(counted, at)
    assert not response.context["figures"].is_well
    assert "came out otherwise" in response.content.decode()


def test_a_rep_has_no_business_here_and_a_stranger_finds_nothing(counted: Cast, at: datetime) -> None:
    assert shown(counted, at, "sam").status_code == 403
    with time_machine.travel(at, tick=False):
        assert signed_in(counted.gus).get(URL).status_code == 404


def test_a_monitor_reads_the_same(counted: Cast, at: datetime, client: Any) -> None:
    change(counted, checked_on=at.date(), checked_at=at, differences=3)
    headers = api_key(counted.sina, "reports:read", at=at)
    with time_machine.travel(at, tick=False):
        told = client.get("/api/v1/kpis/added-up", headers=headers).json()
    assert (told["state"], told["lag_seconds"], told["checked_on"], told["differences"]) == (
        "current", 0, "2026-03-02", 3,
    )  # fmt: skip
