"""The figures for REST clients."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.dashboards.test_joint_page import make_month
from tests.support import CANARY, Cast, api_key

PATHS = ("kpis", "kpis/funnel", "kpis/pace", "kpis/speed-to-lead")


def call(cast: Cast, at: datetime, path: str, *, scope: str = "reports:read", member: str = "ned") -> Any:
    owner = cast.gus if member == "gus" else cast.people()[member]
    headers = api_key(owner, scope, at=at)
    with time_machine.travel(at + timedelta(hours=5), tick=False):
        return Client().get(f"/api/v1/{path}", headers=headers)


@pytest.fixture
def month(cast: Cast, at: datetime) -> Cast:
    make_month(cast, at)
    return cast


def test_every_share_says_what_it_is_made_of(month: Cast, at: datetime) -> None:
    body = call(month, at, "kpis?month=2026-03").json()
    assert body["gross_acceptance"] == {"percent": 50.0, "numerator": 2, "denominator": 4, "pending": 1}
    assert body["delivered"]["points"] == "5.00"
    assert body["delivered"]["target"] == "500.00"
    assert body["delivered"]["suspended_points"] == "2.00"
    assert body["delivered"]["pending_points"] == "1.00"
    assert body["handovers"] == {
        "accepted": 2, "deemed": 0, "rejected": 2, "overturned": 0, "pending": 1, "sent": 5,
    }  # fmt: skip
    # Decisions of four and one first contact are met; the rest still runs.
    assert body["compliance"]["sales"]["numerator"] == 5
    assert body["conversion"]["opportunity"]["numerator"] == 1
    assert body["conversion"]["mature"] is False
    assert body["pipeline"] == {"amount": "5000.00", "opportunities": 1}
    assert body["lead_velocity_percent"] is None
    assert body["as_of"] == "2026-03-02T14:00:00Z"


def test_the_funnel_counts_the_cohort(month: Cast, at: datetime) -> None:
    body = call(month, at, "kpis/funnel").json()
    assert [(step["step"], step["count"]) for step in body["steps"]] == [
        ("sent", 5), ("accepted", 2), ("contacted", 1), ("qualified", 1), ("opportunity", 1), ("won", 0),
    ]  # fmt: skip
    assert body["pending"] == 1


def test_the_pace_is_by_working_day(month: Cast, at: datetime) -> None:
    body = call(month, at, "kpis/pace?month=2026-03").json()
    days = body["pace"]["days"]
    assert len(days) == 22
    assert days[0] == {"day": "2026-03-02", "planned": "22.73", "delivered": "5.00"}
    assert days[1]["delivered"] is None
    assert body["delivered"]["target_source"] == "agreement"


def test_an_untouched_lead_makes_the_median_more_than_what_it_waited(month: Cast, at: datetime) -> None:
    body = call(month, at, "kpis/speed-to-lead").json()
    # One contacted after an hour, two untouched for five; two rejected without contact owe none.
    assert body["elapsed"]["contacts"] == 1
    assert body["elapsed"]["untouched"] == 2
    assert body["elapsed"]["median"] == {"seconds": None, "over_seconds": 5 * 3600}
    assert sum(bucket["count"] for bucket in body["buckets"]) == 1


@pytest.mark.parametrize("path", PATHS)
def test_a_key_needs_the_scope(cast: Cast, at: datetime, path: str) -> None:
    assert call(cast, at, path, scope="leads:read").status_code == 403
    assert Client().get(f"/api/v1/{path}").status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_another_organisation_reads_its_own_month(month: Cast, at: datetime, path: str) -> None:
    response = call(month, at, path, member="gus")
    assert response.status_code == 200
    assert CANARY not in response.content.decode()
    assert "5000" not in response.content.decode()


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("month=2026-13", "/month"),
        ("month=%D9%A2%D9%A0%D9%A2%D9%A6-03", "/month"),
        ("month=1", "/month"),
        ("tier=gold", "/tier"),
        ("segment=x", "/segment"),
        ("month=2026-03%0A", "/month"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_names_a_wrong_parameter(cast: Cast, at: datetime, path: str, query: str, pointer: str) -> None:
    response = call(cast, at, f"{path}?{query}")
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
