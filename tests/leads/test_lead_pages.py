"""The list of leads, one lead, and handing over from the page."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from leads.actions import add_insight, assign_handover, find_duplicates, merge_leads
from leads.models import Handover, Lead
from smarketing.lib.scope import tenant_scope
from tenants.actions import plan_absence
from tests.leads.makers import make_handover, make_lead, make_rep
from tests.support import CANARY, Cast, signed_in

HTMX = {"HX-Request": "true"}
SCOPES = ("set_config", "SAVEPOINT", "RELEASE")


def url(name: str, *arguments: object) -> str:
    return reverse(f"leads:{name}", args=["acme", *arguments])


@pytest.fixture(autouse=True)
def a_minute_later(at: datetime) -> Any:
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        yield


@pytest.fixture
def leads(cast: Cast, at: datetime) -> list[Lead]:
    """Anna is with sales, Bert waits to be handed over, Carl is not qualified."""
    with tenant_scope(cast.globex.pk):
        make_lead(at=at, email="anna@example.com", person={"given_name": CANARY})
    with tenant_scope(cast.acme.pk):
        anna = make_handover(by=cast.mara, at=at, email="anna@example.com", person={"given_name": "Anna"}).lead
        bert = make_lead(at=at, email="bert@example.com", person={"given_name": "Bert"})
        carl = make_lead(at=at, email="carl@example.org", person={"given_name": "Carl"}, behaviours=())
    return [anna, bert, carl]


def names(response: Any) -> list[str]:
    return [row.name for row in response.context["page_obj"].object_list]


def test_lists_every_lead_of_the_organisation_and_no_other(cast: Cast, leads: list[Lead]) -> None:
    page = signed_in(cast.mara).get(url("list"))
    assert set(names(page)) == {"Anna Doe", "Bert Doe", "Carl Doe"}
    assert CANARY not in page.content.decode()
    assert signed_in(cast.gus).get(url("list")).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("view=to_send", {"Bert Doe"}),
        ("view=with_sales", {"Anna Doe"}),
        ("stage=prospect", {"Carl Doe"}),
        ("tier=standard", {"Anna Doe", "Bert Doe"}),
        ("q=bert", {"Bert Doe"}),
        ("q=CARL@example.org", {"Carl Doe"}),
        ("q=L-1", {"Anna Doe"}),
        ("q=nobody", set()),
        ("q=%00", {"Anna Doe", "Bert Doe", "Carl Doe"}),
        ("view=nonsense&page=99", {"Anna Doe", "Bert Doe", "Carl Doe"}),
        ("with_sales=yes", {"Anna Doe"}),
        ("with_sales=no", {"Bert Doe", "Carl Doe"}),
        ("owner=none", {"Bert Doe", "Carl Doe"}),
        ("owner=nonsense", {"Anna Doe", "Bert Doe", "Carl Doe"}),
        ("campaign=none", {"Anna Doe", "Bert Doe", "Carl Doe"}),
        ("campaign=01a20101-0000-7000-8000-000000000000", set()),
        ("source=none&country=AT", {"Anna Doe", "Bert Doe", "Carl Doe"}),
        ("country=DE", set()),
        ("fit=A", {"Anna Doe", "Bert Doe", "Carl Doe"}),
        ("readiness=none", set()),
        ("created=30", {"Anna Doe", "Bert Doe", "Carl Doe"}),
        ("created=2026-03-02..2026-03-02", {"Anna Doe", "Bert Doe", "Carl Doe"}),
        ("created=2026-03-03..", set()),
        ("updated=..2026-03-01", set()),
        ("created=9999-12-31..0001-01-01", set()),
        ("created=..", {"Anna Doe", "Bert Doe", "Carl Doe"}),
        ("cols=email.nonsense&order=name", {"Anna Doe", "Bert Doe", "Carl Doe"}),
    ],
)
def test_filters_are_in_the_url(cast: Cast, leads: list[Lead], query: str, found: set[str]) -> None:
    assert set(names(signed_in(cast.mara).get(f"{url('list')}?{query}"))) == found


def test_an_empty_result_says_what_the_filters_hide(cast: Cast, leads: list[Lead]) -> None:
    page = signed_in(cast.mara).get(f"{url('list')}?q=nobody")
    assert page.context["hidden_by_filters"] == 3


def test_order_columns_and_days_are_in_the_url(cast: Cast, leads: list[Lead]) -> None:
    mara = signed_in(cast.mara)
    assert names(mara.get(f"{url('list')}?order=name")) == ["Anna Doe", "Bert Doe", "Carl Doe"]
    page = mara.get(f"{url('list')}?order=name_back&cols=email")
    assert names(page) == ["Carl Doe", "Bert Doe", "Anna Doe"]
    assert "anna@example.com" in page.content.decode()
    assert {column.key: column.ordered for column in page.context["columns"] if column.ordered} == {
        "lead": "descending"
    }
    days = mara.get(f"{url('list')}?stage=mql&created_from=2026-03-01&created_to=2026-03-02")
    assert (days.status_code, days["Location"]) == (
        302, f"{url('list')}?stage=mql&created=2026-03-01..2026-03-02",
    )  # fmt: skip


def test_a_long_list_is_counted_and_paged_so_far(
    cast: Cast, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smarketing.lib.pagination.MOST_ROWS", 2)
    page = signed_in(cast.mara).get(url("list"))
    assert (page.context["total"], page.context["is_capped"], len(names(page))) == (2, True, 2)
    assert "More than 2 leads" in page.content.decode()


def test_a_rep_sees_only_leads_with_a_handover_of_theirs(cast: Cast, leads: list[Lead], at: datetime) -> None:
    sam = signed_in(cast.sam)
    assert names(sam.get(url("list"))) == ["Anna Doe"]
    assert sam.get(url("detail", leads[0].pk)).status_code == 200
    assert sam.get(url("detail", leads[1].pk)).status_code == 404
    with tenant_scope(cast.acme.pk):
        pam = make_rep("pam", at=at)
    assert signed_in(pam).get(url("detail", leads[0].pk)).status_code == 404


def test_the_list_takes_at_most_twelve_queries(cast: Cast, leads: list[Lead], at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        for number in range(20):
            make_handover(by=cast.mara, at=at, email=f"{number}@example.com")
    mara = signed_in(cast.mara)
    mara.get(url("list"))
    with CaptureQueriesContext(connection) as found:
        assert mara.get(f"{url('list')}?q=doe&stage=mql&created=30").status_code == 200
    told = [query["sql"] for query in found.captured_queries if not any(word in query["sql"] for word in SCOPES)]
    assert len(told) <= 12, "\n".join(told)


def test_a_lead_shows_reasons_path_and_gate(cast: Cast, leads: list[Lead]) -> None:
    page = signed_in(cast.mara).get(url("detail", leads[2].pk))
    shown = page.context["lead"]
    assert (shown.handover_id, shown.may, shown.needs_override, shown.gate_missing) == (
        None, frozenset({"handover"}), True, [],
    )  # fmt: skip
    assert (shown.required_met, shown.required_total) == (3, 3)
    assert [step.state for step in shown.path] == ["done", "now", "todo", "todo", "todo"]
    assert signed_in(cast.gus).get(url("detail", leads[2].pk)).status_code == 404


def test_marketing_hands_over_from_the_page(cast: Cast, leads: list[Lead]) -> None:
    mara = signed_in(cast.mara)
    done = mara.post(url("handover", leads[1].pk), {"note": "Met at the fair"})
    assert (done.status_code, done["Location"]) == (302, url("detail", leads[1].pk))
    page = mara.get(done["Location"])
    assert page.context["lead"].owned_by_sales
    assert page.context["lead"].marketer_note == "Met at the fair"
    again = mara.post(url("handover", leads[1].pk), {})
    assert (again.status_code, again.context["refusal"]) == (409, "Sales has this lead already.")
    assert signed_in(cast.sam).post(url("handover", leads[2].pk), {}).status_code == 403


def test_an_unqualified_lead_goes_only_with_a_reason(cast: Cast, leads: list[Lead]) -> None:
    mara = signed_in(cast.mara)
    wrong = mara.post(url("handover", leads[2].pk), {})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["override_reason"])
    assert mara.post(url("handover", leads[2].pk), {"override_reason": "Asked by phone"}).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert Handover.objects.get(lead=leads[2]).override_reason == "Asked by phone"


def test_the_manager_reassigns_and_sales_moves_on(cast: Cast, leads: list[Lead], at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        handover = Handover.objects.get()
    sina = signed_in(cast.sina)
    assert sina.get(url("assign", handover.pk)).status_code == 200
    assert sina.post(url("assign", handover.pk), {"to": str(cast.mara.pk)}).status_code == 422
    assert sina.post(url("assign", handover.pk), {"to": str(cast.sina.pk)}, headers=HTMX).status_code == 200
    assert sina.post(url("accept", handover.pk)).status_code == 302
    sina.post(url("attempt", handover.pk), {"channel": "call", "outcome": "reached"})
    wrong = sina.post(url("progress", handover.pk), {"step": "won"}, headers=HTMX)
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["amount"])
    assert sina.post(url("progress", handover.pk), {"step": "won", "amount": "900"}).status_code == 302
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get(pk=leads[0].pk).stage == "customer"


def test_who_acts_on_the_leads_own_page_stays_on_it(cast: Cast, leads: list[Lead], at: datetime) -> None:
    """The inbox goes on to the next lead; the page of one lead shows what became of it."""
    with tenant_scope(cast.acme.pk):
        handover = Handover.objects.get()
    sam, page = signed_in(cast.sam), url("detail", leads[0].pk)
    with time_machine.travel(at, tick=False):
        assert f"{url('accept', handover.pk)}?from=lead" in sam.get(page).content.decode()
        assert sam.post(f"{url('accept', handover.pk)}?from=lead")["Location"] == page
        attempt = f"{url('attempt', handover.pk)}?from=lead"
        assert f'action="{attempt}"' in sam.get(attempt).content.decode()
        assert sam.post(attempt, {"channel": "call", "outcome": "reached"})["Location"] == page
        elsewhere = sam.post(url("progress", handover.pk), {"step": "qualified"})["Location"]
    assert elsewhere.startswith(url("inbox"))


def test_who_rejects_on_the_leads_own_page_stays_and_can_take_it_back_there(
    cast: Cast, leads: list[Lead], at: datetime
) -> None:
    with tenant_scope(cast.acme.pk):
        handover = Handover.objects.get()
    sam, page = signed_in(cast.sam), url("detail", leads[0].pk)
    reject, undo = (f"{url(name, handover.pk)}?from=lead" for name in ("reject", "undo"))
    claim = {"reason": "not_fitting", "criterion": "company_size", "note": "31 people."}
    with time_machine.travel(at, tick=False):
        for asked in (sam.get(reject), sam.get(reject, headers=HTMX)):
            assert f'action="{reject}" hx-post="{reject}"' in asked.content.decode()
        assert sam.post(reject, claim, headers=HTMX)["HX-Redirect"] == page
        shown = sam.get(page).content.decode()
        assert "Rejected Anna Doe." in shown
        assert f'action="{undo}"' in shown
    with time_machine.travel(at + timedelta(seconds=8), tick=False):
        assert sam.post(undo)["Location"] == page
        assert "Taken back: Anna Doe" in sam.get(page).content.decode()
        assert sam.post(reject, claim)["Location"] == page
    with time_machine.travel(at + timedelta(seconds=17), tick=False):
        assert f'action="{undo}"' not in sam.get(page).content.decode()
        too_late = sam.post(undo, headers=HTMX)
        assert too_late["HX-Redirect"] == page
        assert "The time to undo has ended." in sam.get(page).content.decode()


def test_who_sends_a_lead_on_from_its_page_lands_in_the_inbox_when_it_has_left_them(
    cast: Cast, leads: list[Lead], at: datetime
) -> None:
    with tenant_scope(cast.acme.pk):
        handover = Handover.objects.get()
        make_rep("pam", at=at)
        assign_handover(handover, to=cast.sam, by=cast.sina, at=at)
    sam, reject = signed_in(cast.sam), f"{url('reject', handover.pk)}?from=lead"
    with time_machine.travel(at, tick=False):
        sent_on = sam.post(reject, {"reason": "wrong_territory", "note": "Not my country."})
        assert sent_on["Location"] == url("inbox")
        assert "Sent Anna Doe on" in sam.get(url("inbox")).content.decode()


def test_a_deputy_opens_what_stayed_with_who_is_away(cast: Cast, leads: list[Lead], at: datetime) -> None:
    """They look at it, and decide nothing that has not come over to them."""
    with tenant_scope(cast.acme.pk):
        pam = make_rep("pam", at=at)
        day = at.date()
        plan_absence(cast.sam, first_day=day, last_day=day, deputy=pam, by=cast.sam, at=at - timedelta(days=1))
        # Whatever is owed came over to the deputy; this one has stayed.
        Handover.objects.update(assigned_to=cast.sam)
    page = url("detail", leads[0].pk)
    with time_machine.travel(at, tick=False):
        shown = signed_in(pam).get(page)
        assert shown.status_code == 200
        assert "/accept/" not in shown.content.decode()
        assert "Log contact" not in shown.content.decode()
        assert signed_in(pam).get(url("detail", leads[1].pk)).status_code == 404
    with time_machine.travel(at + timedelta(days=2), tick=False):
        assert signed_in(pam).get(page).status_code == 404


def test_a_merge_is_one_line_of_the_timeline(cast: Cast, leads: list[Lead], at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        merge_leads(leads[1], leads[2], by=cast.mara, at=at + timedelta(hours=1))
    shown = signed_in(cast.mara).get(url("detail", min(leads[1:], key=lambda lead: lead.number).pk))
    told = [entry.text for entry in shown.context["lead"].timeline]
    assert told.count("merged two leads into one") == 1


def test_suggested_duplicates_are_one_line_of_the_timeline(cast: Cast, leads: list[Lead], at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        for number in range(3):
            find_duplicates(make_lead(at=at, email=f"anna{number}@example.com"), at=at)
        told = Event.objects.filter(kind="lead.duplicate_suggested").values_list("thread_id", flat=True)
        oldest = max(set(told), key=list(told).count)
        assert list(told).count(oldest) > 1
    shown = signed_in(cast.mara).get(url("detail", oldest)).context["lead"].timeline
    assert [entry.text for entry in shown].count("may be somebody who is known already") == 1


def test_an_insight_on_a_company_leads_to_its_leads(cast: Cast, leads: list[Lead], at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        company = leads[0].company
        add_insight(text="They fear downtime.", company=company, by=cast.mara, at=at)
    page = signed_in(cast.mara).get(reverse("leads:insights", args=["acme"])).content.decode()
    assert company is not None
    assert f"{url('list')}?q={quote(company.name)}" in page


def test_the_counts_of_the_views_are_asked_for_once_even_where_there_is_no_lead(cast: Cast) -> None:
    client = signed_in(cast.mara)
    assert 'hx-trigger="load"' in client.get(url("list")).content.decode().split('id="views"')[1][:200]
    answer = client.get(url("list"), headers={**HTMX, "HX-Target": "views"}).content.decode()
    assert "<small>0</small>" in answer
    assert "hx-trigger" not in answer, "what asks for itself as soon as it stands asks for ever"
