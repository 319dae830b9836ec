"""Many at once: handing over, giving to others; the same as if each were done by itself."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from leads.actions import hand_over, reassign_handovers, reject_handover, start_bulk_handover
from leads.models import Handover, Lead
from leads.routing import Target
from smarketing.lib.scope import tenant_scope
from tenants.models import Job
from tests.leads.makers import clock_of, make_handover, make_lead, make_rep
from tests.support import Cast, api_key, run_jobs, signed_in

SOON = timedelta(minutes=5)


def some_leads(count: int, *, at: datetime, start: int = 0) -> list[Lead]:
    return [make_lead(at=at, email=f"{number}@example.com") for number in range(start, start + count)]


def given_to(leads: list[Lead]) -> list[Any]:
    """Whom each lead went to, in order."""
    owners = dict(Handover.objects.filter(lead__in=leads).values_list("lead_id", "assigned_to"))
    return [owners[lead.pk] for lead in leads]


def test_a_bulk_spreads_exactly_like_single_ones(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        for name in ("pam", "pete"):
            make_rep(name, at=at)
        single, bulk = some_leads(18, at=at), some_leads(18, at=at, start=18)
        for lead in single:
            hand_over(lead, by=cast.mara, at=at)
        start_bulk_handover(bulk, note="Fair", by=cast.mara, at=at)
    run_jobs(organisation=cast.acme, at=at)
    with tenant_scope(cast.acme.pk):
        job = Job.objects.get()
        assert (job.state, job.done, len(job.result["sent"]), job.result["refused"]) == ("done", 18, 18, [])
        # Rep for rep, in the order in which they were ticked: 18 is a whole number of rounds of three.
        assert given_to(bulk) == given_to(single)
        assert set(Counter(given_to(bulk)).values()) == {6}
        assert set(Handover.objects.filter(lead__in=bulk).values_list("note", "sent_by")) == {("Fair", cast.mara.pk)}
        assert Event.objects.filter(kind="handover.sent").count() == 36


def test_names_who_was_refused_and_why(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        ready = make_lead(at=at, email="ready@example.com")
        early = make_lead(at=at, email="early@example.com", behaviours=())
        taken = make_handover(at=at, by=cast.mara, email="taken@example.com").lead
        start_bulk_handover([ready, early, taken], by=cast.mara, at=at)
    run_jobs(organisation=cast.acme, at=at)
    with tenant_scope(cast.acme.pk):
        result = Job.objects.get().result
        assert [row["lead"] for row in result["sent"]] == [str(ready.pk)]
        assert {row["lead"]: row["code"] for row in result["refused"]} == {
            str(early.pk): "below_threshold",
            str(taken.pk): "lead_with_sales",
        }
        assert Handover.objects.count() == 2


def test_one_reason_lets_those_below_the_threshold_go(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        ready = make_lead(at=at, email="ready@example.com")
        early = make_lead(at=at, email="early@example.com", behaviours=())
        start_bulk_handover([ready, early], override_reason="Met at the fair", by=cast.mara, at=at)
    run_jobs(organisation=cast.acme, at=at)
    with tenant_scope(cast.acme.pk):
        reasons = dict(Handover.objects.values_list("lead__email", "override_reason"))
        assert reasons == {"ready@example.com": "", "early@example.com": "Met at the fair"}


def test_the_page_previews_then_starts_and_shows_the_result(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        leads = some_leads(2, at=at)
        early = make_lead(at=at, email="early@example.com", behaviours=())
    mara, url = signed_in(cast.mara), reverse("leads:bulk_handover", args=["acme"])
    ticked = [str(lead.pk) for lead in (*leads, early)]
    with time_machine.travel(at + SOON, tick=False):
        preview = mara.post(url, {"lead": ticked})
        assert preview.status_code == 200
        assert "not qualified yet" in preview.content.decode()
        with tenant_scope(cast.acme.pk):
            assert not Job.objects.exists()
        started = mara.post(url, {"lead": ticked, "confirmed": "1", "note": "Call soon"})
        assert started.status_code == 302
        run_jobs(organisation=cast.acme, at=at + SOON)
        result = mara.get(started.headers["Location"]).content.decode()
    assert "2 leads sent" in result
    assert "1 refused" in result
    assert "Say why it should go to sales" in result


def test_nothing_ticked_is_said(cast: Cast) -> None:
    url = reverse("leads:bulk_handover", args=["acme"])
    answer = signed_in(cast.mara).post(url, {"lead": ["no-id", str(uuid4())]})
    assert answer.status_code == 422
    assert "Tick the leads" in answer.content.decode()


def test_the_preview_asks_as_often_for_thirty_as_for_three(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        leads = some_leads(30, at=at)
    mara, url = signed_in(cast.mara), reverse("leads:bulk_handover", args=["acme"])
    counts = []
    for number in (3, 30):
        with CaptureQueriesContext(connection) as asked:
            mara.post(url, {"lead": [str(lead.pk) for lead in leads[:number]]})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_clients_start_a_bulk(live_cast: Cast, client: Any, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        leads = some_leads(2, at=at)
    headers = api_key(cast.mara, "handovers:write", "leads:read", at=at)
    body = {"leads": [str(lead.pk) for lead in leads], "note": "Soon"}
    made = client.post("/api/v1/handovers/bulk", body, content_type="application/json", headers=headers)
    assert made.status_code == 202
    run_jobs(organisation=cast.acme, at=at + SOON)
    job = client.get(made.headers["Location"], headers=headers).json()
    assert (job["state"], len(job["result"]["sent"])) == ("done", 2)
    wrong = client.post(
        "/api/v1/handovers/bulk", {"leads": [str(uuid4())]}, content_type="application/json", headers=headers
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/leads/0")


# Giving handovers to others


def test_all_of_one_rep_go_to_the_others_in_turn(acme: Cast, at: datetime) -> None:
    for number in range(6):
        make_handover(by=acme.mara, at=at, email=f"{number}@example.com")
    pam, pete = make_rep("pam", at=at), make_rep("pete", at=at)
    done = reassign_handovers(list(Handover.objects.all()), target=Target("reps"), by=acme.sina, at=at + SOON)
    assert Counter(member.name for member in done.moved.values()) == {pam.name: 3, pete.name: 3}
    assert Event.objects.filter(kind="handover.assigned").count() == 6
    handover = Handover.objects.order_by("pk")[0]
    assert clock_of(handover, "decision").owner_id == handover.assigned_to_id == handover.lead.sales_owner_id


def test_who_refused_a_lead_is_passed_over(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    handover = make_handover(by=acme.mara, at=at)
    first = handover.assigned_to
    assert first is not None
    reject_handover(handover, reason="wrong_addressee", by=first, at=at)
    again = Handover.objects.get()
    assert again.assigned_to != first
    done = reassign_handovers([again], target=Target("reps"), by=acme.sina, at=at + SOON)
    assert (done.moved, done.left) == ({}, {again.pk: "nobody_can_take_it"})
    done = reassign_handovers([again], target=Target("rep", str(first.pk)), by=acme.sina, at=at + SOON)
    assert done.left == {again.pk: "said_not_theirs"}
    assert pam.pk in {first.pk, Handover.objects.get().assigned_to_id}


def test_the_managers_queue_shows_what_waits_and_gives_it_away(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        type(cast.sam).objects.filter(pk=cast.sam.pk).update(is_active=False)
        handover = make_handover(by=cast.mara, at=at)
        pam = make_rep("pam", at=at)
    sina, url = signed_in(cast.sina), reverse("leads:queue", args=["acme"])

    def owner() -> Any:
        with tenant_scope(cast.acme.pk):
            return Handover.objects.get().assigned_to_id

    with time_machine.travel(at + SOON, tick=False):
        page = sina.get(url).content.decode()
        assert "Jane Doe" in page
        assert "nobody was there to take it" in page
        form = {"handover": str(handover.pk), "to": f"rep:{pam.pk}"}
        preview = sina.post(reverse("leads:reassign", args=["acme"]), form)
        assert (preview.status_code, owner()) == (200, None)
        answer = sina.post(reverse("leads:reassign", args=["acme"]), {**form, "confirmed": "1"})
        assert (answer.status_code, answer.headers["Location"]) == (302, url)
        assert owner() == pam.pk
        assert "Nothing waits" in sina.get(url).content.decode()
        theirs = f"{reverse('leads:reassign', args=['acme'])}?of={pam.pk}"
        everything = sina.post(theirs, {"to": f"rep:{cast.sina.pk}", "all": "1"})
        assert "1 lead to Sina" in everything.content.decode()


def test_clients_preview_and_reassign(cast: Cast, client: Any, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        handover = make_handover(by=cast.mara, at=at)
        pam = make_rep("pam", at=at)
    headers = api_key(cast.sina, "handovers:write", at=at)
    body: dict[str, Any] = {"handovers": [str(handover.pk)], "to": f"rep:{pam.pk}"}

    def send(given: dict[str, Any]) -> Any:
        url = "/api/v1/handovers/assignments"
        return client.post(url, given, content_type="application/json", headers=headers)

    assert send({**body, "preview": True}).json() == {"moves": [str(handover.pk)], "stayed": []}
    assert send(body).json()["moved"] == [{"handover": str(handover.pk), "to": str(pam.pk)}]
    assert send(body).json()["stayed"][0]["code"] == "theirs_already"
    assert send({**body, "handovers": [str(uuid4())]}).status_code == 404
    assert send({**body, "to": f"rep:{cast.mara.pk}"}).status_code == 422
