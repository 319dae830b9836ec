"""Criteria, campaign return and revenue: what the pages say, who sees them, what they cost."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboards.queries.revenue import Took, Won
from dashboards.queries.revenue import revenue as revenue_of
from leads.actions import (
    accept_handover,
    advance_handover,
    book_cost,
    create_campaign,
    hand_over,
    log_attempt,
    reject_handover,
)
from leads.capture import Attribution, Touch
from leads.models import Campaign, Handover, Lead
from sla.models import AgreementVersion
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover, make_lead
from tests.sla.agreements import make_signed
from tests.support import CANARY, Cast, api_key, signed_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGES = ("criteria", "return", "revenue")
NO_QUERY = ("select set_config", "SAVEPOINT", "RELEASE")
MOST_QUERIES = 25


def visit(first: str, last: str = "") -> Attribution:
    return Attribution(first=Touch(campaign=first), last=Touch(campaign=last) if last else None)


def _fresh(handover: Handover) -> Handover:
    return Handover.objects.select_related("lead", "subject", "version", "assigned_to").get(pk=handover.pk)


def win(cast: Cast, handover: Handover, amount: int, *, after: timedelta) -> None:
    sent_at = handover.sent_at
    accept_handover(_fresh(handover), by=cast.sam, at=sent_at + HOUR)
    log_attempt(_fresh(handover), channel="call", outcome="reached", by=cast.sam, at=sent_at + HOUR)
    advance_handover(
        _fresh(handover), progress="opportunity", amount=Decimal(amount), by=cast.sam, at=sent_at + 2 * HOUR
    )
    advance_handover(_fresh(handover), outcome="won", amount=Decimal(amount), by=cast.sam, at=sent_at + after)


@pytest.fixture
def spring(cast: Cast, at: datetime) -> Cast:
    """One campaign that cost 1,000: four handovers, of which two won 3,000 and 1,000 and one was sent back.

    The lead that won 1,000 came back by another campaign; the one sent back is of a company from elsewhere.
    """
    with tenant_scope(cast.acme.pk):
        campaign = create_campaign(name="Spring", utm="", by=cast.mara, at=at)
        create_campaign(name="Fair", utm="", by=cast.mara, at=at)
        book_cost(campaign, booked_on=date(2026, 3, 5), amount=Decimal(1000), by=cast.mara, at=at)
        book_cost(campaign, booked_on=date(2026, 2, 28), amount=Decimal(700), by=cast.mara, at=at)
        first = make_handover(at=at, email="a@example.com", attribution=visit("spring"))
        second = make_handover(at=at, email="b@example.com", attribution=visit("spring", "fair"))
        make_handover(at=at, email="c@example.com", attribution=visit("spring"))
        other = make_lead(at=at, email="d@example.com", attribution=visit("spring"), company={"country": "FR"})
        returned = hand_over(other, by=cast.mara, at=at, override_reason="a friend")
        reject_handover(_fresh(returned), reason="not_fitting", criterion="country", by=cast.sam, at=at + HOUR)
        win(cast, first, 3000, after=10 * DAY)
        win(cast, second, 1000, after=40 * DAY)
    return cast


def page(cast: Cast, name: str, url: str, at: datetime) -> Any:
    with time_machine.travel(at, tick=False):
        return signed_in(getattr(cast, name)).get(f"/o/acme/{url}")


def call(
    cast: Cast, at: datetime, path: str, *, member: str = "ned", scope: str = "reports:read", **headers: str
) -> Any:
    owner = cast.gus if member == "gus" else cast.people()[member]
    with time_machine.travel(at, tick=False):
        return Client().get(f"/api/v1/kpis/{path}", headers=api_key(owner, scope, at=at) | headers)


# Return


def test_the_return_by_the_first_touch_counted_by_hand(spring: Cast, at: datetime) -> None:
    response = page(spring, "sam", "return/?since=2026-03&until=2026-03", at + 60 * DAY)
    (row,) = response.context["rows"]
    figures = row.figures
    assert (row.name, figures.cost, figures.mqls, figures.sqls, figures.customers) == ("Spring", 1000, 4, 2, 2)
    assert (figures.pipeline, figures.won) == (4000, 4000)
    assert (figures.cost_per_mql, figures.cost_per_sql, figures.cost_per_customer) == (250, 500, 500)
    # 4,000 came of 1,000: three times what was spent, on top of it.
    assert (figures.roi, figures.pipeline_per_euro) == (300, 4)
    assert response.context["total"] == figures


def test_the_last_touch_gives_a_purchase_to_another_campaign(spring: Cast, at: datetime) -> None:
    response = page(spring, "marc", "return/?since=2026-03&until=2026-03&touch=last", at + 60 * DAY)
    rows = {row.name: row.figures for row in response.context["rows"]}
    assert (rows["Spring"].mqls, rows["Spring"].won, rows["Spring"].roi) == (3, 3000, 200)
    assert (rows["Fair"].mqls, rows["Fair"].won, rows["Fair"].roi) == (1, 1000, None)
    assert response.context["total"].won == 4000


@pytest.mark.parametrize(("floor", "below"), [("3.9", False), ("4", False), ("4.1", True)])
def test_campaigns_below_the_agreed_floor_stand_out(spring: Cast, at: datetime, floor: str, below: bool) -> None:
    with tenant_scope(spring.acme.pk):
        make_signed(spring, at=at, floors={"pipeline_per_euro": floor})
    url = "return/?since=2026-03&until=2026-04"
    context = page(spring, "marc", url, at + 200 * DAY).context
    assert (context["floor"], [row.below for row in context["rows"]], context["below"]) == (
        Decimal(floor), [below], int(below)
    )  # fmt: skip
    # What was handed over lately can still come to something.
    young = page(spring, "marc", url, at + 60 * DAY).content.decode()
    assert ("not there yet" in young) is below
    assert "below the floor</span></span>" not in young


def test_each_count_opens_its_leads(spring: Cast, at: datetime) -> None:
    for touch in ("first", "last"):
        url = f"return/?since=2026-02&until=2026-03&touch={touch}"
        for row in page(spring, "rita", url, at + 60 * DAY).context["rows"]:
            for count, link in (
                (row.figures.mqls, row.mqls_url),
                (row.figures.sqls, row.sqls_url),
                (row.figures.customers, row.customers_url),
            ):
                shown = page(spring, "rita", link.removeprefix("/o/acme/"), at + 60 * DAY)
                assert shown.context["total"] == count, link


def test_costs_taken_back_and_of_other_months_do_not_count(spring: Cast, at: datetime) -> None:
    (row,) = page(spring, "marc", "return/?since=2026-02&until=2026-03", at + 60 * DAY).context["rows"]
    assert row.figures.cost == 1700
    assert page(spring, "marc", "return/?since=2026-01&until=2026-01", at).context["rows"] == []


# Revenue


def test_revenue_by_the_month_of_the_purchase(spring: Cast, at: datetime) -> None:
    with tenant_scope(spring.acme.pk):
        Lead.objects.filter(email="b@example.com").update(origin=Lead.Origin.SALES)
        found = revenue_of(date(2026, 2, 1), date(2026, 4, 1), zone="Europe/Vienna")
    february, march, april = found.months
    assert (february.total, february.took) == (Won(), Took())
    assert (march.marketing, march.sales, march.total) == (Won(1, Decimal(3000)), Won(), Won(1, Decimal(3000)))
    assert (april.marketing, april.sales) == (Won(), Won(1, Decimal(1000)))
    # First touch and handover were at the same moment; of two the nearest rank is the shorter.
    days = 86400
    assert (march.took, april.took) == (Took(10 * days, 10 * days), Took(40 * days, 40 * days))
    assert found.took == Took(10 * days, 10 * days)


def test_time_to_customer_begins_with_the_first_touch(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        seen = Attribution(first=Touch(campaign="x", at=at - 30 * DAY))
        win(cast, make_handover(at=at, attribution=seen), 500, after=10 * DAY)
        found = revenue_of(date(2026, 3, 1), date(2026, 3, 1), zone="Europe/Vienna")
    assert found.took == Took(40 * 86400, 10 * 86400)


def test_a_purchase_at_midnight_belongs_to_the_month_of_the_organisation(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        handover = make_handover(at=at)
        # 00:30 on the first of April in Vienna is 22:30 of the day before in UTC.
        win(cast, handover, 500, after=datetime.fromisoformat("2026-03-31T22:30:00Z") - at)
        found = revenue_of(date(2026, 3, 1), date(2026, 4, 1), zone="Europe/Vienna")
    assert [month.total.customers for month in found.months] == [0, 1]


def test_revenue_stands_beside_what_was_agreed(spring: Cast, at: datetime) -> None:
    with tenant_scope(spring.acme.pk):
        make_signed(spring, at=at, revenue={"marketing": 4000, "sales": "500.50"})
    rows = page(spring, "rita", "revenue/?since=2026-03&until=2026-04", at + 60 * DAY).context["rows"]
    april, march = rows
    # The version with a target begins in April.
    assert (march.total.target, march.total.share) == (None, None)
    assert (april.marketing.target, april.sales.target, april.total.target) == (
        4000,
        Decimal("500.5"),
        Decimal("4500.5"),
    )
    assert april.marketing.share == 25
    for row in rows:
        for earned in (row.marketing, row.sales, row.total):
            shown = page(spring, "rita", earned.url.removeprefix("/o/acme/"), at + 60 * DAY)
            assert shown.context["total"] == earned.won.customers


# Criteria


def test_criteria_counted_by_hand(spring: Cast, at: datetime) -> None:
    response = page(spring, "sam", "criteria/?since=2026-03&until=2026-03", at + 200 * DAY)
    rows = {row.finding.key: row for row in response.context["rows"]}
    country = rows["country"].finding
    assert (country.met.sent, country.not_met.sent, country.unknown.sent) == (3, 1, 0)
    # Three met it: two were accepted and bought, one is undecided. The fourth was sent back.
    acceptance, purchase = country.acceptance, country.purchase
    assert (acceptance.having.numerator, acceptance.having.denominator, acceptance.having.pending) == (2, 2, 1)
    assert (acceptance.lacking.numerator, acceptance.lacking.denominator) == (0, 1)
    assert (purchase.having.numerator, purchase.having.denominator) == (2, 3)
    assert (purchase.lacking.numerator, purchase.lacking.denominator) == (0, 1)
    assert acceptance.verdict == purchase.verdict == "too_few"
    assert "too few to say" in response.content.decode()
    assert not country.is_useless


def test_purchases_wait_until_leads_had_their_time(spring: Cast, at: datetime) -> None:
    response = page(spring, "sam", "criteria/?since=2026-03&until=2026-03", at + 60 * DAY)
    row = next(row for row in response.context["rows"] if row.finding.key == "country")
    assert (row.finding.purchase.having.denominator, row.finding.purchase.having.pending) == (0, 3)
    assert response.context["is_young"]


def test_each_side_of_a_criterion_opens_its_leads(spring: Cast, at: datetime) -> None:
    rows = page(spring, "rita", "criteria/?since=2026-02&until=2026-03", at + 200 * DAY).context["rows"]
    for row in rows:
        for side in (row.met, row.not_met, row.unknown):
            for count, url in (
                (side.outcomes.sent, side.url),
                (side.outcomes.taken, side.accepted_url),
                (side.outcomes.won, side.bought_url),
            ):
                shown = page(spring, "rita", url.removeprefix("/o/acme/"), at + 200 * DAY)
                assert shown.context["total"] == count, url


def test_what_was_sent_under_a_version_is_told_of_that_version(spring: Cast, at: datetime) -> None:
    with tenant_scope(spring.acme.pk):
        make_signed(spring, at=at, floors={"criterion_cases": 50})
    later = at + 60 * DAY
    now = page(spring, "sam", "criteria/", later).context
    assert (now["version"].number, now["least"], sum(row.finding.met.sent for row in now["rows"])) == (2, 50, 0)
    before = page(spring, "sam", "criteria/?version=1", later).context
    assert (before["version"].number, before["least"]) == (1, 30)
    assert sum(row.finding.met.sent for row in before["rows"]) > 0


@pytest.fixture
def useless(spring: Cast, at: datetime) -> Cast:
    """The same, judged from one lead on: the little there is shows no difference for the country."""
    with tenant_scope(spring.acme.pk):
        content = AgreementVersion.objects.get().content
        # A signed version does not change; the next one says it, and the handovers are moved under it.
        version = make_signed(spring, at=at, floors={"criterion_cases": 1})
        assert content["definitions"] == version.content["definitions"]
        Handover.objects.update(version=version)
    return spring


def test_a_head_drafts_the_next_version_without_a_useless_criterion(useless: Cast, at: datetime) -> None:
    later = at + 200 * DAY
    url = "criteria/?since=2026-03&until=2026-03"
    response = page(useless, "sina", url, later)
    row = next(row for row in response.context["rows"] if row.finding.key == "country")
    assert row.finding.is_useless
    assert 'name="criterion" value="country"' in response.content.decode()
    assert "Draft without it" not in page(useless, "rita", url, later).content.decode()
    with time_machine.travel(later, tick=False):
        answer = signed_in(useless.sina).post("/o/acme/criteria/drop/", {"criterion": "country"})
        again = signed_in(useless.sina).post("/o/acme/criteria/drop/", {"criterion": "country"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/o/acme/agreement/3/definitions/")
    assert again.status_code == 409
    with tenant_scope(useless.acme.pk):
        draft = AgreementVersion.objects.get(number=3)
    assert draft.state == "draft"
    assert "country" not in {criterion["key"] for criterion in draft.content["definitions"]["fit"]}


@pytest.mark.parametrize("name", ["mara", "sam", "rita", "ned", "ada"])
def test_nobody_but_the_heads_drafts(cast: Cast, at: datetime, name: str) -> None:
    with time_machine.travel(at, tick=False):
        answer = signed_in(cast.people()[name]).post("/o/acme/criteria/drop/", {"criterion": "country"})
    assert answer.status_code == 403
    with tenant_scope(cast.acme.pk):
        assert AgreementVersion.objects.count() == 1


# All of them


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", ["mara", "sam", "rita", "ned", "ada"])
def test_every_member_sees_the_same_figures(spring: Cast, at: datetime, path: str, name: str) -> None:
    response = page(spring, name, f"{path}/", at + DAY)
    assert response.status_code == 200
    assert CANARY not in response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_gets_404(cast: Cast, at: datetime, path: str) -> None:
    assert page(cast, "gus", f"{path}/", at).status_code == 404


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-03&until=2026-02", "until"),
        ("since=2020-01&until=2026-02", "until"),
        ("since=x", "since"),
        ("until=2026-13", "until"),
    ],
)
def test_a_period_that_there_is_not_is_named_at_its_field(
    cast: Cast, at: datetime, path: str, query: str, field: str
) -> None:
    response = page(cast, "sam", f"{path}/?{query}", at)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


@pytest.mark.parametrize("path", PAGES)
def test_costs_few_queries(spring: Cast, at: datetime, path: str) -> None:
    client = signed_in(spring.rita)
    with time_machine.travel(at + DAY, tick=False):
        client.get(f"/o/acme/{path}/")
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(f"/o/acme/{path}/")
    asked = [query["sql"] for query in found.captured_queries if not query["sql"].startswith(NO_QUERY)]
    assert len(asked) <= MOST_QUERIES


def test_before_the_first_agreement_the_page_says_what_to_do(cast: Cast, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        response = signed_in(cast.gus).get(f"/o/{cast.globex.slug}/criteria/")
    assert response.status_code == 200


# Clients


def test_a_client_reads_the_same_figures(spring: Cast, at: datetime) -> None:
    later = at + 200 * DAY
    body = call(spring, later, "campaigns?since=2026-03&until=2026-03").json()
    (line,) = body["campaigns"]
    assert line["name"] == "Spring"
    assert {name: line[name] for name in ("cost", "mqls", "won", "cost_per_sql", "roi_percent")} == {
        "cost": "1000.00", "mqls": 4, "won": "4000.00", "cost_per_sql": "500.00", "roi_percent": "300.00"
    }  # fmt: skip
    assert body["total"]["pipeline_per_euro"] == "4.00"
    earned = call(spring, later, "revenue?since=2026-03&until=2026-04").json()
    assert [month["total"]["amount"] for month in earned["months"]] == ["3000.00", "1000.00"]
    assert earned["time_to_customer"]["from_handover_seconds"] == 10 * 86400
    report = call(spring, later, "criteria?since=2026-03&until=2026-03&version=1").json()
    country = next(one for one in report["criteria"] if one["key"] == "country")
    assert (country["met"], country["not_met"], country["unknown"]) == (3, 1, 0)
    assert country["acceptance"]["having"] == {"percent": 100.0, "numerator": 2, "denominator": 2, "pending": 1}
    assert (country["purchase"]["verdict"], country["useless"]) == ("too_few", False)


@pytest.mark.parametrize("path", ["criteria", "campaigns", "revenue", "funnel", "pace", "speed-to-lead"])
def test_what_has_not_changed_is_answered_in_a_few_bytes(spring: Cast, at: datetime, path: str) -> None:
    later = at + DAY
    tag = call(spring, later, path).headers["ETag"]
    again = call(spring, later, path, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    with tenant_scope(spring.acme.pk):
        book_cost(
            Campaign.objects.get(utm_norm="fair"), booked_on=later.date(), amount=Decimal(5), by=spring.mara, at=at
        )
    changed = call(spring, later, path, **{"If-None-Match": tag})
    assert changed.status_code == (200 if path == "campaigns" else 304)


@pytest.mark.parametrize("path", ["criteria", "campaigns", "revenue"])
def test_a_key_needs_the_scope(cast: Cast, at: datetime, path: str) -> None:
    assert call(cast, at, path, scope="leads:read").status_code == 403
    assert Client().get(f"/api/v1/kpis/{path}").status_code == 401


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("criteria?since=2026-13", "/since"),
        ("criteria?version=x", "/version"),
        ("revenue?since=2026-03&until=2026-02", "/until"),
        ("revenue?since=2010-03", "/until"),
        ("campaigns?touch=middle", "/touch"),
        ("campaigns?month=2026-03", "/month"),
    ],
)
def test_names_a_wrong_parameter(cast: Cast, at: datetime, query: str, pointer: str) -> None:
    response = call(cast, at, query)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_a_version_that_there_is_not_is_not_found(cast: Cast, at: datetime) -> None:
    assert call(cast, at, "criteria?version=9").status_code == 404
