"""A holding that contradicts what the board holds already: whoever rules is told before it is published."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from arbitration.actions import ContradictsPrecedents, correct_ruling, rule_on_case
from arbitration.models import Case, Precedent, Ruling
from events.models import Event
from leads.models import Handover
from smarketing.lib.scope import tenant_scope
from tests.arbitration.support import make_case
from tests.support import Cast, api_key

DAY = timedelta(days=1)
BIG = {"field": "employees", "operator": "at_least", "value": 500}
SMALL = {"field": "employees", "operator": "at_most", "value": 49}
OPPOSITE: dict[str, Any] = {"outcome": "overturned", "reasons": "640 people.", "holding": "Everybody fits."}


def taught(cast: Cast, name: str = "ann", *, at: datetime) -> Precedent:
    """Return the precedent 2026-001: nobody fits."""
    ruling = rule_on_case(
        make_case(cast, name, at=at), outcome="upheld", reasons="Too small.", holding="Nobody fits.", by=cast.rita,
        at=at + DAY,
    )  # fmt: skip
    return Precedent.objects.get(ruling=ruling)


def is_undecided(case: Case) -> bool:
    rejected = Handover.objects.get(pk=case.handover_id).decision == Handover.Decision.REJECTED
    return rejected and not Ruling.objects.filter(case=case).exists() and Case.objects.get(pk=case.pk).stage == "filed"


def test_a_holding_that_contradicts_unread_precedents_is_refused_whole(acme: Cast, at: datetime) -> None:
    first = taught(acme, at=at)
    case = make_case(acme, "ben", at=at)
    told: dict[str, Any] = {**OPPOSITE, "by": acme.rita, "at": at + 2 * DAY}
    with pytest.raises(ContradictsPrecedents, match="2026-001") as refused:
        rule_on_case(case, stances={first.pk: "none"}, despite=[], **told)
    assert refused.value.extra["contradicts"] == ["2026-001"]
    assert is_undecided(case)
    assert Event.objects.filter(kind="case.ruled").count() == 1
    # To have read of another one is not to have read of this one.
    with pytest.raises(ContradictsPrecedents):
        rule_on_case(case, stances={first.pk: "none"}, despite=["2026-009"], **told)
    rule_on_case(case, stances={first.pk: "none"}, despite=["2026-001"], **told)
    assert Precedent.objects.filter(state="valid").count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"stance": "departs"},
        {"outcome": "upheld"},
        {"holding": ""},
        {"taught": [BIG], "conditions": [SMALL]},
    ],
    ids=["departs from it", "same outcome", "teaches nothing", "about other leads"],
)
def test_asks_only_where_two_valid_holdings_would_stand_against_each_other(
    acme: Cast, at: datetime, changes: dict[str, Any]
) -> None:
    first = taught(acme, at=at)
    Precedent.objects.filter(pk=first.pk).update(conditions=changes.get("taught", []))
    case = make_case(acme, "ben", at=at)
    more = {name: value for name, value in changes.items() if name not in {"stance", "taught"}}
    stances = {first.pk: changes.get("stance", "none")}
    ruling = rule_on_case(case, stances=stances, despite=[], by=acme.rita, at=at + 2 * DAY, **(OPPOSITE | more))
    assert Case.objects.get(pk=case.pk).stage == "ruled"
    assert ruling.outcome == more.get("outcome", "overturned")


def test_a_correction_is_warned_too_but_not_of_the_ruling_it_replaces(acme: Cast, at: datetime) -> None:
    own = taught(acme, at=at).ruling.case
    told: dict[str, Any] = {**OPPOSITE, "by": acme.rita, "despite": []}
    assert correct_ruling(own, at=at + 2 * DAY, **told).outcome == "overturned"
    other = make_case(acme, "ben", at=at)
    rule_on_case(other, outcome="overturned", reasons="Fits.", precedent_stance="none", by=acme.rita, at=at + 2 * DAY)
    with pytest.raises(ContradictsPrecedents, match="2026-001"):
        correct_ruling(other, precedent_stance="none", at=at + 3 * DAY, **(told | {"outcome": "upheld"}))
    assert Ruling.objects.filter(case=other).count() == 1


@pytest.fixture
def waiting(cast: Cast, at: datetime) -> Iterator[tuple[Precedent, Case]]:
    """A precedent, and a case about the same question."""
    with tenant_scope(cast.acme.pk):
        made = taught(cast, at=at), make_case(cast, "ben", at=at)
    with time_machine.travel(at + 2 * DAY, tick=False):
        yield made


def test_the_form_comes_back_once_with_the_warning_and_a_box(
    cast: Cast, waiting: tuple[Precedent, Case], client_of: Any
) -> None:
    first, case = waiting
    client, url = client_of(cast.rita), f"/o/acme/cases/{case.pk}/ruling/"
    sent = {**OPPOSITE, f"stance_{first.pk}": "none"}
    assert 'name="despite"' not in client.get(f"/o/acme/cases/{case.pk}/").content.decode()
    warned = client.post(url, sent)
    page = warned.content.decode()
    assert warned.status_code == 422
    assert "The holding contradicts 2026-001" in page
    assert 'name="despite" value="2026-001"' in page
    assert "Everybody fits." in page
    with tenant_scope(cast.acme.pk):
        assert is_undecided(case)
    assert client.post(url, sent | {"despite": "2026-001"}).status_code == 303
    with tenant_scope(cast.acme.pk):
        assert Precedent.objects.filter(state="valid").count() == 2


def test_clients_read_what_a_holding_contradicts_and_may_ask_to_be_refused(
    cast: Cast, waiting: tuple[Precedent, Case], at: datetime
) -> None:
    _first, case = waiting
    headers, path = api_key(cast.rita, "leads:read", "cases:write", at=at), f"/api/v1/cases/{case.pk}/ruling"
    body = OPPOSITE | {"precedent_stance": "none"}
    refused = Client().post(path, body | {"despite": []}, content_type="application/json", headers=headers)
    told = refused.json()
    assert (refused.status_code, told["code"], told["contradicts"]) == (409, "contradicts_precedents", ["2026-001"])
    done = Client().post(path, body, content_type="application/json", headers=headers)
    assert (done.status_code, done.json()["contradicts"]) == (201, ["2026-001"])
