"""What campaigns brought over their whole life: added up and from the handovers the same, also what came late."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import time_machine

from dashboards.models import Rollup
from dashboards.queries import Cut, month_figures
from dashboards.queries.campaign_life import campaign_life
from dashboards.rollups import step
from events.actions import record
from leads.actions.campaigns import create_campaign
from leads.brought import Brought
from leads.models import Campaign, Handover, Lead
from leads.periods import CONVERSION_FOR
from leads.queries import campaign_rows
from leads.queries.campaigns import brought_directly
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover, make_lead
from tests.support import Cast, signed_in

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
ZONE = "Europe/Vienna"


@pytest.fixture
def spring(cast: Cast, at: datetime) -> Campaign:
    """Of five handovers one won in time without a note of the steps, one qualified and won a second too late."""
    with tenant_scope(cast.acme.pk):
        campaign = create_campaign(name="Spring", utm="spring", by=cast.ada, at=at)
        sent = [make_handover(by=cast.mara, at=at, email=f"c{number}@example.com") for number in range(5)]
        make_lead(at=at, email="never-sent@example.com")
        Lead.objects.update(campaign=campaign)
        limit = at + CONVERSION_FOR
        closed: dict[str, Any] = {"progress": "closed", "outcome": "won"}
        change(sent[0], closed_at=limit, amount=700, **closed)
        change(
            sent[1], qualified_at=limit + SECOND, opportunity_at=limit + SECOND, closed_at=limit + SECOND, amount=90,
            **closed,
        )  # fmt: skip
        change(sent[2], qualified_at=limit)
        change(sent[3], qualified_at=limit, opportunity_at=limit + SECOND, amount=1000)
    return campaign


def change(handover: Handover, **changes: Any) -> None:
    """Note steps at moments to the second, also such as the product would not let be noted alone."""
    Handover.objects.filter(pk=handover.pk).update(**changes)


def add_up(at: datetime) -> None:
    Rollup.objects.create(next_at=at)
    while step(at=at).more:
        pass


EXPECTED = Brought(handovers=5, qualified=3, pipeline=Decimal(1090), won=Decimal(790), since=date(2026, 3, 1))


def lives(at: datetime) -> Mapping[UUID, Brought] | None:
    return campaign_life(None, at)


def test_late_steps_count_and_steps_that_nobody_noted_do_not(cast: Cast, spring: Campaign, at: datetime) -> None:
    late = at + 2 * CONVERSION_FOR
    with tenant_scope(cast.acme.pk):
        assert brought_directly([spring.pk]) == {spring.pk: EXPECTED}
        add_up(late)
        assert lives(late) == campaign_life(spring.pk, late) == {spring.pk: EXPECTED}
        # The month's own cohort goes by its days alone.
        cohort = month_figures(Cut(at.date().replace(day=1)), at=late, zone=ZONE).cohort
        assert (cohort.qualified, cohort.opportunities, cohort.won) == (3, 1, 1)


def test_what_happened_since_the_count_is_in_it(cast: Cast, spring: Campaign, at: datetime) -> None:
    late = at + 2 * CONVERSION_FOR
    with tenant_scope(cast.acme.pk):
        add_up(late)
        handover = Handover.objects.get(amount=1000)
        change(handover, progress="closed", outcome="won", closed_at=late, amount=1200)
        record("handover.closed", handover, by=cast.sam, at=late, thread=handover.lead_id)
        assert lives(late) == brought_directly([spring.pk])
        assert lives(late) != {spring.pk: EXPECTED}


def test_without_figures_the_handovers_answer(cast: Cast, spring: Campaign, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        assert lives(at) is None
        [row] = campaign_rows(at=at)
        assert (row.leads, row.handovers, row.qualified, row.won) == (6, 5, 3, Decimal(790))


def test_the_page_and_the_list_of_the_interface_show_them(cast: Cast, spring: Campaign, at: datetime) -> None:
    late = at + 2 * CONVERSION_FOR
    with tenant_scope(cast.acme.pk):
        add_up(late)
    with time_machine.travel(late, tick=False):
        client = signed_in(cast.mara)
        [row] = client.get("/o/acme/campaigns/").context["rows"]
        one = client.get(f"/o/acme/campaigns/{spring.pk}/").context["row"]
    assert row == one
    assert (row.leads, row.handovers, row.qualified, row.pipeline, row.won) == (6, 5, 3, 1090, 790)


@pytest.mark.parametrize("path", ["campaigns/", "campaigns/{id}/"])
def test_each_number_opens_its_leads(cast: Cast, spring: Campaign, at: datetime, path: str) -> None:
    late = at + 2 * CONVERSION_FOR
    with time_machine.travel(late, tick=False):
        client = signed_in(cast.mara)
        page = client.get("/o/acme/" + path.format(id=spring.pk)).content.decode()
        links = [unescape(link) for link in re.findall(r'href="(/o/acme/leads/\?campaign=[^"]+)"', page)]
        totals = [client.get(link).context["total"] for link in links]
    # Leads, handed over, SQL, opportunities with their amounts, won ones with theirs.
    assert totals == [6, 5, 3, 2, 2]
