"""Months as people and clients read them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from sla import actions
from smarketing.lib.scope import tenant_scope
from tests.sla.support import ZONE, make_subject
from tests.support import CANARY, Cast, api_key, signed_in

NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
MONTHS = "/o/acme/months/"


@pytest.fixture(autouse=True)
def _the_present() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def closed(cast: Cast, at: datetime) -> Cast:
    """March is closed with one point of 500; it was taken back after the close."""
    with tenant_scope(cast.acme.pk):
        subject = make_subject(at=at)
        actions.give_credit(subject, key="lead:1", at=at, zone=ZONE)
        actions.keep_months(NOW - timedelta(days=2))
        actions.reverse_credit(subject, at=NOW - timedelta(days=1), zone=ZONE)
    return cast


@pytest.mark.parametrize("name", ["mara", "marc", "sam", "sina", "rita", "ned", "ada"])
def test_everybody_reads_the_same_months(closed: Cast, name: str) -> None:
    client = signed_in(closed.people()[name])
    html = client.get(MONTHS).content.decode()
    assert "March 2026" in html
    assert "1 of 1 broken" in html
    detail = client.get(f"{MONTHS}2026-03/").content.decode()
    assert "1 of 500 points: 499 short" in detail
    assert "Corrected after the close" in detail
    assert CANARY not in html + detail


@pytest.mark.parametrize("month", ["2026-02", "2026-13", "march", "2026-3", "0000-01"])
def test_a_month_that_is_not_there_is_404(closed: Cast, month: str) -> None:
    assert signed_in(closed.marc).get(f"{MONTHS}{month}/").status_code == 404
    assert call(closed, f"/months/{month}").status_code == 404


def test_a_stranger_finds_no_month(closed: Cast) -> None:
    assert signed_in(closed.gus).get(f"{MONTHS}2026-03/").status_code == 404


def call(cast: Cast, path: str, *, name: str = "ned", scope: str = "sla:read") -> Any:
    member = cast.gus if name == "gus" else cast.people()[name]
    return Client().get(f"/api/v1{path}", headers=api_key(member, scope, at=NOW))


def test_a_client_reads_promises_frozen_figures_and_corrections(closed: Cast) -> None:
    april, march = call(closed, "/months").json()["results"]
    assert (april["month"], april["state"], april["closes_after"]) == ("2026-04", "open", "2026-05-18")
    assert (march["month"], march["state"], march["delivered_points"]) == ("2026-03", "closed", "1.00")
    assert march["corrected_points"] == "-1.00"
    (promise,) = march["promises"]
    assert (promise["commitment"], promise["state"]) == ("volume", "breached")
    assert promise["sentence"] == "1 of 500 points: 499 short"
    whole = call(closed, "/months/2026-03").json()
    assert whole["figures"]["delivered_points"] == "1"
    assert whole["corrections"] == [{"at": "2026-04-19T09:00:00Z", "points": "-1.00", "counted_in": "2026-04"}]


def test_a_judged_clock_reads_alike_as_clock_and_as_breach(closed: Cast) -> None:
    (breach,) = call(closed, "/breaches?month=2026-03&side=marketing").json()["results"]
    assert (breach["commitment"], breach["unit"], breach["breached_at"]) == (
        "volume", "points", "2026-03-31T21:59:59Z"
    )  # fmt: skip
    assert breach["late_seconds"] is None
    running = call(closed, "/clocks?state=running&side=marketing").json()["results"]
    assert [(clock["commitment"], clock["next_event_at"]) for clock in running] == [("volume", None)]
    explained = call(closed, f"/clocks/{breach['id']}/explanation").json()
    assert "1 of 500 points: 499 short." in [sentence["text"] for sentence in explained["sentences"]]


def test_months_need_their_scope_and_their_organisation(closed: Cast) -> None:
    assert call(closed, "/months", scope="leads:read").status_code == 403
    assert call(closed, "/months", name="gus").json()["results"] == []


def test_the_list_costs_the_same_for_many_months(closed: Cast, django_assert_max_num_queries: Any) -> None:
    with tenant_scope(closed.acme.pk):
        actions.keep_months(datetime(2027, 2, 20, tzinfo=UTC))
    client = signed_in(closed.marc)
    with django_assert_max_num_queries(25):
        client.get(MONTHS)
