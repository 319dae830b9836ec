"""The list of a month's cohort: the short way over its handovers shows what the long way does."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leads.models import Lead
from leads.queries.cohorts import CohortCut
from leads.queries.lists import ORDERS, Asked, found_leads, rows_of
from tests.leads.makers import make_handover
from tests.support import Cast


@pytest.fixture
def month(acme: Cast, at: datetime) -> date:
    """A month with four handovers, one of a lead that was merged since, and one handover of another month."""
    sent = [make_handover(at=at + timedelta(minutes=n), email=f"p{n}@example.com") for n in range(4)]
    make_handover(at=at + timedelta(days=40), email="later@example.com")
    Lead.objects.filter(pk=sent[0].lead_id).update(updated_at=at + timedelta(hours=1))
    Lead.objects.filter(pk=sent[1].lead_id).update(merged_into=sent[0].lead_id)
    return at.astimezone(ZoneInfo(acme.acme.zone)).date().replace(day=1)


@pytest.mark.parametrize("order", ORDERS)
def test_shows_the_same_leads_in_the_same_order(order: str, month: date, acme: Cast) -> None:
    found = found_leads(acme.mara, Asked(cohort=CohortCut(month=month), order=order))
    assert found.ids is not None
    by_handover, by_lead = [row["lead"] for row in found.paged], list(found.leads.values_list("pk", flat=True))
    assert (by_handover, len(by_lead)) == (by_lead, 3)
    assert [lead.pk for lead in rows_of(found.paged.all()[:2], order)] == by_lead[:2]


def test_takes_the_long_way_where_more_is_asked(month: date, acme: Cast) -> None:
    found = found_leads(acme.mara, Asked(cohort=CohortCut(month=month), country="AT"))
    assert found.ids is None


def test_a_country_of_the_cohort_goes_the_short_way_too(month: date, acme: Cast) -> None:
    Lead.objects.filter(email="p2@example.com").update(country="CH")
    found = found_leads(acme.mara, Asked(cohort=CohortCut(month=month, country="CH"), country="CH"))
    assert found.ids is not None
    (row,) = found.paged
    assert list(found.leads.values_list("pk", flat=True)) == [row["lead"]]
