"""The lists behind reports: several months, a criterion, the last touch, purchases of a month."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from leads.actions import (
    accept_handover,
    advance_handover,
    create_campaign,
    hand_over,
    log_attempt,
    map_name,
    merge_leads,
)
from leads.asking import asking_from
from leads.capture import Attribution, Touch
from leads.models import Handover, Lead, UtmName
from leads.queries.lists import found_leads
from tests.leads.makers import make_handover, make_lead
from tests.support import Cast

ZONE = "Europe/Vienna"
DAY = timedelta(days=1)


def visits(first: str, last: str = "") -> Attribution:
    return Attribution(first=Touch(campaign=first), last=Touch(campaign=last) if last else None)


def found(cast: Cast, at: datetime, query: str) -> list[str]:
    """Return the addresses of the leads that a list shows."""
    told = dict(part.split("=") for part in query.split("&"))
    asked = asking_from(told, at=at, zone=ZONE).asked
    leads = found_leads(cast.rita, asked).leads
    return sorted(leads.values_list("email", flat=True))


def win(cast: Cast, handover: Handover, at: datetime) -> None:
    soon = handover.sent_at + timedelta(hours=1)
    accept_handover(_fresh(handover), by=cast.sam, at=soon)
    log_attempt(_fresh(handover), channel="call", outcome="reached", by=cast.sam, at=soon)
    advance_handover(_fresh(handover), outcome="won", amount=Decimal(900), by=cast.sam, at=at)


def _fresh(handover: Handover) -> Handover:
    return Handover.objects.select_related("lead", "subject", "version", "assigned_to").get(pk=handover.pk)


@pytest.fixture
def sent(acme: Cast, at: datetime) -> Cast:
    """Three handovers in March, of which the third won in April, and one in April of a company of the wrong size."""
    for n in range(3):
        make_handover(at=at + n * DAY, email=f"march{n}@example.com", attribution=visits("spring", "fair"))
    small = make_lead(at=at + 31 * DAY, email="april@example.com", company={"country": "FR"}, attribution=visits("x"))
    hand_over(small, by=acme.mara, at=at + 31 * DAY, override_reason="a friend")
    win(acme, Handover.objects.get(lead__email="march2@example.com"), at + 40 * DAY)
    return acme


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("month=2026-03", ["march0", "march1", "march2"]),
        ("month=2026-03&until=2026-04", ["april", "march0", "march1", "march2"]),
        ("month=2026-03&until=2026-02", ["march0", "march1", "march2"]),
        ("month=2026-03&until=2026-04&criterion=country&judged=met", ["march0", "march1", "march2"]),
        ("month=2026-03&until=2026-04&criterion=country&judged=not_met", ["april"]),
        ("month=2026-03&until=2026-04&criterion=country&judged=not_met&decision=accepted", []),
        ("month=2026-03&until=2026-04&criterion=country&judged=met&decision=accepted&version=1", ["march2"]),
        ("month=2026-03&version=2", []),
        ("month=2026-04&dated=won", ["march2"]),
        ("month=2026-04&dated=won&origin=marketing", ["march2"]),
        ("month=2026-04&dated=won&origin=sales", []),
        ("month=2026-03&dated=won", []),
        ("month=2026-02&until=2026-05&dated=won", ["march2"]),
    ],
)
def test_a_report_opens_its_leads(sent: Cast, at: datetime, query: str, who: list[str]) -> None:
    assert found(sent, at, query) == [f"{name}@example.com" for name in who]


def test_the_last_visit_that_named_a_campaign_is_the_last_touch(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at, attribution=visits("spring", "Fair 2026"))
    assert lead.last_utm == "fair_2026"
    # One without a name changes nothing.
    assert make_lead(at=at + DAY, attribution=Attribution(last=Touch(source="google"))).last_utm == "fair_2026"
    assert make_lead(at=at + 2 * DAY, attribution=visits("", "autumn")).last_utm == "autumn"


def test_a_handover_keeps_the_last_touch_that_it_was_sent_with(acme: Cast, at: datetime) -> None:
    handover = make_handover(at=at, attribution=visits("spring", "Fair 2026"))
    make_lead(at=at + DAY, attribution=visits("", "autumn"))
    assert Handover.objects.get().last_utm == "fair_2026"
    assert handover.judged == [f"{reason['key']}:{reason['state']}" for reason in handover.snapshot["score_reasons"]]
    assert "industry:met" in handover.judged


def test_who_maps_a_name_later_finds_its_handovers(acme: Cast, at: datetime) -> None:
    make_handover(at=at, attribution=visits("spring", "Messe"))
    fair = create_campaign(name="Fair", utm="", by=acme.mara, at=at)
    query = f"month=2026-03&last_touch={fair.pk}"
    assert found(acme, at, query) == []
    map_name(UtmName.objects.get(norm="messe"), to=fair, by=acme.marc, at=at)
    assert found(acme, at, query) == ["jane.doe@example.com"]
    # By the first touch it is another's.
    assert Lead.objects.get().campaign != fair


def test_of_two_that_are_one_person_the_later_visit_is_the_last_touch(acme: Cast, at: datetime) -> None:
    older = make_lead(at=at, email="old@example.com", attribution=visits("spring", "fair"))
    newer = make_lead(at=at + DAY, email="new@example.com", attribution=visits("autumn"))
    merge_leads(older, newer, by=acme.mara, at=at + 2 * DAY)
    assert Lead.objects.get(pk=older.pk).last_utm == "autumn"


@pytest.mark.parametrize(
    "query",
    ["version=x", "version=99999", "judged=maybe", "origin=both", "dated=lost", "until=2026-13", "last_touch=x"],
)
def test_what_cannot_be_read_means_nothing(sent: Cast, at: datetime, query: str) -> None:
    assert len(found(sent, at, f"month=2026-03&{query}")) == 3
