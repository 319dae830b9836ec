"""The way from the first visit to the purchase: folded into lines, bounded, by page and by API."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.actions import accept_handover, advance_handover, erase_person, hand_over, log_attempt
from leads.actions.behaving import note_behaviours
from leads.capture import BehaviourFact
from leads.journey import SESSION_GAP, Did, sessions
from leads.models import Lead
from leads.queries import journey_of, total_of
from leads.queries.journeys import LINES, MOST_BEHAVIOURS
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_lead
from tests.support import Cast, api_key, signed_in

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def did(*, at: datetime, kind: str = "page_viewed", page: str = "/") -> BehaviourFact:
    return BehaviourFact(kind, at, {"page": page} if page else {})


def test_what_is_done_in_one_go_is_one_visit(at: datetime) -> None:
    told = [
        Did("page_viewed", at, "/"), Did("page_viewed", at + MINUTE, "/prices"), Did("page_viewed", at + MINUTE, "/"),
        Did("ebook_downloaded", at + 2 * MINUTE, "/guide"), Did("page_viewed", at + 3 * MINUTE, "/a"),
        Did("page_viewed", at + 3 * MINUTE, "/b"),
        Did("page_viewed", at + 3 * MINUTE + SESSION_GAP + MINUTE, "/prices"),
    ]  # fmt: skip
    first, second = sessions(told)
    assert (first.began_at, first.count, first.views, first.acts) == (at, 6, 5, {"ebook_downloaded": 1})
    assert (first.pages, first.more) == (["/", "/prices", "/guide"], 2)
    assert (second.count, second.pages) == (1, ["/prices"])


@pytest.fixture
def won(cast: Cast, at: datetime) -> Lead:
    """A person who looked around for a week, sent a form, was handed over, contacted, and bought."""
    with tenant_scope(cast.acme.pk):
        lead = make_lead(at=at)
        note_behaviours(lead, [did(at=at - 7 * DAY, page="/prices"), did(at=at - 7 * DAY + MINUTE, page="/")], at=at)
        handover = hand_over(lead, by=cast.mara, at=at + MINUTE)
        accept_handover(handover, by=cast.sam, at=at + 30 * MINUTE)
        log_attempt(handover, channel="call", outcome="reached", by=cast.sam, at=at + 60 * MINUTE)
        advance_handover(handover, progress="opportunity", amount=Decimal(9000), by=cast.sam, at=at + 2 * DAY)
        advance_handover(handover, outcome="won", by=cast.sam, at=at + 20 * DAY)
        return Lead.objects.get(pk=lead.pk)


def test_the_stations_are_dated_and_the_lines_tell_what_lay_between(cast: Cast, won: Lead, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        found = journey_of(won)
    keys = ["first_visit", "lead", "mql", "handover", "decision", "contact", "opportunity", "customer"]
    assert [one.key for one in found.milestones] == keys
    assert all(one.at is not None for one in found.milestones)
    assert found.milestones[1].after == 7 * DAY
    assert total_of(found.milestones) == 27 * DAY
    kinds = [line.kind for line in found.lines]
    assert kinds[0] == "handover.closed"
    assert {"handover.progressed", "handover.attempted", "handover.accepted", "handover.sent", "lead.received"} <= set(
        kinds
    )
    # Two clicks of the first visit are one line, at the beginning of the way.
    first = found.lines[-1]
    assert (first.kind, first.at, first.count, first.note) == ("visit", at - 7 * DAY, 2, "/prices, /")
    assert first.text == "viewed 2 pages"
    assert found.before is None


def test_a_long_way_comes_page_by_page_and_loses_nothing(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        lead = make_lead(at=at, behaviours=())
        visits = [did(at=at - day * DAY, page=f"/{day}") for day in range(1, 80)]
        busy = [did(at=at - 90 * DAY + number * timedelta(seconds=20)) for number in range(MOST_BEHAVIOURS + 50)]
        note_behaviours(lead, [*visits, *busy], at=at)
        seen, before = [], None
        for _page in range(10):
            found = journey_of(lead, before=before)
            assert len(found.lines) <= LINES
            seen += [line for line in found.lines if line.kind == "visit"]
            before = found.before
            if before is None:
                break
    assert before is None
    assert [line.at for line in seen] == sorted({line.at for line in seen}, reverse=True)
    assert sum(line.count for line in seen) == len(visits) + len(busy)


def test_costs_the_same_however_long_it_is(cast: Cast, won: Lead, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        with CaptureQueriesContext(connection) as few:
            journey_of(won)
        note_behaviours(won, [did(at=at - 30 * DAY + number * MINUTE) for number in range(300)], at=at)
        with CaptureQueriesContext(connection) as many:
            journey_of(won)
    assert len(few) == len(many) <= 8


def test_the_page_is_a_panel_of_the_lead_and_stands_alone(cast: Cast, won: Lead) -> None:
    path = f"/o/acme/leads/{won.pk}/journey/"
    mara = signed_in(cast.mara)
    assert path in mara.get(f"/o/acme/leads/{won.pk}/").content.decode()
    whole = mara.get(path).content.decode()
    assert "Viewed 2 pages" in whole
    assert "<html" in whole
    part = mara.get(path, headers={"HX-Request": "true", "HX-Target": "journey"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert mara.get(path, {"before": "nonsense"}).status_code == 200
    assert signed_in(cast.gus).get(f"/o/{cast.globex.slug}/leads/{won.pk}/journey/").status_code == 404


def test_a_client_reads_it_page_by_page(cast: Cast, won: Lead, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        note_behaviours(won, [did(at=at - day * DAY) for day in range(10, 10 + LINES)], at=at)
    headers = api_key(cast.ned, "leads:read", at=at)
    told: dict[str, Any] = Client().get(f"/api/v1/leads/{won.pk}/journey", headers=headers).json()
    assert len(told["results"]) == LINES
    assert told["milestones"][-1]["key"] == "customer"
    rest = Client().get(told["next"], headers=headers).json()
    assert rest["results"]
    assert rest["next"] is None
    assert rest["results"][-1]["kind"] == "visit"
    assert Client().get(f"/api/v1/leads/{won.pk}/journey?before=x", headers=headers).status_code == 422


def test_of_an_erased_person_only_what_was_counted_is_told(cast: Cast, won: Lead, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        lead = erase_person(won, by=cast.ada, at=at + 30 * DAY)
        found = journey_of(lead)
    assert [line.note for line in found.lines if line.kind == "visit"] == ["", ""]
    assert found.milestones[-1].at is not None
