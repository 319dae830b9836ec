"""Leads and handovers over the REST interface."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from leads.actions import reject_handover
from leads.models import Handover, Lead
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.leads.makers import make_handover, make_lead
from tests.support import Cast, api_key

ALL = ("leads:read", "leads:write", "handovers:write")
NOBODY = "019a0000-0000-7000-8000-000000000000"


class Caller:
    """A client with a secret key that acts for a member."""

    def __init__(self, member: Membership, *scopes: str, at: datetime) -> None:
        self.headers = api_key(member, *(scopes or ALL), at=at)

    def get(self, path: str) -> Any:
        return Client().get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("post", path, {} if body is None else body, **headers)

    def send(self, method: str, path: str, body: Any, **headers: str) -> Any:
        return getattr(Client(), method)(
            f"/api/v1/{path}", body, content_type="application/json", headers=self.headers | headers
        )


@pytest.fixture
def handover(cast: Cast, at: datetime) -> Handover:
    with tenant_scope(cast.acme.pk):
        return make_handover(by=cast.mara, at=at)


@pytest.fixture(autouse=True)
def a_minute_later(at: datetime) -> Any:
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        yield


def test_reads_a_handover_as_documented(cast: Cast, handover: Handover, at: datetime) -> None:
    read = Caller(cast.sam, at=at).get(f"handovers/{handover.pk}")
    assert (read.status_code, read["ETag"]) == (200, '"1"')
    body = read.json()
    assert {key: body[key] for key in ("tier", "weight", "decision", "credit", "counted_month", "progress")} == {
        "tier": "standard", "weight": "1.00", "decision": "pending", "credit": "counted",
        "counted_month": "2026-03", "progress": "new",
    }  # fmt: skip
    clock = next(clock for clock in body["clocks"] if clock["commitment"] == "first_contact")
    assert clock["due_at"] == "2026-03-03T09:00:00Z"
    assert (clock["unit"], clock["target_seconds"], clock["used_seconds"]) == ("elapsed_hours", 86400, 60)


def test_goes_from_handover_to_won(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        lead = make_lead(at=at)
    sent = Caller(cast.mara, at=at).post(f"leads/{lead.pk}/handovers", {"note": "Met at the fair"})
    assert (sent.status_code, sent.json()["assigned_to"]) == (201, str(cast.sam.pk))
    path = sent["Location"].removeprefix("/api/v1/")
    sam = Caller(cast.sam, at=at)
    assert sam.post(f"{path}/acceptance").json()["decision"] == "accepted"
    tried = sam.post(f"{path}/attempts", {"channel": "call", "outcome": "reached"})
    assert (tried.status_code, tried.json()["counted"]) == (201, True)
    assert sam.post(f"{path}/outcome", {"progress": "opportunity", "amount": "1200.50"}).status_code == 201
    won = sam.post(f"{path}/outcome", {"outcome": "won"}).json()
    assert (won["progress"], won["outcome"], won["amount"]) == ("closed", "won", "1200.50")
    assert sam.get(f"leads/{lead.pk}").json()["stage"] == "customer"
    kinds = [event["kind"] for event in sam.get(f"leads/{lead.pk}/events").json()["results"]]
    assert {"lead.received", "handover.sent", "handover.accepted", "handover.closed", "clock.met"} <= set(kinds)


def test_a_second_acceptance_is_refused_with_who_and_when(cast: Cast, handover: Handover, at: datetime) -> None:
    Caller(cast.sam, at=at).post(f"handovers/{handover.pk}/acceptance")
    refused = Caller(cast.sina, at=at).post(f"handovers/{handover.pk}/acceptance")
    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    body = refused.json()
    assert (body["code"], body["decided_by"]) == ("handover_already_decided", str(cast.sam.pk))


def test_too_late_is_refused_and_silence_stays_recorded(cast: Cast, handover: Handover, at: datetime) -> None:
    with time_machine.travel(at + timedelta(days=10), tick=False):
        sam = Caller(cast.sam, at=at)
        refused = sam.post(f"handovers/{handover.pk}/acceptance", None, **{"Idempotency-Key": "k1"})
    assert (refused.status_code, refused.json()["decision"]) == (409, "deemed_accepted")
    assert sam.get(f"handovers/{handover.pk}").json()["decision"] == "deemed_accepted"


def test_the_same_key_accepts_once(cast: Cast, handover: Handover, at: datetime) -> None:
    sam = Caller(cast.sam, at=at)
    first = sam.post(f"handovers/{handover.pk}/acceptance", None, **{"Idempotency-Key": "k1"})
    again = sam.post(f"handovers/{handover.pk}/acceptance", None, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert first.content == again.content


def test_rejects_and_marketing_answers(cast: Cast, handover: Handover, at: datetime) -> None:
    sam, mara = Caller(cast.sam, at=at), Caller(cast.mara, at=at)
    incomplete = sam.post(f"handovers/{handover.pk}/rejection", {"reason": "not_fitting"})
    assert (incomplete.status_code, incomplete.json()["errors"][0]["pointer"]) == (422, "/criterion")
    claim = {"reason": "not_fitting", "criterion": "company_size", "note": "Three people"}
    rejected = sam.post(f"handovers/{handover.pk}/rejection", claim)
    assert (rejected.status_code, rejected.json()["class"], rejected.json()["state"]) == (201, "definitional", "open")
    again = mara.post(
        f"handovers/{handover.pk}/return", {"answer": "resend", "changes": {"employees": 640}, "note": "Checked"}
    )
    assert (again.status_code, again.json()["number"], again.json()["credit"]) == (201, 2, "counted")
    old = mara.get(f"handovers/{handover.pk}").json()
    assert (old["rejection"]["state"], old["credit"]) == ("resent", "reversed")
    twice = mara.post(f"handovers/{handover.pk}/return", {"answer": "nurture", "wake_on": "2026-06-01"})
    assert (twice.status_code, twice.json()["code"]) == (409, "rejection_answered")


def test_corrects_a_lead_only_from_its_present_state(cast: Cast, handover: Handover, at: datetime) -> None:
    mara = Caller(cast.mara, at=at)
    path = f"leads/{handover.lead_id}"
    etag = mara.get(path)["ETag"]
    assert mara.send("patch", path, {"job_title": "CEO"}).status_code == 428
    assert mara.send("patch", path, {"job_title": "CEO"}, **{"If-Match": '"0"'}).status_code == 412
    done = mara.send("patch", path, {"job_title": "CEO", "employees": 300}, **{"If-Match": etag})
    assert (done.status_code, done.json()["person"]["job_title"], done.json()["company"]["employees"]) == (
        200, "CEO", 300,
    )  # fmt: skip
    assert done["ETag"] != etag
    email = mara.send("patch", path, {"email": "x@example.com"}, **{"If-Match": done["ETag"]})
    assert (email.status_code, email.json()["errors"][0]["code"]) == (422, "unknown_field")


def test_assigns_only_by_the_manager_and_only_to_sales(cast: Cast, handover: Handover, at: datetime) -> None:
    path = f"handovers/{handover.pk}/assignment"
    assert Caller(cast.sam, at=at).post(path, {"to": str(cast.sina.pk)}).status_code == 403
    sina = Caller(cast.sina, at=at)
    assert sina.post(path, {"to": str(cast.mara.pk)}).json()["code"] == "not_a_rep"
    assert sina.post(path, {"to": NOBODY}).status_code == 422
    assert sina.post(path, {"to": str(cast.sina.pk)}).json()["assigned_to"] == str(cast.sina.pk)


POSTS = ("acceptance", "rejection", "attempts", "outcome", "assignment", "return")


@pytest.mark.parametrize("act", POSTS)
def test_foreign_and_unknown_handovers_answer_alike(cast: Cast, handover: Handover, at: datetime, act: str) -> None:
    from tenants.models import Membership as Member

    with tenant_scope(cast.globex.pk):
        Member.objects.filter(pk=cast.gus.pk).update(roles=["sales_manager", "marketer"])
        cast.gus.refresh_from_db()
    gus = Caller(cast.gus, at=at)
    assert gus.post(f"handovers/{handover.pk}/{act}").status_code == 404
    assert gus.post(f"handovers/{NOBODY}/{act}").status_code == 404
    assert gus.get(f"handovers/{handover.pk}").status_code == 404
    assert gus.get(f"leads/{handover.lead_id}").status_code == 404
    assert gus.get("handovers").json()["results"] == []


@pytest.mark.parametrize("act", POSTS)
def test_an_auditor_changes_nothing(cast: Cast, handover: Handover, at: datetime, act: str) -> None:
    ned = Caller(cast.ned, at=at)
    assert ned.get(f"handovers/{handover.pk}").status_code == 200
    assert ned.post(f"handovers/{handover.pk}/{act}").status_code == 403


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("acceptance", {"x": 1}),
        ("acceptance", [1]),
        ("rejection", {}),
        ("rejection", {"reason": 5}),
        ("rejection", {"reason": "nonsense"}),
        ("attempts", {"channel": "pigeon", "outcome": "reached"}),
        ("attempts", {"channel": "call", "outcome": "reached", "occurred_at": "2026-03-02T09:00:00"}),
        ("attempts", {"channel": "call", "outcome": "reached", "note": "x" * 5000}),
        ("outcome", {}),
        ("outcome", {"progress": "qualified", "outcome": "won"}),
        ("outcome", {"outcome": "won", "amount": "NaN"}),
        ("outcome", {"outcome": "won", "amount": "1e400"}),
        ("outcome", {"outcome": "won", "amount": "-1"}),
        ("outcome", {"outcome": "won", "amount": "0.001"}),
        ("outcome", {"outcome": "won", "amount": "1e-99999999"}),
        ("outcome", {"outcome": "won", "amount": "999999999999.999"}),
        ("assignment", {"to": "nobody"}),
    ],
)
def test_names_what_is_wrong(cast: Cast, handover: Handover, at: datetime, act: str, body: Any) -> None:
    refused = Caller(cast.sina, at=at).post(f"handovers/{handover.pk}/{act}", body)
    assert refused.status_code == 422
    assert refused.json()["errors"]
    with tenant_scope(cast.acme.pk):
        assert Handover.objects.get().revision == 1


@pytest.mark.parametrize("occurred_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_refuses_attempts_out_of_time(cast: Cast, handover: Handover, at: datetime, occurred_at: str) -> None:
    body = {"channel": "call", "outcome": "reached", "occurred_at": occurred_at, "note": "late"}
    refused = Caller(cast.sam, at=at).post(f"handovers/{handover.pk}/attempts", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "attempt_out_of_range")


def test_lists_filter_and_page(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        made = [make_handover(by=cast.mara, at=at, email=f"{n}@example.com") for n in range(3)]
        reject_handover(made[0], reason="not_fitting", criterion="company_size", by=cast.sam, at=at)
    ned = Caller(cast.ned, at=at)
    first = ned.get("handovers?limit=2").json()
    rest = Client().get(first["next"], headers=ned.headers).json()
    assert [row["id"] for row in first["results"] + rest["results"]] == [str(row.pk) for row in reversed(made)]
    assert [row["id"] for row in ned.get("handovers?state=rejected").json()["results"]] == [str(made[0].pk)]
    assert ned.get("handovers?month=2026-04").json()["results"] == []
    assert ned.get("handovers?month=0000-01").status_code == 422
    assert ned.get("handovers?state=nonsense").status_code == 422
    assert [row["person"]["email"] for row in ned.get("leads?email=1@EXAMPLE.com").json()["results"]] == [
        "1@example.com"
    ]
    assert ned.get("leads?email=%00").status_code == 422


def test_a_scope_that_the_key_lacks_is_refused(cast: Cast, handover: Handover, at: datetime) -> None:
    sam = Caller(cast.sam, "leads:read", at=at)
    assert sam.post(f"handovers/{handover.pk}/acceptance").status_code == 403
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.get().stage == "mql"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=0000000019999999", "limit=000000001" + "0" * 5000, "limit=%C2%B2"]
)
def test_no_page_is_longer_than_two_hundred(cast: Cast, at: datetime, query: str) -> None:
    assert Caller(cast.ned, at=at).get(f"leads?{query}").status_code == 422
