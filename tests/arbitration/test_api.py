"""The board over the REST interface."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from arbitration.actions import rule_on_case
from arbitration.models import Case, Ruling, Statement
from leads.actions import hand_over
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.arbitration.support import Dispute, make_case, make_lead, make_rejection
from tests.support import Cast, api_key

DAY = timedelta(days=1)
RULING = {"outcome": "overturned", "reasons": "640 people are within the range."}


class Caller:
    """A client with a secret key that acts for a member."""

    def __init__(self, member: Membership, *scopes: str, at: datetime) -> None:
        self.headers = api_key(member, *(scopes or ("leads:read", "cases:write")), at=at)

    def get(self, path: str) -> Any:
        return Client().get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return Client().post(
            f"/api/v1/{path}", body or {}, content_type="application/json", headers=self.headers | headers
        )


@pytest.fixture
def dispute(cast: Cast, at: datetime) -> Iterator[Dispute]:
    """A rejection, two hours after the handover."""
    with tenant_scope(cast.acme.pk):
        made = make_rejection(cast, at=at)
    with time_machine.travel(at + timedelta(hours=2), tick=False):
        yield made


@pytest.fixture
def case(cast: Cast, at: datetime) -> Iterator[Case]:
    """A case, the day after the appeal."""
    with tenant_scope(cast.acme.pk):
        made = make_case(cast, at=at)
    with time_machine.travel(at + DAY, tick=False):
        yield made


def test_appeals_and_reads_the_case(cast: Cast, dispute: Dispute, at: datetime) -> None:
    caller = Caller(cast.mara, at=at)
    response = caller.post(f"handovers/{dispute.handover.pk}/appeal", {"grounds": "640 people."})
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["number"], body["stage"], body["filed_by"]) == ("2026-001", "filed", str(cast.mara.pk))
    assert body["filed_at"] == "2026-03-02T11:00:00Z"
    assert body["evidence"]["criterion"]["key"] == "company_size"
    (clock,) = body["clocks"]
    assert (clock["commitment"], clock["side"], clock["state"], clock["due_at"]) == (
        "ruling", "board", "running", "2026-03-16T11:00:00Z",
    )  # fmt: skip
    assert response["Location"] == f"/api/v1/cases/{body['id']}"
    again = caller.get(f"cases/{body['id']}")
    assert again.json() == body


def test_the_same_post_twice_files_one_appeal(cast: Cast, dispute: Dispute, at: datetime) -> None:
    caller, path = Caller(cast.mara, at=at), f"handovers/{dispute.handover.pk}/appeal"
    first = caller.post(path, {"grounds": "640 people."}, **{"Idempotency-Key": "a"})
    second = caller.post(path, {"grounds": "640 people."}, **{"Idempotency-Key": "a"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotent-Replayed"] == "true"
    assert second.json() == first.json()
    refused = caller.post(path, {"grounds": "640 people."})
    assert (refused.status_code, refused.json()["code"]) == (409, "rejection_answered")


def test_a_late_appeal_names_the_date(cast: Cast, dispute: Dispute, at: datetime) -> None:
    with time_machine.travel(at + 5 * DAY, tick=False):
        caller = Caller(cast.mara, at=at)
        response = caller.post(f"handovers/{dispute.handover.pk}/appeal", {"grounds": "Late."})
    assert response.status_code == 409
    assert response.json()["code"] == "appeal_too_late"
    assert response.json()["closed_at"] == "2026-03-05T09:30:00Z"
    assert response["Content-Type"] == "application/problem+json"


def test_refuses_a_class_that_cannot_be_appealed_and_a_handover_that_nobody_rejected(
    cast: Cast, dispute: Dispute, at: datetime
) -> None:
    with tenant_scope(cast.acme.pk):
        fresh = hand_over(make_lead(cast, "ben", at=at), by=cast.mara, at=at)
        rerouted = make_rejection(cast, "cat", at=at, reason="wrong_addressee", criterion="")
    caller = Caller(cast.mara, at=at)
    assert caller.post(f"handovers/{fresh.pk}/appeal", {"grounds": "x"}).status_code == 404
    refused = caller.post(f"handovers/{rerouted.handover.pk}/appeal", {"grounds": "x"})
    assert refused.status_code == 409
    assert refused.json()["code"] in ("not_appealable", "rejection_answered")


def test_a_withdrawn_appeal_cannot_be_filed_again(cast: Cast, case: Case, at: datetime) -> None:
    caller = Caller(cast.mara, at=at)
    caller.post(f"cases/{case.pk}/withdrawal")
    refused = caller.post(f"handovers/{case.handover_id}/appeal", {"grounds": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "rejection_answered")


@pytest.mark.parametrize("who", ["sam", "sina", "rita", "ned", "ada"])
def test_only_marketing_appeals(cast: Cast, dispute: Dispute, at: datetime, who: str) -> None:
    caller = Caller(cast.people()[who], at=at)
    response = caller.post(f"handovers/{dispute.handover.pk}/appeal", {"grounds": "No."})
    assert (response.status_code, response.json()["code"]) == (403, "not_your_appeal")


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "ned", "ada"])
def test_refuses_a_ruling_by_every_other_role(cast: Cast, case: Case, at: datetime, who: str) -> None:
    response = Caller(cast.people()[who], at=at).post(f"cases/{case.pk}/ruling", RULING)
    assert (response.status_code, response.json()["code"]) == (403, "may_not_rule")
    with tenant_scope(cast.acme.pk):
        assert not Ruling.objects.exists()


def test_the_chair_rules_once(cast: Cast, case: Case, at: datetime) -> None:
    caller = Caller(cast.rita, at=at)
    response = caller.post(f"cases/{case.pk}/ruling", RULING | {"holding": "Count everybody."})
    assert response.status_code == 201
    assert response.json()["outcome"] == "overturned"
    second = caller.post(f"cases/{case.pk}/ruling", RULING)
    assert (second.status_code, second.json()["code"]) == (409, "already_ruled")
    assert second.json()["outcome"] == "overturned"
    whole = caller.get(f"cases/{case.pk}").json()
    assert (whole["stage"], whole["ruling"]["by"], whole["ruled_at"]) == (
        "ruled", str(cast.rita.pk), "2026-03-03T09:00:00Z",
    )  # fmt: skip


def test_remands_with_a_question(cast: Cast, case: Case, at: datetime) -> None:
    body = {"outcome": "remanded", "reasons": "Unclear.", "question": "Since when?"}
    caller = Caller(cast.rita, at=at)
    refused = caller.post(f"cases/{case.pk}/ruling", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "answer_by_missing")
    naive = caller.post(f"cases/{case.pk}/ruling", body | {"answer_by": "2026-03-10T12:00:00"})
    assert (naive.status_code, naive.json()["errors"][0]["pointer"]) == (422, "/answer_by")
    done = caller.post(f"cases/{case.pk}/ruling", body | {"answer_by": "2026-03-10T12:00:00+01:00"})
    assert done.status_code == 201
    remand = caller.get(f"cases/{case.pk}").json()["remand"]
    assert remand == {"question": "Since when?", "answer_by": "2026-03-10T11:00:00Z"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/outcome"),
        ({"outcome": "maybe", "reasons": "x"}, "/outcome"),
        ({"outcome": "upheld"}, "/reasons"),
        ({"outcome": "upheld", "reasons": ""}, "/reasons"),
        ({"outcome": "upheld", "reasons": 3}, "/reasons"),
        ({"outcome": "upheld", "reasons": "x", "by": "sam"}, "/by"),
        ([], "/"),
    ],
)
def test_names_the_wrong_field_of_a_ruling(cast: Cast, case: Case, at: datetime, body: object, pointer: str) -> None:
    headers = api_key(cast.rita, "cases:write", at=at)
    response = Client().post(f"/api/v1/cases/{case.pk}/ruling", body, content_type="application/json", headers=headers)
    assert response.status_code == 422
    assert pointer in [error["pointer"] for error in response.json()["errors"]]


def test_both_sides_make_statements(cast: Cast, case: Case, at: datetime) -> None:
    for member, side in ((cast.mara, "marketing"), (cast.sam, "sales")):
        response = Caller(member, at=at).post(f"cases/{case.pk}/statements", {"text": "As agreed."})
        assert (response.status_code, response.json()["side"]) == (201, side)
    assert Caller(cast.ned, at=at).get(f"cases/{case.pk}").json()["stage"] == "ready"
    refused = Caller(cast.ned, at=at).post(f"cases/{case.pk}/statements", {"text": "Hm."})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_case")
    with tenant_scope(cast.acme.pk):
        assert Statement.objects.count() == 2


def test_marketing_withdraws(cast: Cast, case: Case, at: datetime) -> None:
    assert Caller(cast.sam, at=at).post(f"cases/{case.pk}/withdrawal").status_code == 403
    response = Caller(cast.marc, at=at).post(f"cases/{case.pk}/withdrawal")
    assert (response.status_code, response.json()["stage"]) == (201, "withdrawn")


def test_lists_cases_by_stage_and_in_pages(cast: Cast, case: Case, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        second = make_case(cast, "ben", at=at)
        rule_on_case(second, outcome="upheld", reasons="Too small.", by=cast.rita, at=at + timedelta(hours=3))
    caller = Caller(cast.marc, at=at)

    def numbers(query: str) -> list[str]:
        return [row["number"] for row in caller.get(f"cases{query}").json()["results"]]

    assert numbers("") == ["2026-002", "2026-001"]
    assert (numbers("?stage=filed"), numbers("?stage=ruled"), numbers("?stage=ready")) == (
        ["2026-001"], ["2026-002"], [],
    )  # fmt: skip
    with time_machine.travel(case.statements_close_at, tick=False):
        assert (numbers("?stage=filed"), numbers("?stage=ready")) == ([], ["2026-001"])
    first = caller.get("cases?limit=1").json()
    assert len(first["results"]) == 1
    following = Client().get(first["next"], headers=caller.headers).json()
    assert [row["number"] for row in following["results"]] == ["2026-001"]
    assert following["next"] is None
    assert caller.get("cases?stage=nonsense").status_code == 422
    assert caller.get("cases?color=red").status_code == 422
    assert caller.get("precedents?q=%00").json()["errors"][0]["pointer"] == "/q"


def test_finds_precedents_with_their_counts(cast: Cast, case: Case, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        rule_on_case(
            case, outcome="overturned", reasons="Yes.", holding="Count freelancers.", by=cast.rita,
            at=at + timedelta(hours=3),
        )  # fmt: skip
        follower = make_case(cast, "ben", at=at + timedelta(hours=4))
        rule_on_case(
            follower, outcome="overturned", reasons="As before.", precedent_stance="follows", by=cast.rita,
            at=at + timedelta(hours=6),
        )  # fmt: skip
    caller = Caller(cast.sam, at=at)
    (found,) = caller.get("precedents?criterion=company_size&reason=not_fitting&q=freelancers").json()["results"]
    assert (found["number"], found["holding"], found["state"]) == ("2026-001", "Count freelancers.", "valid")
    assert (found["followed"], found["departed"]) == (1, 0)
    assert caller.get("precedents?criterion=industry").json()["results"] == []
    assert caller.get("precedents?q=nothing").json()["results"] == []


def test_the_stranger_finds_nothing(cast: Cast, case: Case, at: datetime) -> None:
    caller = Caller(cast.gus, at=at)
    assert caller.get(f"cases/{case.pk}").status_code == 404
    for act, body in (("statements", {"text": "x"}), ("ruling", RULING), ("withdrawal", {})):
        assert caller.post(f"cases/{case.pk}/{act}", body).status_code == 404, act
    assert caller.post(f"handovers/{case.handover_id}/appeal", {"grounds": "x"}).status_code == 404
    assert caller.get("cases").json()["results"] == []
    assert caller.get("precedents").json()["results"] == []


def test_a_key_without_the_scope_is_refused(cast: Cast, case: Case, at: datetime) -> None:
    reads = Caller(cast.rita, "leads:read", at=at)
    assert reads.post(f"cases/{case.pk}/ruling", RULING).status_code == 403
    assert Caller(cast.rita, "cases:write", at=at).get(f"cases/{case.pk}").status_code == 403
    assert Client().get(f"/api/v1/cases/{case.pk}").status_code == 401
    with tenant_scope(cast.acme.pk):
        assert not Ruling.objects.exists()


def test_malformed_and_unknown_ids_answer_alike(cast: Cast, case: Case, at: datetime) -> None:
    caller = Caller(cast.rita, at=at)
    assert caller.get("cases/nonsense").status_code == 404
    assert caller.get("cases/00000000-0000-0000-0000-000000000000").status_code == 404
