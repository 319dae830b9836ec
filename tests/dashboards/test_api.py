"""The figures for REST clients."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from dashboards.formulas import lead_velocity
from events.models import Event
from leads.actions.campaigns import book_cost, create_campaign
from leads.models import Lead
from sla.models import Subject
from smarketing.lib.scope import tenant_scope
from tenants.models import Team
from tests.dashboards.test_joint_page import make_month
from tests.leads.makers import make_handover
from tests.support import CANARY, Cast, api_key, signed_in

PATHS = ("kpis", "kpis/funnel", "kpis/pace", "kpis/speed-to-lead", "kpis/rejections")


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


def test_clients_read_what_the_page_shows_with_the_same_filters(month: Cast, at: datetime) -> None:
    with tenant_scope(month.acme.pk):
        spring = create_campaign(name="Spring", utm="spring", by=month.ada, at=at)
        book_cost(spring, booked_on=at.date(), amount=Decimal(1000), by=month.ada, at=at)
        Lead.objects.filter(email="p0@example.com").update(campaign=spring, country="DE")
        team = Team.objects.create(name="Field", side="sales")
        Subject.objects.filter(thread_id=Lead.objects.get(email="p0@example.com").pk).update(team=team)
    for query in ("", "tier=standard", f"campaign={spring.pk}", "segment=DE", f"team={team.pk}", "compare=2025-12"):
        body = call(month, at, f"kpis?month=2026-03&{query}").json()
        with time_machine.travel(at + timedelta(hours=5), tick=False):
            context = signed_in(month.ned).get(f"/o/acme/dashboard/?month=2026-03&{query}").context
        cards = {card.key: card for card in context["kpis"]}
        assert Decimal(body["delivered"]["points"]) == cards["delivered"].value, query
        assert body["gross_acceptance"]["percent"] == cards["acceptance"].value
        assert body["compliance"]["sales"]["percent"] == cards["compliance"].value
        kept = [row for row in body["compliance_by_commitment"] if row["denominator"] + row["pending"]]
        shown = context["compliance"].commitments
        assert [(row["numerator"], row["denominator"]) for row in kept] == [
            (row.met, row.met + row.breached) for row in shown
        ]
        assert [(line["name"] or "No campaign", line["mqls"], line["cost"]) for line in body["campaigns"]] == [
            (line.name, line.sent, None if line.cost is None else f"{line.cost:.2f}")
            for line in context["campaigns"].lines
        ]
        assert body["breached_now"]["total"] == context["breached_total"]
        assert [month["sent"] for month in body["trend"]][-1] == body["handovers"]["sent"]
    assert body["compared"]["month"] == body["compared_month"] == "2025-12"
    assert call(month, at, "kpis?segment=DE").json()["handovers"]["sent"] == 1
    assert call(month, at, f"kpis?campaign={spring.pk}").json()["cost"] == {
        "booked": "1000.00", "pipeline_per_euro": 5.0, "floor": None
    }  # fmt: skip


def test_what_is_broken_now_is_named_to_those_who_may_see_it(month: Cast, at: datetime) -> None:
    late = at + timedelta(days=9)
    broken = {name: call(month, late, "kpis", member=name).json()["breached_now"] for name in ("rita", "sam", "mara")}
    assert {name: found["total"] for name, found in broken.items()} == {"rita": 5, "sam": 3, "mara": 2}
    newest = broken["rita"]["newest"]
    assert [row["due_at"] for row in newest] == sorted((row["due_at"] for row in newest), reverse=True)
    assert {row["side"] for row in newest} == {"sales", "marketing"}


def test_the_figures_of_a_person_follow_the_rule_on_pages(month: Cast, at: datetime) -> None:
    for name, status in (("sam", 200), ("sina", 200), ("ned", 200), ("rita", 404), ("mara", 404)):
        assert call(month, at, f"kpis?owner={month.sam.pk}", member=name).status_code == status, name


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ["team", "campaign", "owner"])
def test_what_another_organisation_has_is_not_found(cast: Cast, at: datetime, path: str, name: str) -> None:
    with tenant_scope(cast.globex.pk):
        theirs = {
            "team": Team.objects.create(name=CANARY, side="sales"),
            "campaign": create_campaign(name=CANARY, utm="x", by=cast.gus, at=at),
            "owner": cast.gus,
        }[name]
    assert call(cast, at, f"{path}?{name}={theirs.pk}").status_code == 404


def test_the_series_of_lead_velocity_breaks_where_the_definition_changes() -> None:
    assert lead_velocity(120, 100) == 20
    assert lead_velocity(120, 100, is_redefined=True) is None


def test_an_unchanged_answer_is_304_and_a_change_is_not(month: Cast, at: datetime) -> None:
    headers = api_key(month.ned, "reports:read", at=at)
    with time_machine.travel(at + timedelta(hours=5), tick=False):
        tag = Client().get("/api/v1/kpis", headers=headers).headers["ETag"]
        assert Client().get("/api/v1/kpis", headers={**headers, "If-None-Match": tag}).status_code == 304
        with tenant_scope(month.acme.pk):
            make_handover(by=month.mara, at=at + timedelta(hours=5), email="one-more@example.com")
        assert Client().get("/api/v1/kpis", headers={**headers, "If-None-Match": tag}).status_code == 200


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
        ("segment=DE%0A", "/segment"),
        ("team=x", "/team"),
        ("campaign=x", "/campaign"),
        ("compare=2026-13", "/compare"),
        ("month=2026-03&compare=2026-03", "/compare"),
        ("source=x", "/source"),
        ("month=2026-03%0A", "/month"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_names_a_wrong_parameter(cast: Cast, at: datetime, path: str, query: str, pointer: str) -> None:
    response = call(cast, at, f"{path}?{query}")
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_figures_say_up_to_which_event_they_count(month: Cast, at: datetime) -> None:
    for path in PATHS:
        body = call(month, at, path).json()
        with tenant_scope(month.acme.pk):
            # The key of the call is the newest that happened.
            newest = Event.objects.order_by("txid", "pk").values_list("pk", flat=True).last()
        assert (body["as_of"], body["last_event"]) == ("2026-03-02T14:00:00Z", str(newest)), path
