"""The board in numbers: formulas by hand, visibility, page and interface."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arbitration.actions import rule_on_case, withdraw_case
from arbitration.figures import FLOOR, Decided, Share, acceptance, cut_by, overturn_rate, spread_of
from arbitration.models import Case, Ruling
from arbitration.papers import ruling_pdf
from arbitration.queries.figures import Figures, figures_of
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.arbitration.support import copied_cases, copy_of, make_case, make_rejection, reads_in
from tests.support import Cast, api_key

ClientOf = Callable[[Membership], Client]
DAY = timedelta(days=1)


def decided(outcome: str, rep: str = "sam") -> Decided:
    return Decided(outcome, "not_fitting", "company_size", "", rep, "mara")


def test_shares_by_hand() -> None:
    cases = [decided("overturned"), decided("upheld"), decided("upheld"), decided("overturned", "rob")]
    assert overturn_rate(cases) == Share(2, 4)
    assert overturn_rate(cases).percent == 50
    assert [(row.key, row.share.part, row.share.whole) for row in cut_by(cases, "rep")] == [
        ("sam", 1, 3),
        ("rob", 1, 1),
    ]
    # Too few to be told, but counted.
    assert {row.share.percent for row in cut_by(cases, "rep")} == {None}
    assert cut_by(cases + cases, "reason")[0].share.percent == 50
    assert FLOOR == 5
    assert Share(0, 0).percent is None


def test_spread_by_hand() -> None:
    assert spread_of([3.0, 1.0, 2.0, 10.0]).median == 2.5
    assert spread_of([float(n) for n in range(1, 11)]).p90 == 9.0
    assert spread_of([]).median is None


def test_acceptance_by_hand() -> None:
    gross, net = acceptance(accepted=5, deemed=1, overturned=2, rejected=2)
    assert (gross.percent, net.percent) == (60, 80)


@pytest.fixture
def ruled(acme: Cast, at: datetime) -> Cast:
    """Four rejections: two appealed and ruled, one appealed and withdrawn, one left alone."""
    first, second, third = (make_case(acme, name, at=at) for name in ("ann", "ben", "cleo"))
    make_rejection(acme, "dora", at=at)
    rule_on_case(first, outcome="upheld", reasons="So.", holding="Small is small.", by=acme.rita, at=at + DAY)
    rule_on_case(second, outcome="overturned", reasons="So.", precedent_stance="departs", by=acme.rita, at=at + 3 * DAY)
    withdraw_case(third, by=acme.mara, at=at + DAY)
    return acme


def figures(cast: Cast, reader: Membership, *, at: datetime) -> Figures:
    return figures_of(at.date(), (at + 10 * DAY).date(), reader=reader, zone="Europe/Vienna")


def test_the_period_is_counted(ruled: Cast, at: datetime) -> None:
    found = figures(ruled, ruled.ned, at=at)
    assert (found.appeals.part, found.appeals.whole) == (3, 4)
    assert (found.overturned.part, found.overturned.whole) == (1, 2)
    assert (found.adherence.part, found.adherence.whole) == (0, 1)
    # Monday to Tuesday, and to Thursday.
    assert (found.time_to_ruling.median, found.time_to_ruling.p90) == (2.0, 3.0)
    assert (found.gross.part, found.net.part, found.net.whole) == (0, 1, 4)
    assert [row.name for row in found.by_criterion] == ["Company has 50 to 2,000 employees"]


@pytest.mark.parametrize(
    ("who", "reps", "marketers"),
    [
        ("sam", ["Sam"], []),
        ("sina", ["Sam"], []),
        ("mara", [], ["Mara"]),
        ("marc", [], ["Mara"]),
        ("rita", [], []),
        ("ada", [], []),
        ("ned", ["Sam"], ["Mara"]),
    ],
)
def test_figures_of_people_are_for_themselves_and_their_managers(
    ruled: Cast, at: datetime, who: str, reps: list[str], marketers: list[str]
) -> None:
    found = figures(ruled, ruled.people()[who], at=at)
    assert ([row.name for row in found.by_rep], [row.name for row in found.by_marketer]) == (reps, marketers)


def test_the_figures_of_two_hundred_rulings_take_few_queries(
    cast: Cast,
    at: datetime,
    client_of: ClientOf,
) -> None:
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, at=at)
        ruling = rule_on_case(case, outcome="overturned", reasons="So.", by=cast.rita, at=at + DAY)
        cases = copied_cases(Case.objects.get(pk=case.pk), 199)
        # One of ten reasons each, so that the cuts have their lines.
        Ruling.objects.bulk_create(
            copy_of(ruling, id=uuid4(), case_id=one.pk, reason=f"reason_{n % 10}") for n, one in enumerate(cases)
        )
    with time_machine.travel(at + 2 * DAY, tick=False):
        client = client_of(cast.ned)
        client.get("/o/acme/board/figures/")
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/o/acme/board/figures/")
    assert reads_in(asked) <= 25
    assert page.context["figures"].overturned == Share(200, 200)
    assert len(page.context["figures"].by_reason) == 11


def test_page_interface_and_paper(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, "ann", at=at)
        assert ruling_pdf(case, organisation=cast.acme) is None
        rule_on_case(
            case, outcome="overturned", reasons="Zwölf sind genug. 株式会社", holding="Twelve are enough.",
            conditions=[{"field": "employees", "operator": "at_least", "value": 12}], by=cast.rita, at=at + DAY,
        )  # fmt: skip
    with time_machine.travel(at + 2 * DAY, tick=False):
        client = client_of(cast.mara)
        page = client.get("/o/acme/board/figures/")
        assert "People appeal what they hope to win" in page.content.decode()
        for odd in ("?first=x", "?first=0001-01-01", "?last=9999-12-31", "?first=2026-05-01&last=2026-04-01"):
            assert client.get(f"/o/acme/board/figures/{odd}").status_code == 200, odd
        paper = client.get(f"/o/acme/cases/{case.pk}/ruling.pdf")
        assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
        assert paper["Content-Disposition"] == 'attachment; filename="ruling-acme-2026-001.pdf"'
        assert client.get(f"/o/acme/cases/{case.pk}/ruling.pdf").content == paper.content
        headers = api_key(cast.mara, "reports:read", "leads:read", at=at)
        told = Client().get("/api/v1/board/figures?first=2026-03-01", headers=headers)
        assert told.json()["overturned"] == {"part": 1, "whole": 1, "percent": 100.0}
        assert Client().get(f"/api/v1/cases/{case.pk}/ruling.pdf", headers=headers).content[:5] == b"%PDF-"
        assert client_of(cast.gus).get(f"/o/acme/cases/{case.pk}/ruling.pdf").status_code == 404
