"""The list of a month's cohort: the short way over its handovers shows what the long way does."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine

from leads.actions import reject_handover, resend_lead
from leads.actions.campaigns import create_campaign
from leads.asking import asking_from
from leads.models import Handover, Lead, Rejection
from leads.queries import cohort_lists
from leads.queries.cohort_lists import SENT
from leads.queries.cohorts import CohortCut
from leads.queries.lists import NONE, ORDERS, Asked, Found, found_leads, rows_of
from sla.actions import notice_due
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover
from tests.support import Cast, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture
def month(acme: Cast, at: datetime) -> date:
    """A month with four handovers, one of a lead that was merged since, and one handover of another month."""
    sent = [make_handover(at=at + timedelta(minutes=n), email=f"p{n}@example.com") for n in range(4)]
    make_handover(at=at + timedelta(days=40), email="later@example.com")
    Lead.objects.filter(pk=sent[0].lead_id).update(updated_at=at + timedelta(hours=1))
    Lead.objects.filter(pk=sent[1].lead_id).update(merged_into=sent[0].lead_id)
    return at.astimezone(ZoneInfo(acme.acme.zone)).date().replace(day=1)


def both_ways(found: Found) -> list[UUID]:
    """Return the leads of the short way, which must be those of the long way in the same order."""
    assert found.ids is not None
    assert found.ids == list(found.leads.values_list("pk", flat=True))
    return found.ids


@pytest.mark.parametrize("order", [*ORDERS, SENT])
def test_shows_the_same_leads_in_the_same_order(order: str, month: date, acme: Cast) -> None:
    asked = Asked(cohort=CohortCut(month=month), order=order)
    found = found_leads(acme.mara, asked)
    ids = both_ways(found)
    assert len(ids) == 3
    for page in (ids[:2], found.leads[:2]):
        assert [lead.pk for lead in rows_of(page, asked)] == ids[:2]


def test_takes_the_long_way_where_more_is_asked(month: date, acme: Cast) -> None:
    found = found_leads(acme.mara, Asked(cohort=CohortCut(month=month), country="AT"))
    assert found.ids is None


def test_a_country_of_the_cohort_goes_the_short_way_too(month: date, acme: Cast) -> None:
    Lead.objects.filter(email="p2@example.com").update(country="CH")
    (lead_id,) = both_ways(
        found_leads(acme.mara, Asked(cohort=CohortCut(month=month, country="CH"), country="CH", order=SENT))
    )
    assert Lead.objects.get(email="p2@example.com").pk == lead_id


def test_leads_of_no_campaign_go_the_short_way_too(month: date, at: datetime, acme: Cast) -> None:
    campaign = create_campaign(name="Spring", utm="spring", by=acme.ada, at=at)
    Lead.objects.filter(email="p2@example.com").update(campaign=campaign)
    asked = Asked(cohort=CohortCut(month=month), campaign=NONE, order=SENT)
    assert len(both_ways(found_leads(acme.mara, asked))) == 2


# What was sent last comes first


@pytest.fixture
def returned(acme: Cast, at: datetime) -> list[Handover]:
    """Two leads of one month; the older was rejected and sent again, which makes it the newer."""
    sent = [make_handover(at=at + n * HOUR, email=f"r{n}@example.com") for n in range(2)]
    reject_handover(sent[0], reason="data_missing", note="no", by=acme.sam, at=at + 2 * HOUR)
    rejection = Rejection.objects.select_related("handover__lead", "handover__subject", "handover__version").get()
    resend_lead(rejection, changes={}, note="again", by=acme.mara, at=at + 3 * HOUR)
    return sent


def asked_for(at: datetime, query: str) -> Asked:
    given = dict(part.split("=") for part in f"month={at:%Y-%m}&{query}".split("&"))
    return asking_from(given, at=at, zone="Europe/Vienna").asked


def test_a_lead_that_was_handed_over_twice_is_listed_once(
    returned: list[Handover], acme: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [handover.lead_id for handover in returned]
    asked = asked_for(at, "tier=")
    assert asked.order == SENT
    assert both_ways(found_leads(acme.rita, asked)) == expected
    # Also where its rows are read one by one.
    monkeypatch.setattr(cohort_lists, "AT_ONCE", 1)
    assert both_ways(found_leads(acme.rita, asked)) == expected


@pytest.mark.parametrize("part", ["tier=", "tier=standard", "commitment=first_contact", "country=AT", "campaign=none"])
def test_of_promises_what_fell_due_last_comes_first(
    part: str, returned: list[Handover], acme: Cast, at: datetime
) -> None:
    late = at + timedelta(days=9)
    notice_due(at=late)
    asked = asked_for(late, f"promise=breached&side=sales&{part}")
    assert both_ways(found_leads(acme.rita, asked)) == [handover.lead_id for handover in returned]


def test_leads_of_another_rep_are_not_listed(returned: list[Handover], acme: Cast, at: datetime) -> None:
    late = at + timedelta(days=9)
    notice_due(at=late)
    for query in ("tier=", "promise=breached&side=sales"):
        asked = asked_for(late, f"owner={acme.sina.pk}&{query}")
        assert both_ways(found_leads(acme.rita, asked)) == []


def test_a_long_list_says_that_there_are_more(cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cohort_lists, "MOST_LEADS", 2)
    monkeypatch.setattr("leads.queries.lists.MOST_LEADS", 2)
    with tenant_scope(cast.acme.pk):
        sent = [make_handover(by=cast.mara, at=at + n * HOUR, email=f"r{n}@example.com") for n in range(3)]
    with time_machine.travel(at + 4 * HOUR, tick=False):
        context: Any = signed_in(cast.rita).get(f"/o/acme/leads/?month={at:%Y-%m}").context
    assert (context["total"], context["is_capped"]) == (2, True)
    assert [row.lead_id for row in context["page_obj"]] == [sent[2].lead_id, sent[1].lead_id]
