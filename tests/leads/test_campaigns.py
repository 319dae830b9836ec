"""Campaigns: what they cost and bring, names that nobody knows, and what sales says of them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from leads.actions import (
    CampaignChanged,
    CostWithdrawn,
    UtmTaken,
    accept_handover,
    advance_handover,
    book_cost,
    change_campaign,
    create_campaign,
    give_feedback,
    hand_over,
    log_attempt,
    map_name,
    take_in,
    withdraw_cost,
)
from leads.capture import Attribution, Touch
from leads.models import Campaign, CampaignFeedback, Lead, UtmName
from leads.queries import campaign_rows, names_of, unknown_names
from notifications.models import Notification
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import captured, kinds_of, ready_at
from tests.support import Cast, api_key, run_outbox

SOON = timedelta(minutes=5)


def make_campaign(cast: Cast, at: datetime, **facts: Any) -> Campaign:
    """The spring fair."""
    facts.setdefault("owner", cast.mara)
    return create_campaign(name="Spring fair", utm="", by=cast.mara, at=at, **facts)


def visit(campaign: str, at: datetime, *, email: str = "jane.doe@example.com") -> Lead:
    """A lead whose first visit names a campaign."""
    touch = Touch(source="fair", medium="event", campaign=campaign, at=at)
    told = captured(email, attribution=Attribution(touch, touch, {}, "", ""), behaviours=ready_at(at))
    return take_in(told, at=at).lead


def test_visits_find_their_campaign_however_it_is_spelled(acme: Cast, at: datetime) -> None:
    campaign = make_campaign(acme, at)
    assert campaign.utm_norm == "spring_fair"
    assert visit("SPRING-Fair", at).campaign == campaign
    assert not UtmName.objects.exists()


def test_an_unknown_name_waits_until_somebody_says_what_it_means(acme: Cast, at: datetime) -> None:
    campaign = make_campaign(acme, at)
    first, second = visit("frühjahr26", at), visit("Frühjahr26", at, email="other@example.org")
    (name,) = unknown_names()
    assert (name.example, name.leads) == ("frühjahr26", 2)
    assert map_name(UtmName.objects.get(), to=campaign, by=acme.ada, at=at) == 2
    assert {lead.campaign_id for lead in Lead.objects.filter(pk__in=[first.pk, second.pk])} == {campaign.pk}
    assert visit("frühjahr26", at, email="third@example.net").campaign == campaign
    assert names_of(campaign) == ["frühjahr26"]
    assert unknown_names() == []


def test_a_name_that_means_nothing_is_asked_about_once(acme: Cast, at: datetime) -> None:
    visit("test123", at)
    assert map_name(UtmName.objects.get(), to=None, by=acme.ada, at=at) == 0
    visit("test123", at, email="other@example.org")
    assert unknown_names() == []


def test_a_new_campaign_takes_the_leads_that_came_under_its_name(acme: Cast, at: datetime) -> None:
    lead = visit("spring fair", at)
    campaign = make_campaign(acme, at)
    lead.refresh_from_db()
    assert (lead.campaign, lead.utm_unknown) == (campaign, "")
    assert UtmName.objects.get().state == "mapped"


def test_mapping_never_takes_a_lead_from_its_first_campaign(acme: Cast, at: datetime) -> None:
    spring = make_campaign(acme, at)
    lead = visit("spring fair", at)
    Lead.objects.filter(pk=lead.pk).update(utm_unknown="autumn")
    autumn = create_campaign(name="Autumn", utm="autumn", by=acme.mara, at=at)
    lead.refresh_from_db()
    assert lead.campaign == spring
    assert autumn.utm_norm == "autumn"


def test_refuses_a_name_in_links_that_is_taken_and_a_period_that_ends_before_it_begins(
    acme: Cast, at: datetime
) -> None:
    make_campaign(acme, at)
    with pytest.raises(UtmTaken):
        create_campaign(name="Other", utm="spring_FAIR", by=acme.mara, at=at)
    with pytest.raises(InvalidInput):
        create_campaign(
            name="Third", utm="", by=acme.mara, at=at, first_day=date(2026, 3, 2), last_day=date(2026, 3, 1)
        )
    assert Campaign.objects.count() == 1


def test_of_two_who_change_a_campaign_the_second_is_told(acme: Cast, at: datetime) -> None:
    campaign = make_campaign(acme, at)
    change_campaign(campaign, changes={"budget": Decimal(900)}, revision=1, by=acme.mara, at=at)
    with pytest.raises(CampaignChanged):
        change_campaign(campaign, changes={"budget": Decimal(100)}, revision=1, by=acme.marc, at=at)
    campaign.refresh_from_db()
    assert campaign.budget == Decimal(900)


def test_counts_what_a_campaign_cost_and_brought(acme: Cast, at: datetime) -> None:
    campaign = make_campaign(acme, at, budget=Decimal(1000))
    book_cost(campaign, booked_on=at.date(), amount=Decimal(600), by=acme.mara, at=at)
    wrong = book_cost(campaign, booked_on=at.date(), amount=Decimal(5000), by=acme.mara, at=at)
    book_cost(campaign, booked_on=at.date(), amount=Decimal(-100), note="credit note", by=acme.mara, at=at)
    withdraw_cost(wrong, by=acme.mara, at=at)
    with pytest.raises(CostWithdrawn):
        withdraw_cost(wrong, by=acme.mara, at=at)
    handover = hand_over(visit("spring fair", at), by=acme.mara, at=at)
    visit("spring fair", at, email="other@example.org")
    accept_handover(handover, by=acme.sam, at=at + SOON)
    log_attempt(handover, channel="call", outcome="reached", by=acme.sam, at=at + SOON)
    for step in ("qualified", "opportunity"):
        handover = advance_handover(handover, progress=step, amount=Decimal(2000), by=acme.sam, at=at + SOON)
    (row,) = campaign_rows(at=at + SOON)
    assert (row.cost, row.leads, row.handovers, row.qualified) == (Decimal(500), 2, 1, 1)
    assert (row.pipeline, row.won, row.pipeline_per_money, row.budget_used) == (
        Decimal(2000), Decimal(0), Decimal(4), Decimal(50),
    )  # fmt: skip


def test_the_return_is_empty_where_nothing_is_booked(acme: Cast, at: datetime) -> None:
    make_campaign(acme, at)
    (row,) = campaign_rows(at=at + SOON)
    assert (row.pipeline_per_money, row.budget_used, row.cost_per_handover) == (None, None, None)


@pytest.mark.parametrize("amount", ["0", "NaN", "Infinity", "10000000000"])
def test_refuses_a_cost_that_is_no_money(acme: Cast, at: datetime, amount: str) -> None:
    campaign = make_campaign(acme, at)
    with pytest.raises(InvalidInput):
        book_cost(campaign, booked_on=at.date(), amount=Decimal(amount), by=acme.mara, at=at)
    assert campaign_rows(at=at + SOON)[0].cost == 0


def test_what_sales_says_reaches_the_owner(live_cast: Cast, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        campaign = make_campaign(live_cast, at)
        said = give_feedback(campaign, verdict="no_buyers", text="Students only.", by=live_cast.sam, at=at)
        assert kinds_of(said) == ["campaign.feedback_given"]
        with pytest.raises(InvalidInput):
            give_feedback(campaign, verdict="buyers", text=" ", by=live_cast.sam, at=at)
    run_outbox(organisation=live_cast.acme, at=now())
    with tenant_scope(live_cast.acme.pk):
        told = Notification.objects.get(kind="campaign.feedback_given")
        assert told.member_id == live_cast.mara.pk
        assert CampaignFeedback.objects.count() == 1


def test_the_list_costs_the_same_number_of_queries_whatever_it_holds(
    acme: Cast, at: datetime, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        create_campaign(name=f"Campaign {number}", utm="", by=acme.mara, at=at)
    # The campaigns with their owners; the zone, the first month, and whether figures are added up: they are not here;
    # costs, leads and handovers of all of them.
    with django_assert_num_queries(7):
        assert len(campaign_rows(at=at + SOON)) == 5


def test_people_keep_a_campaign_in_the_browser(cast: Cast, at: datetime, client_of: Any) -> None:
    slug, mara, sam = cast.acme.slug, client_of(cast.mara), client_of(cast.sam)
    with time_machine.travel(at, tick=False):
        new = reverse("leads:campaign_new", args=[slug])
        assert mara.post(new, {"name": ""}).status_code == 422
        backwards = {"name": "Fair", "first_day": "2026-03-02", "last_day": "2026-03-01"}
        assert b"ends before it begins" in mara.post(new, backwards).content
        made = mara.post(new, {"name": "Spring fair", "budget": "1000"})
        page = made.headers["Location"]
        assert mara.post(new, {"name": "Spring fair"}).status_code == 409
        assert mara.post(f"{page}costs/", {"booked_on": "2026-03-01", "amount": "0"}).status_code == 422
        assert mara.post(f"{page}costs/", {"booked_on": "2026-03-01", "amount": "250.50"}).status_code == 302
        assert b"250.50" in mara.get(page).content
        assert sam.post(f"{page}costs/", {"booked_on": "2026-03-01", "amount": "1"}).status_code == 403
        assert sam.post(f"{page}feedback/", {"verdict": "buyers", "text": ""}).status_code == 422
        assert sam.post(f"{page}feedback/", {"verdict": "buyers", "text": "Two deals."}).status_code == 302
        assert b"Two deals." in mara.get(page).content
        assert b"Spring fair" in sam.get(reverse("leads:campaigns", args=[slug])).content
        assert client_of(cast.gus).get(page).status_code == 404


def test_a_client_makes_a_campaign_and_books_its_cost(cast: Cast, at: datetime, client: Any) -> None:
    headers = api_key(cast.mara, "leads:read", "leads:write", at=at)

    def post(path: str, body: dict[str, Any]) -> Any:
        return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)

    with time_machine.travel(at, tick=False):
        made = post("/campaigns", {"name": "Spring fair", "budget": "1000", "first_day": "2026-03-01"})
        assert (made.status_code, made.json()["utm"], made.headers["ETag"]) == (201, "spring_fair", '"1"')
        assert post("/campaigns", {"name": "spring FAIR"}).json()["code"] == "utm_taken"
        assert post("/campaigns", {"name": "x", "first_day": "2026-03-02", "last_day": "2026-03-01"}).status_code == 422
        costs = f"/campaigns/{made.json()['id']}/costs"
        assert post(costs, {"booked_on": "2026-03-01", "amount": "120.5"}).json()["amount"] == "120.50"
        assert post(costs, {"booked_on": "2026-03-01", "amount": 0}).status_code == 422
        assert client.get("/api/v1/campaigns", headers=headers).json()["results"][0]["cost"] == "120.50"
