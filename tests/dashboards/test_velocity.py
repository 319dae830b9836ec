"""Lead velocity where marketing looks: on its home, under the funnel, in the report of a month."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from dashboards.links import Links
from dashboards.queries import Cut, MonthFigures, month_figures
from dashboards.velocity import Velocity, velocity_card, velocity_of, velocity_words
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover
from tests.support import Cast, api_key, signed_in

pytestmark = pytest.mark.django_db

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)
IN_MAY = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
ZONE = "Europe/Vienna"


@pytest.fixture
def sent(cast: Cast, at: datetime) -> Cast:
    """Four leads in March, six in April, one so far in May."""
    with tenant_scope(cast.acme.pk):
        for month, number in ((3, 4), (4, 6), (5, 1)):
            moment = datetime(2026, month, 10, 8, 0, tzinfo=UTC)
            for n in range(number):
                make_handover(by=cast.mara, at=moment, email=f"lead{month}-{n}@example.com")
    return cast


def figures(cast: Cast, month: date) -> MonthFigures:
    with tenant_scope(cast.acme.pk):
        return month_figures(Cut(month), at=IN_MAY, zone=ZONE)


def home(cast: Cast, name: str) -> dict[str, Any]:
    with time_machine.travel(IN_MAY, tick=False):
        context = signed_in(cast.people()[name]).get("/o/acme/?figures=yes").context
    return {card.key: card for card in context["kpis"]}


def shown(cast: Cast, month: str) -> Velocity:
    with time_machine.travel(IN_MAY, tick=False):
        found: Velocity = signed_in(cast.rita).get(f"/o/acme/dashboard/?month={month}").context["velocity"]
    return found


@pytest.mark.parametrize("name", ["mara", "marc"])
def test_the_home_of_marketing_tells_the_newest_month_that_has_ended(sent: Cast, name: str) -> None:
    card = home(sent, name)["velocity"]
    assert (card.value, card.delta_text, card.tone) == (50, "growing", "good")
    assert card.note == "6 leads in April after 4 in March"
    with time_machine.travel(IN_MAY, tick=False):
        assert signed_in(sent.people()[name]).get(card.url).context["total"] == 6


def test_others_look_at_other_figures_first(sent: Cast) -> None:
    assert "velocity" not in home(sent, "sam")
    assert "velocity" not in home(sent, "sina")


def test_clients_read_it_with_their_home(sent: Cast, at: datetime) -> None:
    headers = api_key(sent.mara, "reports:read", at=at)
    with time_machine.travel(IN_MAY, tick=False):
        cards = Client().get("/api/v1/home", headers=headers).json()["figures"]
    [card] = [card for card in cards if card["key"] == "velocity"]
    assert (card["value"], card["unit"]) == ("50.00", "growth")


def test_the_dashboard_tells_that_of_its_month_once_it_has_ended(sent: Cast) -> None:
    april, may = shown(sent, "2026-04"), shown(sent, "2026-05")
    assert (april.percent, april.is_running, april.tone) == (50, False, "good")
    assert (may.is_running, may.tone, may.sent_before) == (True, "flat", 6)
    with time_machine.travel(IN_MAY, tick=False):
        assert signed_in(sent.rita).get(april.before_url).context["total"] == 4


def test_the_series_breaks_where_a_qualified_lead_is_defined_anew(sent: Cast) -> None:
    found, links = replace(figures(sent, MAY), redefined=frozenset({APRIL})), Links("acme", Cut(MAY))
    april = velocity_of(found, links, APRIL)
    assert (april.percent, april.is_redefined) == (None, True)
    card = velocity_card(found, links)
    assert (card.value, card.basis, card.spark) == (None, "a qualified lead was defined anew", [])


def test_after_nothing_there_is_none(sent: Cast) -> None:
    march = velocity_of(figures(sent, date(2026, 3, 1)), Links("acme", Cut(date(2026, 3, 1))))
    assert (march.percent, march.sent, march.sent_before) == (None, 4, 0)
    assert velocity_words(march) == []


def test_the_report_of_a_month_says_it_in_a_sentence(sent: Cast) -> None:
    with time_machine.travel(IN_MAY, tick=False):
        report = signed_in(sent.marc).get("/o/acme/reports/monthly/?on=2026-05-01").context["report"]
    assert report.opening[-1] == "Lead velocity was +50.0\u202f%: 6 leads in April after 4 in March."
