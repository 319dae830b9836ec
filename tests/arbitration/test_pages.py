"""The board's pages: docket, case, rulings, and the acts of a case."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from arbitration.access import get_case
from arbitration.actions import add_statement, appoint_deputy, rule_on_case
from arbitration.models import Case, Ruling, Statement
from arbitration.queries import case_detail
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role
from tests.arbitration.support import Filed, make_case, make_rejection
from tests.support import CANARY, Cast, make_member

ClientOf = Callable[[Membership], Client]
DAY = timedelta(days=1)
RULING = {"outcome": "overturned", "precedent_stance": "none", "reasons": "640 people are within the range."}
MEMBERS = ["mara", "marc", "sam", "sina", "rita", "ned", "ada"]
HTMX = {"HX-Request": "true"}


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.parametrize("who", MEMBERS)
def test_every_member_reads_docket_case_and_rulings(filed: Filed, client_of: ClientOf, who: str) -> None:
    client = client_of(filed.cast.people()[who])
    for url in ("/o/acme/cases/", filed.url(), "/o/acme/rulings/"):
        assert client.get(url).status_code == 200, url
    assert "2026-001" in text_of(client.get("/o/acme/cases/"))


def test_the_stranger_finds_nothing(filed: Filed, client_of: ClientOf) -> None:
    client = client_of(filed.cast.gus)
    for url in ("/o/acme/cases/", filed.url(), "/o/acme/rulings/", "/o/acme/rulings/on/"):
        assert client.get(url).status_code == 404, url
    assert client.post(filed.url("ruling/"), RULING).status_code == 404
    own = f"/o/{filed.cast.globex.slug}/cases/"
    assert client.get(f"{own}{filed.case.pk}/").status_code == 404
    assert client.post(f"{own}{filed.case.pk}/statement/", {"text": "Hello"}).status_code in (403, 404)
    assert "2026-001" not in text_of(client.get(own))


def test_no_page_shows_another_organisation(filed: Filed, client_of: ClientOf) -> None:
    client = client_of(filed.cast.rita)
    for url in ("/o/acme/cases/", filed.url(), "/o/acme/rulings/"):
        assert CANARY not in text_of(client.get(url))


def test_a_rep_sees_only_their_own_cases(filed: Filed, client_of: ClientOf, at: datetime) -> None:
    sue = make_member(filed.cast.acme, "sue", Role.SALES_REP, at=at)
    client = client_of(sue)
    assert client.get(filed.url()).status_code == 404
    assert "2026-001" not in text_of(client.get("/o/acme/cases/"))


def test_the_case_page_reads_with_a_fixed_number_of_queries(
    acme: Cast, at: datetime, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    case = get_case(acme.rita, make_case(acme, at=at).pk)
    for text in ("One.", "Two.", "Three."):
        add_statement(case, text=text, by=acme.mara, at=at + timedelta(hours=2))
    # Statements, rulings, who had it, managers, recusals, seat (to rule, to vote), labels, clocks, attempts, events,
    # names, rulings on the criterion, on the reason, precedents, tally, and of the board:
    # recusals, seats, votes, notes. Files: of the rejection, of the case.
    with django_assert_num_queries(22):
        detail = case_detail(case, acme.rita, at=at + DAY, zone="Europe/Vienna")
    assert len(detail.statements) == 3


def test_the_case_shows_both_claims_the_seal_and_what_the_reader_may_do(filed: Filed, client_of: ClientOf) -> None:
    page = client_of(filed.cast.rita).get(filed.url())
    case = page.context["case"]
    assert (case["marketing"].claim, case["sales"].claim) == ("jane employs 640 people", "jane is a tiny shop")
    assert case["may"] == {"rule", "vote", "note", "recuse", "file"}
    assert case["seal_intact"] is True
    for text in (filed.case.evidence_hash, "640 people", "Company has 50 to 2,000 employees", 'name="outcome"'):
        assert text in text_of(page)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("mara", {"state", "file", "withdraw"}),
        ("marc", {"state", "file", "withdraw"}),
        ("sam", {"state", "file"}),
        ("sina", {"state", "file"}),
        ("rita", {"rule", "vote", "note", "recuse", "file"}),
        ("ned", set()),
        ("ada", set()),
    ],
)
def test_offers_each_reader_only_what_they_may(filed: Filed, client_of: ClientOf, who: str, may: set[str]) -> None:
    page = client_of(filed.cast.people()[who]).get(filed.url())
    assert page.context["case"]["may"] == may
    assert ('name="outcome"' in text_of(page)) == ("rule" in may)
    assert ('name="text"' in text_of(page)) == bool({"state", "note"} & may)
    assert ("Withdraw the appeal" in text_of(page)) == ("withdraw" in may)


def test_says_why_an_involved_executive_may_not_rule(filed: Filed, client_of: ClientOf) -> None:
    with tenant_scope(filed.cast.acme.pk):
        Membership.objects.filter(pk=filed.cast.sam.pk).update(manager=filed.cast.rita)
    page = client_of(filed.cast.rita).get(filed.url())
    assert "You have a hand in this case yourself" in text_of(page)
    assert client_of(filed.cast.rita).post(filed.url("ruling/"), RULING).status_code == 403


@pytest.mark.parametrize("part", ["statements", "precedents", "ruling_form", "timeline"])
def test_answers_htmx_with_the_part_it_asks_for(filed: Filed, client_of: ClientOf, part: str) -> None:
    response = client_of(filed.cast.rita).get(filed.url(), headers=HTMX | {"HX-Target": part})
    assert f'id="{part}"' in text_of(response)
    assert "<html" not in text_of(response)
    assert "HX-Request" in response["Vary"]


def test_the_chair_rules_in_the_browser(filed: Filed, client_of: ClientOf) -> None:
    response = client_of(filed.cast.rita).post(filed.url("ruling/"), RULING | {"holding": "Count everybody."})
    assert (response.status_code, response["Location"]) == (303, filed.url())
    with tenant_scope(filed.cast.acme.pk):
        assert Ruling.objects.get().outcome == "overturned"
        assert Case.objects.get().stage == "ruled"
    page = text_of(client_of(filed.cast.mara).get(filed.url()))
    for text in ("640 people are within the range.", "Rejection overturned", "Count everybody."):
        assert text in page


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "ned", "ada"])
def test_the_page_refuses_a_ruling_by_every_other_role(filed: Filed, client_of: ClientOf, who: str) -> None:
    client = client_of(filed.cast.people()[who])
    assert client.post(filed.url("ruling/"), RULING).status_code == 403
    assert client.post(filed.url("ruling/"), RULING, headers=HTMX).status_code == 403
    with tenant_scope(filed.cast.acme.pk):
        assert not Ruling.objects.exists()


def test_an_executive_without_a_seat_is_refused_before_any_field(
    filed: Filed, client_of: ClientOf, at: datetime
) -> None:
    eva = make_member(filed.cast.acme, "eva", Role.EXECUTIVE, at=at)
    assert client_of(eva).post(filed.url("ruling/"), {}).status_code == 403
    with tenant_scope(filed.cast.acme.pk):
        appoint_deputy(eva, by=filed.cast.rita, at=at)
    assert client_of(eva).post(filed.url("ruling/"), RULING).status_code == 303


def test_an_incomplete_ruling_comes_back_with_what_is_missing(filed: Filed, client_of: ClientOf) -> None:
    response = client_of(filed.cast.rita).post(filed.url("ruling/"), {"outcome": "remanded", "reasons": "Unclear."})
    assert response.status_code == 422
    assert set(response.context["ruling_form"].errors) == {"question", "answer_by"}
    assert "Unclear." in text_of(response)


def test_a_question_goes_to_the_sides_in_the_organisations_zone(filed: Filed, client_of: ClientOf) -> None:
    sent = RULING | {"outcome": "remanded", "question": "Since when?", "answer_by": "2026-03-10T12:00"}
    assert client_of(filed.cast.rita).post(filed.url("ruling/"), sent).status_code == 303
    with tenant_scope(filed.cast.acme.pk):
        assert Case.objects.get().remand_until.isoformat() == "2026-03-10T11:00:00+00:00"
    assert "Since when?" in text_of(client_of(filed.cast.sam).get(filed.url()))


def test_a_second_ruling_is_told_who_ruled_and_when(filed: Filed, client_of: ClientOf) -> None:
    client = client_of(filed.cast.rita)
    client.post(filed.url("ruling/"), RULING)
    response = client.post(filed.url("ruling/"), RULING | {"outcome": "upheld"})
    assert response.status_code == 409
    assert "Rita already ruled on this case, 3 Mar 2026, 10:00" in text_of(response)
    with tenant_scope(filed.cast.acme.pk):
        assert Ruling.objects.get().outcome == "overturned"


def test_a_party_makes_a_statement_and_gets_the_list_back(filed: Filed, client_of: ClientOf) -> None:
    response = client_of(filed.cast.sam).post(
        filed.url("statement/"), {"text": "A shop."}, headers=HTMX | {"HX-Target": "statements"}
    )
    assert response.status_code == 200
    assert "A shop." in text_of(response)
    with tenant_scope(filed.cast.acme.pk):
        assert Statement.objects.get().side == "sales"


def test_an_empty_statement_is_not_filed(filed: Filed, client_of: ClientOf) -> None:
    assert client_of(filed.cast.sam).post(filed.url("statement/"), {"text": ""}).status_code == 422
    with tenant_scope(filed.cast.acme.pk):
        assert not Statement.objects.exists()


@pytest.mark.parametrize("who", ["rita", "ned", "ada"])
def test_who_takes_no_side_cannot_make_a_statement(filed: Filed, client_of: ClientOf, who: str) -> None:
    response = client_of(filed.cast.people()[who]).post(filed.url("statement/"), {"text": "Hm."})
    assert response.status_code == 403


def test_marketing_withdraws(filed: Filed, client_of: ClientOf) -> None:
    assert client_of(filed.cast.sam).post(filed.url("withdrawal/")).status_code == 403
    assert client_of(filed.cast.mara).post(filed.url("withdrawal/")).status_code == 303
    assert "Withdrawn" in text_of(client_of(filed.cast.mara).get(filed.url()))


@pytest.fixture
def rejected(cast: Cast, at: datetime) -> Iterator[str]:
    """The address of the appeal against a rejection, two hours after the handover."""
    with tenant_scope(cast.acme.pk):
        dispute = make_rejection(cast, at=at)
    with time_machine.travel(at + timedelta(hours=2), tick=False):
        yield f"/o/acme/handovers/{dispute.handover.pk}/appeal/"


def test_the_marketer_appeals_in_the_browser(cast: Cast, client_of: ClientOf, rejected: str) -> None:
    client = client_of(cast.mara)
    page = text_of(client.get(rejected))
    assert "You can appeal until 5 Mar 2026, 10:30" in page
    response = client.post(rejected, {"claim": "640 people."})
    with tenant_scope(cast.acme.pk):
        case = Case.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/o/acme/cases/{case.pk}/")
    assert "2026-001" in text_of(client.get(response["Location"]))


def test_the_dialog_is_a_fragment_and_leads_to_the_case(cast: Cast, client_of: ClientOf, rejected: str) -> None:
    client = client_of(cast.mara)
    dialog = client.get(rejected, headers=HTMX | {"HX-Target": "dialog-body"})
    assert dialog.status_code == 200
    assert "<html" not in text_of(dialog)
    assert client.post(rejected, {"claim": ""}, headers=HTMX | {"HX-Target": "list"}).status_code == 422
    done = client.post(rejected, {"claim": "640 people."}, headers=HTMX | {"HX-Target": "list"})
    assert done["HX-Redirect"].startswith("/o/acme/cases/")


def test_the_dialog_shows_what_the_board_said_before(
    cast: Cast, client_of: ClientOf, rejected: str, at: datetime
) -> None:
    with tenant_scope(cast.acme.pk):
        rule_on_case(
            make_case(cast, "ben", at=at), outcome="overturned", reasons="Yes.", holding="Count freelancers.",
            by=cast.rita, at=at + timedelta(minutes=100),
        )  # fmt: skip
    assert "Count freelancers." in text_of(client_of(cast.mara).get(rejected))


@pytest.mark.parametrize("who", ["sam", "sina", "rita", "ned", "ada"])
def test_only_marketing_opens_the_appeal(cast: Cast, client_of: ClientOf, rejected: str, who: str) -> None:
    client = client_of(cast.people()[who])
    assert client.get(rejected).status_code == 403
    assert client.post(rejected, {"claim": "No."}).status_code == 403
    assert client_of(cast.gus).get(rejected).status_code == 404


def test_a_late_appeal_is_refused_with_the_date(cast: Cast, client_of: ClientOf, rejected: str, at: datetime) -> None:
    with time_machine.travel(at + 4 * DAY, tick=False):
        response = client_of(cast.mara).post(rejected, {"claim": "Late."})
    assert response.status_code == 409
    assert "The time to appeal ended 5 Mar 2026" in text_of(response)


def test_lists_rulings_on_the_same_criterion_for_the_dialogs(filed: Filed, client_of: ClientOf, at: datetime) -> None:
    with tenant_scope(filed.cast.acme.pk):
        rule_on_case(
            filed.case, outcome="overturned", reasons="Within.", by=filed.cast.rita, at=at + timedelta(hours=5)
        )
    client = client_of(filed.cast.sam)
    assert "2026-001" in text_of(client.get("/o/acme/rulings/on/?criterion=company_size&reason=not_fitting"))
    assert "2026-001" not in text_of(client.get("/o/acme/rulings/on/?criterion=industry"))
    assert "2026-001" not in text_of(client.get("/o/acme/rulings/on/"))


@pytest.mark.parametrize("query", ["rulings/?q=%00", "rulings/on/?criterion=%00", "rulings/on/?reason=%00"])
def test_what_no_table_holds_is_searched_for_in_vain(filed: Filed, client_of: ClientOf, query: str) -> None:
    assert client_of(filed.cast.mara).get(f"/o/acme/{query}").status_code == 200
