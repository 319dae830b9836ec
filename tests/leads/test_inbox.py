"""The inbox: who sees what, in which order, in how many queries, and what an act answers."""

import json
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.actions import assign_handover, reject_handover
from leads.models import Attempt, Handover, Rejection
from leads.queries import inbox as inbox_queries
from sla.models import Clock
from smarketing.lib.scope import tenant_scope
from tenants.actions import change_profile
from tests.leads.makers import kinds_of, make_handover
from tests.support import Cast, signed_in

HTMX = {"HX-Request": "true"}
SCOPES = ("set_config", "SAVEPOINT", "RELEASE")


@pytest.fixture
def two(cast: Cast, at: datetime) -> list[Handover]:
    """A standard handover and a hand-raiser, which is due first."""
    with tenant_scope(cast.acme.pk):
        return [
            make_handover(by=cast.mara, at=at, email="anna@example.com", person={"given_name": "Anna"}),
            make_handover(
                by=cast.mara, at=at, email="bert@example.com", person={"given_name": "Bert"}, intent="talk_to_sales"
            ),
        ]


def url(name: str, *arguments: object) -> str:
    return reverse(f"leads:{name}", args=["acme", *arguments])


def test_shows_the_least_time_first_and_selects_it(cast: Cast, two: list[Handover], at: datetime) -> None:
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        response = signed_in(cast.sam).get(url("inbox"))
    assert response.status_code == 200
    rows = [row for group in response.context["groups"] for row in group.rows]
    assert [row.name for row in rows] == ["Bert Doe", "Anna Doe"]
    assert response.context["selected"].name == "Bert Doe"
    assert [view.count for view in response.context["views"]] == [2, 2, 2, 0, 0]
    assert [view.key for view in response.context["views"] if view.active] == ["todo"]


def test_times_and_groups_are_those_of_the_readers_zone(cast: Cast, two: list[Handover], at: datetime) -> None:
    """A rep in Auckland reads Auckland's clock, and what is due after midnight there is due tomorrow."""
    due = at + timedelta(hours=5)
    with tenant_scope(cast.acme.pk):
        change_profile(cast.sam, name="Sam", preferences={"zone": "Pacific/Auckland"})
        Clock.objects.filter(subject=two[1].subject).update(due_at=due)
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        response = signed_in(cast.sam).get(url("inbox"))
    keys = {row.name: group.key for group in response.context["groups"] for row in group.rows}
    assert keys["Bert Doe"] == "tomorrow"
    assert "due Tue\xa003:00" in response.content.decode()


def test_reps_see_their_own_and_the_unassigned(cast: Cast, two: list[Handover], at: datetime) -> None:
    from tests.leads.makers import make_rep

    with tenant_scope(cast.acme.pk):
        pam = make_rep("pam", at=at)
    with time_machine.travel(at, tick=False):
        response = signed_in(pam).get(url("inbox"))
        assert response.context["total"] == 0
        assert signed_in(pam).post(url("accept", two[0].pk)).status_code == 404
        assert signed_in(cast.sina).get(url("inbox")).context["total"] == 2


def test_is_closed_to_strangers(cast: Cast, two: list[Handover], at: datetime) -> None:
    gus = signed_in(cast.gus)
    with time_machine.travel(at, tick=False):
        assert gus.get(url("inbox")).status_code == 404
        foreign = reverse("leads:accept", args=[cast.globex.slug, two[0].pk])
        # Gus is an administrator of globex: first his role refuses him, never the row.
        assert gus.post(foreign).status_code == 403
        assert gus.get(reverse("leads:detail", args=[cast.globex.slug, two[0].lead_id])).status_code == 404


def test_marketing_reads_but_does_not_act(cast: Cast, two: list[Handover], at: datetime) -> None:
    mara = signed_in(cast.mara)
    with time_machine.travel(at, tick=False):
        assert mara.get(url("inbox")).context["selected"].may == frozenset()
        for name in ("accept", "reject", "undo", "attempt", "progress", "assign"):
            assert mara.post(url(name, two[0].pk)).status_code == 403


