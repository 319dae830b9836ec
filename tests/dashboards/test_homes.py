"""Where each role's day starts: what needs them now, and how we stand."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboards.actions import give_action, open_review, plan_review
from leads.actions import accept_handover, hand_over
from leads.models import Handover
from sla.actions import propose_target
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.arbitration.support import make_case, make_lead, make_rejection
from tests.support import Cast, api_key

ClientOf = Callable[[Membership], Client]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOME = "/o/acme/"
MOST_QUERIES = 20
# What the page asks for once it stands.
STAND = {"HX-Request": "true", "HX-Target": "stand"}


def todos(client: Client) -> list[tuple[str, str]]:
    return [(todo.kind, todo.title) for todo in client.get(HOME).context["todos"]]


def test_a_rep_sees_the_lead_with_the_least_time_left_first(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        sent = {}
        for hours, name in enumerate(("ann", "ben")):
            sent[name] = hand_over(make_lead(cast, name, at=at), by=cast.mara, at=at + hours * HOUR)
            Handover.objects.filter(pk=sent[name].pk).update(assigned_to=cast.sam)
        accept_handover(Handover.objects.get(pk=sent["ann"].pk), by=cast.sam, at=at + HOUR)
    with time_machine.travel(at + 2 * HOUR, tick=False):
        page = client_of(cast.sam).get(HOME)
        assert [todo.title for todo in page.context["todos"]] == ["Ann Doe", "Ben Doe"]
        first = page.context["todos"][0]
        assert first.clock is not None
        assert client_of(cast.sam).get(first.url).context["selected"].handover_id == sent["ann"].pk
        part = client_of(cast.sam).get(HOME, headers=STAND).content.decode()
        assert "How you stand" in part
        # Three figures, none of them marketing's.
        assert (part.count('class="sm-p sm-kpi"'), part.count('data-owner="sales"')) == (3, 3)


def test_a_marketer_is_told_what_came_back_and_what_was_not_sent(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        make_rejection(cast, "ann", at=at)
        make_lead(cast, "ben", at=at)
    with time_machine.travel(at + HOUR, tick=False):
        assert todos(client_of(cast.mara)) == [
            ("return", "Ann Doe came back"), ("unsent", "1 qualified lead is not with sales yet"),
        ]  # fmt: skip


def test_an_executive_is_led_to_the_case_that_can_be_ruled_on(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, "ann", at=at)
    with time_machine.travel(at + DAY, tick=False):
        assert todos(client_of(cast.rita)) == [("hearings", "1 case is being heard")]
    with time_machine.travel(case.statements_close_at + HOUR, tick=False):
        page = client_of(cast.rita).get(HOME)
        first = page.context["todos"][0]
        assert (first.kind, first.url) == ("case", f"/o/acme/cases/{case.pk}/")
        assert first.due_at == first.clock.due_at


def test_the_head_of_sales_countersigns_and_gives_on(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        handover = hand_over(make_lead(cast, "ann", at=at), by=cast.mara, at=at)
        Handover.objects.filter(pk=handover.pk).update(assigned_to=None)
        propose_target(month=at.date().replace(day=1), points=320, note="", by=cast.marc, at=at)
    with time_machine.travel(at + HOUR, tick=False):
        found = dict(todos(client_of(cast.sina)))
        assert found["target"] == "The target of March waits for your countersignature"
        assert found["unassigned"] == "1 lead has nobody yet"


def test_what_was_taken_on_in_a_meeting_comes_up_when_it_is_near(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        review = plan_review(starts_at=at + HOUR, by=cast.marc, at=at)
        open_review(review, by=cast.marc, at=at + HOUR)
        due_on = (at + 8 * DAY).date()
        give_action(review, text="Call the fair", owner=cast.ada, due_on=due_on, by=cast.marc, at=at + HOUR)
    with time_machine.travel(at + 2 * HOUR, tick=False):
        assert ("action", "Call the fair") not in todos(client_of(cast.ada))
        assert ("meeting_open", "The review meeting is being held") in todos(client_of(cast.sina))
    with time_machine.travel(at + 9 * DAY, tick=False):
        page = client_of(cast.ada).get(HOME)
        assert [todo.title for todo in page.context["todos"]] == ["Call the fair"]
        assert page.context["late"] == 1


def test_a_new_organisation_is_told_what_to_set_up(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    ada, marc = client_of(cast.ada), client_of(cast.marc)

    def done(client: Client) -> dict[str, bool]:
        return {line.label: line.is_done for line in client.get(HOME).context["setup"]}

    with time_machine.travel(at, tick=False):
        assert [label for label, is_done in done(ada).items() if is_done] == [
            "Invite both heads, an executive and the reps"
        ]
        mine = {line.label: line.url for line in marc.get(HOME).context["setup"]}
        assert mine["Hand the first lead over to sales"] == "/o/acme/leads/"
        assert mine["Say who gets which leads"] == ""
        page = ada.get(HOME)
        assert [line.label for line in page.context["setup"] if line.is_next] == ["Connect a form or a key"]
        assert page.context["hides_empty"]
        assert all(line.text for line in page.context["setup"] if not line.is_done)
        with tenant_scope(cast.acme.pk):
            hand_over(make_lead(cast, "ann", at=at), by=cast.mara, at=at)
        assert sum(done(ada).values()) == 3
    assert "setup" in client_of(cast.sam).get(HOME).context
    assert client_of(cast.sam).get(HOME).context["setup"] == []


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "rita", "ned", "ada"])
def test_the_side_bar_shows_each_days_places_and_folds_the_rest(who: str, cast: Cast, client_of: ClientOf) -> None:
    client = client_of(getattr(cast, who))
    groups = client.get(HOME).context["nav"]
    shown = [item.label for group in groups if not group.folds for item in group.items]
    assert len(shown) <= 9
    assert {"Home", "Inbox", "Leads", "Disputes", "Joint dashboard"} <= set(shown)
    assert [group.label for group in groups if group.folds and group.is_open] == []
    page = client.get("/o/acme/agreement/")
    assert [group.label for group in page.context["nav"] if group.folds and group.is_open] == ["Agree"]
    assert page.content.decode().count('<details class="sm-nav-g" open>') == 2, "the side bar and the phone's drawer"


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "rita", "ned", "ada"])
def test_each_role_has_a_home_in_few_queries(cast: Cast, at: datetime, client_of: ClientOf, who: str) -> None:
    with tenant_scope(cast.acme.pk):
        for name in ("ann", "ben"):
            make_case(cast, name, at=at)
            make_rejection(cast, f"{name}2", at=at)
            hand_over(make_lead(cast, f"{name}3", at=at), by=cast.mara, at=at)
    client = client_of(cast.people()[who])
    with time_machine.travel(at + DAY, tick=False):
        client.get(HOME)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = client.get(HOME)
    assert page.status_code == 200
    # Opening and closing scopes is no question.
    selects = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
    assert len(selects) <= MOST_QUERIES, "\n".join(sql[:200] for sql in selects)
    assert page.context["todos"] or page.context["empty"]
    assert page.context["kpis"] is None
    with time_machine.travel(at + DAY, tick=False):
        assert "sm-kpi" in client.get(HOME, headers=STAND).content.decode()


def test_an_unchanged_poll_is_304_and_costs_one_query_of_its_own(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    client, asks = client_of(cast.sam), {"HX-Request": "true", "HX-Target": "todo"}
    with time_machine.travel(at, tick=False):
        etag = client.get(HOME, headers=asks).headers["ETag"]
        unchanged = client.get(HOME, headers={**asks, "If-None-Match": etag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        with tenant_scope(cast.acme.pk):
            hand_over(make_lead(cast, "ann", at=at), by=cast.mara, at=at)
        changed = client.get(HOME, headers={**asks, "If-None-Match": etag})
        assert changed.status_code == 200
        assert "Ann Doe" in changed.content.decode()
        assert "How you stand" not in changed.content.decode()
    with time_machine.travel(at + 2 * timedelta(minutes=1), tick=False):
        # By time alone something may have become late.
        assert client.get(HOME, headers={**asks, "If-None-Match": changed.headers["ETag"]}).status_code == 200


def test_the_figures_come_with_the_page_where_no_script_asks_for_them(
    cast: Cast, at: datetime, client_of: ClientOf
) -> None:
    with time_machine.travel(at, tick=False):
        page = client_of(cast.rita).get(HOME).content.decode()
        assert '<noscript><p><a href="?figures=yes">' in page
        assert "sm-kpi" not in page
        assert client_of(cast.rita).get(f"{HOME}?figures=yes").content.decode().count("sm-p sm-kpi") == 6


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "rita", "ned", "ada"])
def test_clients_read_the_home_of_their_member(cast: Cast, at: datetime, client_of: ClientOf, who: str) -> None:
    with tenant_scope(cast.acme.pk):
        make_case(cast, "ann", at=at)
        make_rejection(cast, "ben", at=at)
        hand_over(make_lead(cast, "cleo", at=at), by=cast.mara, at=at)
    member = cast.people()[who]
    headers = api_key(member, "reports:read", at=at)
    with time_machine.travel(at + DAY, tick=False):
        answer = Client().get("/api/v1/home", headers=headers)
        page = client_of(member).get(f"{HOME}?figures=yes").context
        again = Client().get("/api/v1/home", headers={**headers, "If-None-Match": answer.headers["ETag"]})
    body = answer.json()
    assert [(need["kind"], need["title"]) for need in body["needs"]] == [(t.kind, t.title) for t in page["todos"]]
    assert [need["url"] for need in body["needs"]] == [f"http://testserver{todo.url}" for todo in page["todos"]]
    assert body["late"] == page["late"]
    assert [card["key"] for card in body["figures"]] == [kpi.key for kpi in page["kpis"]]
    assert (body["is_own"], again.status_code) == (page["own"], 304)


def test_the_way_in_leads_home_and_strangers_find_nothing(cast: Cast, client_of: ClientOf) -> None:
    assert client_of(cast.rita).get("/").headers["Location"] == HOME
    assert client_of(cast.gus).get(HOME).status_code == 404
    page = client_of(cast.ned).get(HOME).content.decode()
    assert "Nothing waits for you" in page
    assert 'aria-current="page" data-go="h"' in page
