"""The joint dashboard: who sees it, what it says, what it costs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboards.models import Rollup
from dashboards.queries import Cut, Rolled, month_figures, source_of
from dashboards.rollups import step
from leads.actions import accept_handover, advance_handover, log_attempt, reject_handover
from leads.actions.campaigns import book_cost, create_campaign
from leads.models import Handover, Lead
from sla.models import CalendarVersion, Clock
from smarketing.lib.scope import tenant_scope
from tenants.actions import set_figure_rule
from tenants.figures import USUAL
from tenants.models import Membership, Team
from tests.leads.makers import make_handover
from tests.support import CANARY, PASSWORD, Cast, signed_in

URL = "/o/acme/dashboard/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Session, person, membership, organisation; then one query for its purpose each: agreements, signatures, target,
# calendars (2, and one in the first month of all), breaches, their subjects' names (2) and their number. Of rows:
# ledger, credits, cohorts, promises, contacts, medians, rejections. Of what was added up: mark, what changed since,
# its facts and what it brought before, the slices, what the sweep has not found; contacts and medians while few.
MOST_QUERIES = 25
NO_QUERY = ("select set_config", "SAVEPOINT", "RELEASE")


def make_month(cast: Cast, at: datetime) -> None:
    """Five handovers: two accepted (one contacted, qualified and an opportunity), two rejected, one undecided."""
    with tenant_scope(cast.acme.pk):
        sent = [make_handover(by=cast.mara, at=at, email=f"p{n}@example.com") for n in range(5)]
        log_attempt(sent[0], channel="call", outcome="reached", by=cast.sam, at=at + HOUR)
        for handover in sent[:2]:
            accept_handover(_fresh(handover), by=cast.sam, at=at + 2 * HOUR)
        for handover in sent[2:4]:
            reject_handover(_fresh(handover), reason="not_fitting", criterion="industry", by=cast.sam, at=at + 3 * HOUR)
        advance_handover(_fresh(sent[0]), progress="opportunity", amount=Decimal(5000), by=cast.sam, at=at + 4 * HOUR)


def _fresh(handover: Handover) -> Handover:
    return Handover.objects.select_related("lead", "subject", "version").get(pk=handover.pk)


@pytest.fixture
def month(cast: Cast, at: datetime) -> Cast:
    make_month(cast, at)
    return cast


def page(client: Client, at: datetime, query: str = "", **headers: str) -> Any:
    with time_machine.travel(at, tick=False):
        return client.get(f"{URL}{query}", headers=headers)


@pytest.mark.parametrize("name", ["mara", "marc", "sam", "sina", "rita", "ned", "ada"])
def test_every_member_sees_the_same_month(month: Cast, at: datetime, name: str) -> None:
    response = page(signed_in(month.people()[name]), at + 5 * HOUR)
    assert response.status_code == 200
    cards = {card.key: card for card in response.context["kpis"]}
    assert list(cards) == ["delivered", "acceptance", "compliance", "speed", "conversion", "value"]
    assert cards["delivered"].value == 5
    assert cards["delivered"].of == 500
    assert cards["acceptance"].value == 50
    assert cards["acceptance"].pending == 1
    assert cards["speed"].value is None
    assert cards["conversion"].value == 20
    assert cards["value"].value == 5000
    assert CANARY not in response.content.decode()


def test_a_stranger_gets_404(cast: Cast, at: datetime) -> None:
    assert page(signed_in(cast.gus), at).status_code == 404


def test_nobody_gets_the_sign_in(cast: Cast, at: datetime, anonymous: Client) -> None:
    response = page(anonymous, at)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


def test_each_panel_comes_alone_for_htmx(month: Cast, at: datetime) -> None:
    client = signed_in(month.rita)
    for panel in ("figures", "kpis", "pace", "compliance", "funnel", "speed", "rejections", "breached", "campaigns"):
        response = page(client, at + 5 * HOUR, **{"HX-Request": "true", "HX-Target": panel})
        text = response.content.decode()
        assert f'id="{panel}"' in text
        assert "<html" not in text
        assert "HX-Request" in response["Vary"]


def test_every_figure_links_to_the_leads_behind_it(month: Cast, at: datetime) -> None:
    context = page(signed_in(month.rita), at + 5 * HOUR).context
    assert context["kpis"][1].url == "/o/acme/leads/?month=2026-03&decision=by_sales"
    assert [step.count for step in context["funnel"]] == [5, 2, 1, 1, 1, 0]
    assert context["funnel"][3].url == "/o/acme/leads/?month=2026-03&reached=qualified"
    reason = context["rejections"].rows[0]
    assert (reason.count, reason.url) == (
        2, f"/o/acme/leads/?month=2026-03&reason=not_fitting&label={quote_plus(reason.label)}"
    )  # fmt: skip


def test_the_filters_stay_in_the_links(month: Cast, at: datetime) -> None:
    context = page(signed_in(month.rita), at + 5 * HOUR, "?tier=standard").context
    assert context["kpis"][0].url == "/o/acme/leads/?month=2026-03&tier=standard&counted=yes"
    assert context["month"].previous_url == "/o/acme/dashboard/?month=2026-02&tier=standard"
    assert context["pace"] is None


def test_a_month_without_data_shows_its_plan(month: Cast, at: datetime) -> None:
    response = page(signed_in(month.rita), at, "?month=2026-07")
    assert response.status_code == 200
    assert response.context["empty"] is not None
    assert response.context["pace"].plan[-1] == (31, 500)
    assert response.context["month"].next_url is None


def test_a_month_before_the_agreement_has_neither_target_nor_agreement(month: Cast, at: datetime) -> None:
    response = page(signed_in(month.rita), at, "?month=2020-01")
    assert response.status_code == 200
    assert (response.context["agreement"], response.context["pace"]) == (None, None)
    assert response.context["needs_targets"]
    assert response.context["month"].closed


@pytest.mark.parametrize(
    "query",
    [
        "?month=2026-13",
        "?month=march",
        "?month=0000-01",
        "?month=٢٠٢٦-03",
        "?tier=gold",
        "?owner=nobody",
        "?team=nobody",
        "?segment=austria",
        "?campaign=x",
        "?campaign=01890000-0000-7000-8000-000000000000",
        "?compare=x",
        "?month=2026-03&compare=2026-03",
    ],
)
def test_what_there_is_not_answers_404(cast: Cast, at: datetime, query: str) -> None:
    assert page(signed_in(cast.rita), at, query).status_code == 404


def test_the_month_turns_at_midnight_of_the_organisation(cast: Cast) -> None:
    # 22:30 UTC on 31 March is half past midnight in Vienna.
    turned = datetime.fromisoformat("2026-03-31T22:30:00+00:00")
    assert page(signed_in(cast.rita), turned).context["month"].value == "2026-04"


@pytest.mark.parametrize(
    ("rule", "seers"),
    [("nobody", {"sam"}), ("managers", {"sam", "sina", "ned"}), ("everybody", {"sam", "sina", "ned", "rita", "mara"})],
)
def test_a_persons_figures_follow_the_rule_of_the_organisation(
    month: Cast, at: datetime, rule: str, seers: set[str]
) -> None:
    with tenant_scope(month.acme.pk):
        if rule != USUAL:
            set_figure_rule(rule, by=month.ada, at=at)
    query = f"?owner={month.sam.pk}"
    for name in ("sam", "sina", "rita", "mara", "ned"):
        status = page(signed_in(month.people()[name]), at, query).status_code
        assert status == (200 if name in seers else 404), name


def test_who_works_on_their_own_leads_sees_their_own_breaches(month: Cast, at: datetime) -> None:
    late = at + timedelta(days=9)

    def breached(name: str) -> int:
        return int(page(signed_in(month.people()[name]), late).context["breached_total"])

    # Three first contacts and decisions of sam's, two answers of mara's.
    assert (breached("sam"), breached("mara"), breached("sina"), breached("rita")) == (3, 2, 5, 5)


@pytest.mark.parametrize("is_added_up", [True, False])
def test_the_page_needs_few_queries(month: Cast, at: datetime, is_added_up: bool) -> None:
    client = signed_in(month.rita)
    late = at + timedelta(days=9)
    if is_added_up:
        with tenant_scope(month.acme.pk):
            Rollup.objects.create(next_at=at)
            while step(at=at).more:
                pass
            # Everything of this test's own transaction still lies behind the mark.
            assert isinstance(source_of(Cut(at.date().replace(day=1)), at=late, zone="Europe/Vienna"), Rolled)
    page(client, late)
    with CaptureQueriesContext(connection) as found:
        page(client, late)
    asked = [query["sql"] for query in found if not query["sql"].startswith(NO_QUERY)]
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)


def test_the_figures_need_as_many_queries_with_more_leads(acme: Cast, at: datetime) -> None:
    # Compiled hours are kept by the process.
    month_figures(Cut(at.date().replace(day=1)), at=at, zone="Europe/Vienna")
    with CaptureQueriesContext(connection) as few:
        month_figures(Cut(at.date().replace(day=1)), at=at, zone="Europe/Vienna")
    for number in range(6):
        make_handover(by=acme.mara, at=at, email=f"q{number}@example.com")
    with CaptureQueriesContext(connection) as many:
        month_figures(Cut(at.date().replace(day=1)), at=at, zone="Europe/Vienna")
    assert len(many) == len(few)


def test_the_page_has_no_inline_style_or_script(month: Cast, at: datetime) -> None:
    text = page(signed_in(month.rita), at + 5 * HOUR).content.decode()
    assert " style=" not in text
    assert "onclick" not in text
    assert PASSWORD not in text


# Filters


def test_the_filters_offer_what_there_is(month: Cast, at: datetime) -> None:
    with tenant_scope(month.acme.pk):
        team = Team.objects.create(name="Field", side="sales")
    context = page(signed_in(month.sina), at + 5 * HOUR, "?segment=AT").context
    menus = {menu.name: menu for menu in context["filters"]}
    assert menus["compare"].value_label == "Feb 2026"
    assert [option.label for option in menus["team"].options] == ["All", "Field"]
    assert str(team.pk) in menus["team"].options[1].url
    assert (menus["segment"].value_label, menus["segment"].active) == ("AT", True)
    assert "segment=AT" in menus["tier"].options[1].url
    assert context["kpis"][0].url == "/o/acme/leads/?month=2026-03&country=AT&counted=yes"


def test_another_month_to_compare_with_is_named_in_the_cards(month: Cast, at: datetime) -> None:
    may = at + 65 * DAY
    with tenant_scope(month.acme.pk):
        handover = make_handover(by=month.mara, at=may, email="may@example.com")
        accept_handover(_fresh(handover), by=month.sam, at=may + HOUR)
    context = page(signed_in(month.rita), may + 2 * HOUR, "?month=2026-05&compare=2026-03").context
    card = context["kpis"][1]
    # Of March's five two were accepted and two rejected.
    assert (card.value, card.basis, card.tone) == (100, "than Mar", "good")
    assert context["month"].previous_url == "/o/acme/dashboard/?month=2026-04&compare=2026-03"


def test_a_foreign_campaign_is_not_there(month: Cast, at: datetime) -> None:
    with tenant_scope(month.globex.pk):
        campaign = create_campaign(name="Theirs", utm="theirs", by=month.gus, at=at)
    assert page(signed_in(month.rita), at, f"?campaign={campaign.pk}").status_code == 404


# Costs


def test_pipeline_per_euro_needs_booked_costs_and_knows_the_floor(month: Cast, at: datetime) -> None:
    with tenant_scope(month.acme.pk):
        campaign = create_campaign(name="Spring", utm="spring", by=month.marc, at=at)
        book_cost(campaign, booked_on=at.date(), amount=Decimal(2000), by=month.marc, at=at)
        Lead.objects.update(campaign=campaign)
    context = page(signed_in(month.rita), at + 5 * HOUR).context
    card = context["kpis"][5]
    assert (card.name, card.value) == ("Pipeline per euro", 2.5)
    (line,) = context["campaigns"].lines
    assert (line.name, line.sent, line.cost, line.cost_per_mql, line.ratio) == ("Spring", 5, 2000, 400, 2.5)
    # Nobody books costs for a tier: the pipeline itself is shown.
    part = page(signed_in(month.rita), at + 5 * HOUR, "?tier=standard").context
    assert (part["kpis"][5].name, part["kpis"][5].value) == ("Pipeline", 5000)
    assert part["campaigns"].lines[0].cost is None


# Teams


def test_promises_are_told_by_team(month: Cast, at: datetime) -> None:
    with tenant_scope(month.acme.pk):
        team = Team.objects.create(name="Field", side="sales")
        Membership.objects.filter(pk=month.sam.pk).update(team=team)
        make_handover(by=month.mara, at=at + HOUR, email="team@example.com")
    panel = page(signed_in(month.rita), at + 9 * DAY).context["compliance"]
    field, nobody = panel.teams
    assert (field.name, field.met, field.breached, nobody.name) == ("Field", 0, 2, "No team")
    assert f"team={team.pk}" in field.breached_url
    assert field.met + nobody.met == panel.sales.met
    assert field.breached + nobody.breached == panel.sales.breached


# What is broken now


def test_a_promise_that_broke_at_closing_is_late_since_then(cast: Cast, at: datetime) -> None:
    friday = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    with tenant_scope(cast.acme.pk):
        make_handover(by=cast.mara, at=at)
        sales = CalendarVersion.objects.filter(calendar__key="sales").order_by("-number")[:1].get()
        Clock.objects.filter(commitment="first_contact").update(
            due_at=friday, state="breached", breached_at=friday, calendar_version=sales, unit="business_hours"
        )
        Clock.objects.exclude(commitment="first_contact").update(state="cancelled", closed_at=at, next_event_at=None)
    client = signed_in(cast.rita)
    closed = page(client, friday + 18 * HOUR)
    assert [row.late_seconds for row in closed.context["breached"]] == [0]
    assert "late since" in closed.content.decode()
    opened = page(client, friday + 66 * HOUR)
    assert [row.late_seconds for row in opened.context["breached"]] == [2 * 3600]
    assert "late since" not in opened.content.decode()


# Polling


def test_an_unchanged_poll_is_answered_before_anything_is_read(month: Cast, at: datetime) -> None:
    client, late = signed_in(month.rita), at + 5 * HOUR
    first = page(client, late)
    asked = {"HX-Request": "true", "HX-Target": "figures", "If-None-Match": first.context["poll_tag"]}
    with CaptureQueriesContext(connection) as found:
        again = page(client, late, **asked)
    assert (again.status_code, again.content) == (304, b"")
    assert len([query for query in found if not query["sql"].startswith(NO_QUERY)]) <= 6
    with tenant_scope(month.acme.pk):
        make_handover(by=month.mara, at=late, email="new@example.com")
    news = page(client, late, **asked)
    assert news.status_code == 200
    assert news.context["kpis"][0].value == 6
    assert news["ETag"] != first.context["poll_tag"]


def test_a_mark_is_one_members_of_one_address(month: Cast, at: datetime) -> None:
    def tag(name: str, query: str = "") -> str:
        return str(page(signed_in(month.people()[name]), at + 5 * HOUR, query).context["poll_tag"])

    assert tag("rita") == tag("rita")
    assert len({tag("rita"), tag("sina"), tag("rita", "?tier=standard")}) == 3


def test_with_time_a_poll_is_answered_anew(month: Cast, at: datetime) -> None:
    client = signed_in(month.rita)
    first = page(client, at + 5 * HOUR)
    asked = {"HX-Request": "true", "HX-Target": "figures", "If-None-Match": first.context["poll_tag"]}
    assert page(client, at + 5 * HOUR + timedelta(minutes=6), **asked).status_code == 200