@pytest.mark.parametrize("view", ["todo", "rejected"])
@pytest.mark.parametrize("who", ["sam", "sina"])
def test_takes_at_most_twelve_queries(who: str, view: str, cast: Cast, two: list[Handover], at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        sent = [make_handover(by=cast.mara, at=at, email=f"{number}@example.com") for number in range(20)]
        for handover in sent[:3]:
            assign_handover(handover, to=cast.sam, by=cast.sina, at=at)
            handover.refresh_from_db()
            reject_handover(handover, reason="not_fitting", criterion="company_size", note="", by=cast.sam, at=at)
    member = signed_in(getattr(cast, who))
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        member.get(url("inbox"), {"view": view})
        with CaptureQueriesContext(connection) as found:
            answer = member.get(url("inbox"), {"view": view})
    assert (answer.status_code, answer.context["selected"] is not None) == (200, True)
    told = [query["sql"] for query in found.captured_queries if not any(word in query["sql"] for word in SCOPES)]
    assert len(told) <= 12, "\n".join(told)


def test_a_poll_answers_304_until_something_changes(cast: Cast, two: list[Handover], at: datetime) -> None:
    sam = signed_in(cast.sam)
    poll = {**HTMX, "HX-Target": "queue"}
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        first = sam.get(url("inbox"), headers=poll)
        assert first.status_code == 200
        assert b'id="queue"' in first.content
        assert b"<html" not in first.content
        again = sam.get(url("inbox"), headers={**poll, "If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        sam.post(url("accept", two[0].pk))
        assert sam.get(url("inbox"), headers={**poll, "If-None-Match": first["ETag"]}).status_code == 200


def test_a_poll_notices_what_only_a_clock_changes(cast: Cast, two: list[Handover], at: datetime) -> None:
    """A deadline that passes, a pause and a moved deadline regroup rows without touching the handover."""
    sam, poll = signed_in(cast.sam), {**HTMX, "HX-Target": "queue"}
    with tenant_scope(cast.acme.pk):
        clock = Clock.objects.filter(subject=two[1].subject_id, state="running").order_by("due_at")[:1].get()
    with time_machine.travel(clock.due_at - timedelta(seconds=1), tick=False):
        tag = sam.get(url("inbox"), headers=poll)["ETag"]
        assert sam.get(url("inbox"), headers={**poll, "If-None-Match": tag}).status_code == 304
        with tenant_scope(cast.acme.pk):
            Clock.objects.filter(pk=clock.pk).update(state="paused", paused_at=at)
        paused = sam.get(url("inbox"), headers={**poll, "If-None-Match": tag})
        assert paused.status_code == 200
        with tenant_scope(cast.acme.pk):
            Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at + timedelta(hours=1))
        moved = sam.get(url("inbox"), headers={**poll, "If-None-Match": paused["ETag"]})
        assert moved.status_code == 200
        with tenant_scope(cast.acme.pk):
            Clock.objects.filter(pk=clock.pk).update(state="running", due_at=clock.due_at)
    with time_machine.travel(clock.due_at + timedelta(seconds=1), tick=False):
        late = sam.get(url("inbox"), headers={**poll, "If-None-Match": tag})
    assert late.status_code == 200
    body = late.content.decode()
    assert body.index("Breached") < body.index("Bert Doe") < body.index("Anna Doe")


def test_a_group_that_goes_on_beyond_the_page_says_so(
    cast: Cast, two: list[Handover], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.queries.PAGE", 1)
    monkeypatch.setattr(inbox_queries, "PAGE", 1)
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        sam = signed_in(cast.sam)
        page = sam.get(url("inbox"))
        first = page.context["groups"][0]
        assert (len(first.rows), first.goes_on) == (1, True)
        more = sam.get(page.context["more_url"], headers=HTMX)
    assert "Anna Doe" in more.content.decode()
    assert "Bert Doe" not in more.content.decode()


def test_accepting_answers_with_the_next_lead_and_an_undo(cast: Cast, two: list[Handover], at: datetime) -> None:
    sam = signed_in(cast.sam)
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        response = sam.post(url("accept", two[1].pk), headers={**HTMX, "HX-Target": "detail"})
        assert response.status_code == 200
        body = response.content.decode()
        assert body.count("hx-swap-oob=") == 2
        assert response.context["selected"].name == "Anna Doe"
        assert response.context["announce"] == "Accepted Bert Doe. Next: Anna Doe."
        toast = json.loads(response["HX-Trigger"])["toast"]
        assert toast["undo"] == url("undo", two[1].pk)
        undone = sam.post(toast["undo"], headers=HTMX)
        assert undone.status_code == 200
    with tenant_scope(cast.acme.pk):
        assert Handover.objects.get(pk=two[1].pk).decision == "pending"
        assert kinds_of(two[1]) == ["handover.sent", "handover.accepted", "handover.decision_undone"]


def test_the_queue_in_an_answer_polls_the_inbox(cast: Cast, two: list[Handover], at: datetime) -> None:
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        response = signed_in(cast.sam).post(url("accept", two[1].pk), headers=HTMX)
    assert 'id="queue" tabindex="0" role="region"' in response.content.decode()
    assert f'hx-get="{url("accept", two[1].pk)}"' not in response.content.decode()


def test_without_script_accepting_redirects(cast: Cast, two: list[Handover], at: datetime) -> None:
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        response = signed_in(cast.sam).post(url("accept", two[1].pk))
    assert (response.status_code, response["Location"]) == (302, f"{url('inbox')}?lead={two[0].pk}")


def test_the_second_rep_is_told_who_was_quicker(cast: Cast, two: list[Handover], at: datetime) -> None:
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        signed_in(cast.sam).post(url("accept", two[0].pk))
    with time_machine.travel(at + timedelta(minutes=1, seconds=4), tick=False):
        plain = signed_in(cast.sina).post(url("accept", two[0].pk))
        swapped = signed_in(cast.sina).post(url("accept", two[0].pk), headers=HTMX)
    assert plain.status_code == 409
    assert "Sam accepted this 4 seconds ago" in plain.content.decode()
    assert (swapped.status_code, swapped.context["refusal"]) == (409, "Sam accepted this 4 seconds ago.")


def test_too_late_is_told_so_and_silence_stays_recorded(cast: Cast, two: list[Handover], at: datetime) -> None:
    with time_machine.travel(at + timedelta(days=10), tick=False):
        response = signed_in(cast.sam).post(url("accept", two[0].pk), headers=HTMX)
    assert response.status_code == 409
    with tenant_scope(cast.acme.pk):
        assert Handover.objects.get(pk=two[0].pk).decision == "deemed_accepted"


def test_rejecting_asks_first_and_names_what_is_missing(cast: Cast, two: list[Handover], at: datetime) -> None:
    sam = signed_in(cast.sam)
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        asked = sam.get(url("reject", two[0].pk), headers={**HTMX, "HX-Target": "dialog-body"})
        assert asked.status_code == 200
        assert b"<html" not in asked.content
        assert "Mara has 3 business days to correct, nurture or appeal." in asked.content.decode()
        assert b"<html" in sam.get(url("reject", two[0].pk)).content
        wrong = sam.post(url("reject", two[0].pk), {"reason": "not_fitting"}, headers=HTMX)
        assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["criterion"])
        right = {"reason": "not_fitting", "criterion": "company_size", "note": "Three people"}
        done = sam.post(url("reject", two[0].pk), right, headers=HTMX)
    assert done.status_code == 200
    with tenant_scope(cast.acme.pk):
        assert Rejection.objects.get().note == "Three people"


def test_logging_contact_is_two_choices(cast: Cast, two: list[Handover], at: datetime) -> None:
    sam = signed_in(cast.sam)
    with time_machine.travel(at + timedelta(minutes=10), tick=False):
        assert sam.get(url("attempt", two[0].pk), headers=HTMX).status_code == 200
        wrong = sam.post(
            url("attempt", two[0].pk), {"channel": "call", "outcome": "reached", "at": "2026-03-02T10:05"}, headers=HTMX
        )
        assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["note"])
        done = sam.post(url("attempt", two[0].pk), {"channel": "call", "outcome": "no_answer"}, headers=HTMX)
    assert done.status_code == 200
    assert done.context["selected"].name == "Anna Doe"
    with tenant_scope(cast.acme.pk):
        assert Attempt.objects.get().counted
        assert Handover.objects.get(pk=two[0].pk).contacted_at == at + timedelta(minutes=10)
