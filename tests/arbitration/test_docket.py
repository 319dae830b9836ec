"""The board's page: columns by stage, as many cards as it shows, and polls that cost next to nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arbitration.access import visible_cases
from arbitration.actions import add_statement, correct_ruling, rule_on_case, withdraw_case
from arbitration.models import Case
from arbitration.queries import docket, version_of_docket
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.arbitration.support import Filed, copied_cases, make_case, reads_in
from tests.support import Cast

ClientOf = Callable[[Membership], Client]
DAY = timedelta(days=1)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def test_the_docket_sorts_cases_into_their_stages(filed: Filed, client_of: ClientOf, at: datetime) -> None:
    with tenant_scope(filed.cast.acme.pk):
        decided = make_case(filed.cast, "ben", at=at)
        rule_on_case(decided, outcome="upheld", reasons="Too small.", by=filed.cast.rita, at=at + timedelta(hours=5))
    page = client_of(filed.cast.rita).get("/o/acme/cases/")
    columns = {column.key: [card.number for card in column.cards] for column in page.context["columns"]}
    assert columns == {"filed": ["2026-001"], "evidence": [], "ready": [], "ruled": ["2026-002"]}
    assert (page.context["settled_quarter"], page.context["mean_days"]) == (1, 0.0)
    card = page.context["columns"][0].cards[0]
    assert (card.similar, card.leads_at_stake, card.age_days) == (1, 1, 0)
    assert card.quota_effect == "−1 point in March if upheld"
    assert "jane employs 640 people" in text_of(page)
    assert "jane is a tiny shop" in text_of(page)


def test_a_case_is_ready_once_statements_are_closed(filed: Filed, client_of: ClientOf) -> None:
    with time_machine.travel(filed.case.statements_close_at, tick=False):
        page = client_of(filed.cast.rita).get("/o/acme/cases/")
    columns = {column.key: len(column.cards) for column in page.context["columns"]}
    assert columns == {"filed": 0, "evidence": 0, "ready": 1, "ruled": 0}


@pytest.mark.parametrize("cases", [1, 6])
def test_the_docket_reads_six_cases_with_as_many_queries_as_one(
    acme: Cast, at: datetime, cases: int, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    for number in range(cases):
        make_case(acme, f"lead{number}", at=at)
    # The quarter, how many wait, those of the one column that has any, ruled, outcomes, statements, open rejections,
    # rulings per criterion, clocks, labels.
    with django_assert_num_queries(10):
        found = docket(visible_cases(acme.rita), at=at + DAY, zone="Europe/Vienna")
    assert len(found.columns[0].cards) == cases


def test_a_docket_of_two_hundred_open_cases_stays_one_of_few_queries(
    filed: Filed,
    client_of: ClientOf,
    at: datetime,
) -> None:
    with tenant_scope(filed.cast.acme.pk):
        rule_on_case(
            filed.case, outcome="remanded", reasons="Unclear.", question="Since when?", answer_by=at + 3 * DAY,
            by=filed.cast.rita, at=at + timedelta(hours=5),
        )  # fmt: skip
        # Half of them wait for an answer: a paused clock is read like one that runs.
        copied_cases(Case.objects.get(pk=filed.case.pk), 99)
        copied_cases(make_case(filed.cast, "ben", at=at), 99)
    client = client_of(filed.cast.rita)
    client.get("/o/acme/cases/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/o/acme/cases/")
    assert reads_in(asked) <= 25
    assert {column.key: (column.total, len(column.cards)) for column in page.context["columns"]} == {
        "filed": (100, 12), "evidence": (100, 12), "ready": (0, 0), "ruled": (0, 0),
    }  # fmt: skip
    assert text_of(page).count('class="sm-p sm-case-card') == 24
    # The next dozen of one column, and after the last no more.
    filed = page.context["columns"][0]
    assert (filed.more_url, filed.kept_url) == ("?filed=24&new=filed", "?filed=24")
    more = client.get(f"/o/acme/cases/{filed.more_url}").context["columns"][0]
    assert (len(more.cards), more.begins_at, more.more_url) == (24, 12, "?filed=36&new=filed")
    assert [card.number for card in more.cards[:12]] == [card.number for card in filed.cards]
    whole = client.get("/o/acme/cases/?filed=9999&ready=x&ruled=-1").context["columns"][0]
    assert (len(whole.cards), whole.more_url) == (100, "")


def test_an_unchanged_board_is_answered_before_it_is_read(filed: Filed, client_of: ClientOf, at: datetime) -> None:
    client = client_of(filed.cast.rita)

    def polled(tag: str, query: str = "") -> HttpResponse:
        headers = {"HX-Request": "true", "HX-Target": "board", "If-None-Match": tag}
        return client.get(f"/o/acme/cases/{query}", headers=headers)

    tag = polled("").headers["ETag"]
    with CaptureQueriesContext(connection) as asked:
        same = polled(tag)
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    # Session, user, membership, organisation; the open cases, the newest ruling.
    assert reads_in(asked) <= 8
    # Another look at it, another reader and a page that is opened are answered whole.
    assert polled(tag, "?filed=24").status_code == 200
    other = client_of(filed.cast.sina)
    assert other.get("/o/acme/cases/", headers={"HX-Request": "true", "If-None-Match": tag}).status_code == 200
    client = client_of(filed.cast.rita)
    assert client.get("/o/acme/cases/", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("act", ["speaks", "files", "rules", "corrects", "withdraws", "waits"])
def test_whatever_changes_the_board_changes_its_version(acme: Cast, at: datetime, act: str) -> None:
    case, visible, then = make_case(acme, at=at), visible_cases(acme.rita), at + timedelta(hours=3)
    if act == "corrects":
        rule_on_case(case, outcome="upheld", reasons="Too small.", by=acme.rita, at=at + timedelta(hours=2))
    before = version_of_docket(visible, at=then)
    assert version_of_docket(visible, at=then) == before
    acts: dict[str, Callable[[], object]] = {
        "speaks": lambda: add_statement(case, text="We did call.", by=acme.sam, at=then),
        "files": lambda: make_case(acme, "ben", at=at),
        "rules": lambda: rule_on_case(case, outcome="upheld", reasons="Too small.", by=acme.rita, at=then),
        "corrects": lambda: correct_ruling(case, outcome="overturned", reasons="They fit.", by=acme.rita, at=then),
        "withdraws": lambda: withdraw_case(case, by=acme.mara, at=then),
        "waits": lambda: None,
    }
    acts[act]()
    later = case.statements_close_at if act == "waits" else then
    assert version_of_docket(visible, at=later) != before


def test_who_could_do_nothing_is_offered_nothing(filed: Filed, client_of: ClientOf) -> None:
    """Once statements are closed the case is ready by itself: no move would be seen."""
    with time_machine.travel(filed.case.statements_close_at, tick=False):
        page = client_of(filed.cast.rita).get("/o/acme/cases/")
    card = page.context["columns"][2].cards[0]
    assert (card.stage, card.moves) == ("ready", [])
