"""Every number opens the leads behind it."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from leads.models import Handover
from leads.queries.cohorts import CohortCut, cohort_handovers
from smarketing.lib.scope import tenant_scope
from tests.dashboards.history import tell
from tests.support import Cast, signed_in


@pytest.fixture
def told(cast: Cast, at: datetime) -> Cast:
    with tenant_scope(cast.acme.pk):
        tell(cast, since=at, leads=10)
    return cast


def page(cast: Cast, name: str, url: str) -> Any:
    response = signed_in(getattr(cast, name)).get(url)
    assert response.status_code == 200
    return response.context


def distinct_leads(cast: Cast, url: str) -> tuple[int, int]:
    """Count the handovers and the leads that a link means."""
    given = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    month = datetime.fromisoformat(f"{given.pop('month')}-01").date()
    with tenant_scope(cast.acme.pk):
        rows = list(cohort_handovers(CohortCut(month=month, **given)).values_list("lead_id", flat=True))
    return len(rows), len(set(rows))


def test_each_step_of_the_funnel_opens_its_leads(told: Cast) -> None:
    steps = page(told, "rita", "/o/acme/dashboard/?month=2026-03")["funnel"]
    assert len(steps) == 6
    for step in steps:
        handovers, leads = distinct_leads(told, step.url)
        assert handovers == step.count, step.name
        assert page(told, "rita", step.url)["total"] == leads, step.name


def test_each_card_and_each_reason_opens_a_list(told: Cast) -> None:
    context = page(told, "rita", "/o/acme/dashboard/?month=2026-03")
    urls = [card.url for card in context["kpis"]] + [row.url for row in context["rejections"].rows]
    for url in urls:
        page(told, "rita", url)
    for row in context["rejections"].rows:
        handovers, _leads = distinct_leads(told, row.url)
        assert handovers >= row.count > 0


def test_the_month_and_what_was_counted_can_be_cleared(told: Cast) -> None:
    context = page(told, "rita", "/o/acme/leads/?month=2026-03&reached=won")
    chips = {chip.name: chip for chip in context["filters"]}
    assert chips["reached"].active
    assert "reached" not in chips["reached"].clear_url
    assert "month=2026-03" in chips["reached"].clear_url


def test_what_cannot_be_read_is_left_out(told: Cast) -> None:
    for query in ("month=x", "month=2026-13", "month=2026-03&owner=x", "month=2026-03&reached=x"):
        assert page(told, "rita", f"/o/acme/leads/?{query}")["total"] > 0, query


def test_an_untouched_lead_is_found(told: Cast, at: datetime) -> None:
    with tenant_scope(told.acme.pk):
        expected = Handover.objects.filter(
            counted_month="2026-03-01", contacted_at=None, sent_at__lt=at + timedelta(days=40)
        ).exclude(decision=Handover.Decision.REJECTED)
        leads = set(expected.values_list("lead_id", flat=True))
    assert page(told, "rita", "/o/acme/leads/?month=2026-03&reached=untouched")["total"] == len(leads)
