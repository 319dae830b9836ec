"""Every number opens the leads behind it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import time_machine

from dashboards.campaign_panel import campaign_panel, campaigns_named
from dashboards.cards import cards
from dashboards.kept_panel import compliance_panel
from dashboards.links import Links
from dashboards.panels import funnel, speed_panel
from dashboards.queries import Cut, MonthFigures, campaign_names, month_figures, team_names
from dashboards.rejection_panel import WAYS, rejection_panel, rejection_rows, split_of
from leads.asking import asking_from
from leads.models import Campaign, Handover
from leads.queries.cohorts import CohortCut, cohort_handovers, promised
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership, Team
from tests.dashboards.history import tell
from tests.support import Cast, signed_in

ZONE = "Europe/Vienna"
MARCH = date(2026, 3, 1)


@pytest.fixture
def told(cast: Cast, at: datetime) -> Cast:
    with tenant_scope(cast.acme.pk):
        tell(cast, since=at, leads=10)
    return cast


def page(cast: Cast, name: str, url: str) -> Any:
    response = signed_in(getattr(cast, name)).get(url)
    assert response.status_code == 200
    return response.context


def cohort_behind(url: str, at: datetime) -> tuple[CohortCut, bool]:
    """Return what a link means, as the list reads it, and whether it means leads of no campaign."""
    given = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    cohort = asking_from(given, at=at, zone=ZONE).asked.cohort
    assert cohort is not None
    return cohort, given.get("campaign") == "none"


def behind(url: str, at: datetime) -> int:
    """Count the handovers behind a link, or the promises where it is about these."""
    cut, is_of_none = cohort_behind(url, at)
    rows = cohort_handovers(cut)
    if cut.promise:
        return promised(cut).filter(subject__in=rows.values("subject")).count()
    return rows.filter(lead__campaign=None).count() if is_of_none else rows.count()


def numbers_of(figures: MonthFigures) -> list[tuple[str, int, str]]:
    """Return every number of the page that opens something: what it is, how many, and the link."""
    links, cohort, speed = Links("acme", figures.cut), figures.cohort, figures.speeds.elapsed
    kept = compliance_panel(figures, links, team_names())
    headline = {
        "delivered": sum(credit.count for credit in figures.delivery.credits),
        "acceptance": cohort.decisions.accepted + cohort.decisions.deemed,
        "compliance": figures.promises.of(figures.cut.month, "sales").met,
        "speed": speed.contacts,
        "conversion": cohort.qualified,
        "value": cohort.opportunities,
    }
    found = [(card.key, headline[card.key], card.url) for card in cards(figures, links)]
    found += [(step.name, step.count, step.url) for step in funnel(figures, links)]
    times, rejected = speed_panel(figures, links), rejection_panel(figures, links)
    found += [(bucket.label, bucket.count, bucket.url) for bucket in times.buckets]
    found += [("contacts", times.contacts, times.contacts_url), ("untouched", times.untouched, times.untouched_url)]
    found += [("disputed", rejected.disputed, rejected.disputed_url), ("sent back", rejected.total, rejected.total_url)]
    sina = Membership.objects.get(name="Sina")
    for way in WAYS:
        split = split_of(figures.cut, way, member=sina, at=figures.at, zone=ZONE)
        rows = rejection_rows(figures, links, split)
        # However they are cut, they are all of them.
        assert sum(row.count for row in rows) == rejected.total
        found += [(f"{way} {row.label}", row.count, row.url) for row in rows]
    for row in (*kept.teams, *kept.commitments, kept.sales):
        found += [(f"{row.name} kept", row.met, row.met_url), (f"{row.name} late", row.breached, row.breached_url)]
    found += [(one.text.split()[-1], one.n, one.url) for one in kept.neither]
    for line in campaign_panel(figures, links, campaign_names(campaigns_named(figures))).lines:
        found += [(line.name, line.sent, line.url), (f"{line.name} SQL", line.qualified, line.qualified_url)]
    return [(name, count, url) for name, count, url in found if url]


def cuts() -> Iterator[Cut]:
    """Everything, each single filter, and all of them at once."""
    team = Team.objects.get().pk
    campaigns = list(Campaign.objects.order_by("name").values_list("pk", flat=True))
    yield Cut(MARCH)
    for tier in ("standard", "hand_raiser"):
        yield Cut(MARCH, tier)
    for segment in ("AT", "DE"):
        yield Cut(MARCH, segment=segment)
    yield Cut(MARCH, team=team)
    yield Cut(MARCH, campaign=campaigns[0])
    yield Cut(MARCH, owner=Handover.objects.values_list("assigned_to", flat=True)[0])
    for campaign in campaigns:
        yield Cut(MARCH, tier="standard", team=team, segment="AT", campaign=campaign)


def test_every_number_opens_as_many_under_every_filter(told: Cast, at: datetime) -> None:
    late, opened = at + timedelta(days=75), set()
    with tenant_scope(told.acme.pk):
        for cut in cuts():
            for name, count, url in numbers_of(month_figures(cut, at=late, zone=ZONE)):
                assert behind(url, late) == count, (cut, name, url)
                opened |= {name} if count else set()
    # Otherwise it proves nothing.
    assert {"delivered", "acceptance", "compliance", "speed", "untouched", "cancelled", "Sales, all late"} <= opened


def test_the_list_shows_the_leads_of_each_number(told: Cast, at: datetime) -> None:
    late = at + timedelta(days=75)
    client = signed_in(told.rita)
    with tenant_scope(told.acme.pk):
        numbers = numbers_of(month_figures(Cut(MARCH), at=late, zone=ZONE))
        leads = {url: set(handed_over(url, late)) for _name, _count, url in numbers}
    with time_machine.travel(late, tick=False):
        for name, count, url in numbers:
            response = client.get(url)
            assert response.status_code == 200
            assert response.context["total"] == len(leads[url]), name
            assert len(leads[url]) <= count


def handed_over(url: str, at: datetime) -> Iterator[UUID]:
    cut, is_of_none = cohort_behind(url, at)
    rows = cohort_handovers(cut)
    yield from (rows.filter(lead__campaign=None) if is_of_none else rows).values_list("lead_id", flat=True)


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
