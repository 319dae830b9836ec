"""From precedents to the next version of the agreement."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from arbitration.actions import (
    MixedCriteria,
    NothingAmended,
    draft_amendment,
    rule_on_case,
    start_amendment_preview,
)
from arbitration.models import Amendment, AmendmentPrecedent, Precedent
from arbitration.queries.amendments import criterion_in, suggested_wording
from arbitration.rewording import Lesson, suggested
from leads.models import Handover
from sla.actions import OnlyHeadsAgree
from sla.models import AgreementVersion
from sla.queries import draft_of
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.models import Job, Membership
from tests.arbitration.support import CRITERION, make_case
from tests.support import Cast, api_key, run_jobs

ClientOf = Callable[[Membership], Client]
DAY = timedelta(days=1)


def size(operator: str, value: Any) -> dict[str, Any]:
    return {"field": "employees", "operator": operator, "value": value}


@pytest.mark.parametrize(
    ("criterion", "outcome", "condition", "value"),
    [
        (size("between", [50, 2000]), "overturned", size("between", [30, 49]), [30, 2000]),
        (size("between", [50, 2000]), "overturned", size("at_least", 20), [20, 2000]),
        (size("between", [50, 2000]), "overturned", size("equals", 2500), [50, 2500]),
        (size("between", [50, 2000]), "upheld", size("at_most", 80), [81, 2000]),
        (size("between", [50, 2000]), "upheld", size("at_least", 1500), [50, 1499]),
        # A hole in the middle, and everything: for people to word.
        (size("between", [50, 2000]), "upheld", size("between", [100, 200]), [50, 2000]),
        (size("between", [50, 2000]), "upheld", size("at_most", 9000), [50, 2000]),
        (size("at_least", 50), "overturned", size("at_least", 40), 40),
        (size("at_least", 50), "upheld", size("at_most", 60), 61),
        (size("at_most", 50), "overturned", size("at_most", 70), 70),
        (size("at_most", 50), "upheld", size("at_least", 45), 44),
    ],
)
def test_lessons_move_the_edges(criterion: dict[str, Any], outcome: str, condition: dict[str, Any], value: Any) -> None:
    assert suggested(criterion, [Lesson(outcome, [condition])])["value"] == value


def test_lessons_fill_and_empty_lists() -> None:
    countries = {"field": "country", "operator": "in", "value": ["AT", "DE"]}
    swiss = {"field": "country", "operator": "equals", "value": "CH"}
    assert suggested(countries, [Lesson("overturned", [swiss])])["value"] == ["AT", "DE", "CH"]
    german = {"field": "country", "operator": "in", "value": ["DE"]}
    assert suggested(countries, [Lesson("upheld", [german])])["value"] == ["AT"]
    assert suggested(countries, [Lesson("overturned", [size("at_least", 1)])])["value"] == ["AT", "DE"]


@pytest.fixture
def precedent(acme: Cast, at: datetime) -> Precedent:
    """Thirty people and more are enough, says the board."""
    case = make_case(acme, at=at)
    rule_on_case(case, outcome="overturned", reasons="So.", holding="Thirty are enough.", by=acme.rita,
                 conditions=[size("between", [30, 49])], at=at + DAY)  # fmt: skip
    return Precedent.objects.get()


def wording(precedent: Precedent) -> dict[str, Any]:
    criterion = criterion_in(precedent.version.content, CRITERION)
    assert criterion is not None
    return suggested_wording(criterion, [precedent])


def test_drafts_the_criterion_in_the_next_version(acme: Cast, precedent: Precedent, at: datetime) -> None:
    made = draft_amendment([precedent], becomes=wording(precedent), by=acme.marc, at=at + 2 * DAY)
    draft = draft_of()
    assert draft is not None
    assert (made.version, made.criterion) == (draft, CRITERION)
    changed = criterion_in(draft.content, CRITERION)
    assert changed is not None
    assert (changed["value"], made.was["value"]) == ([30, 2000], [50, 2000])
    assert AgreementVersion.objects.get(number=1).content == precedent.version.content
    assert AmendmentPrecedent.objects.get().precedent == precedent
    # A second amendment goes into the same draft.
    again = draft_amendment([precedent], becomes={**changed, "points": 99}, by=acme.sina, at=at + 3 * DAY)
    assert again.version == draft
    with pytest.raises(NothingAmended):
        draft_amendment([precedent], becomes={**changed, "points": 99}, by=acme.sina, at=at + 3 * DAY)


@pytest.mark.parametrize("who", ["mara", "sam", "rita", "ned", "ada"])
def test_only_the_heads_draft(acme: Cast, precedent: Precedent, at: datetime, who: str) -> None:
    with pytest.raises(OnlyHeadsAgree):
        draft_amendment([precedent], becomes=wording(precedent), by=acme.people()[who], at=at + 2 * DAY)
    assert not Amendment.objects.exists()


def test_nonsense_and_mixed_criteria_are_refused(acme: Cast, precedent: Precedent, at: datetime) -> None:
    with pytest.raises(InvalidInput):
        draft_amendment([precedent], becomes={**wording(precedent), "value": [9, 1]}, by=acme.marc, at=at + 2 * DAY)
    assert draft_of() is None
    with pytest.raises(MixedCriteria):
        draft_amendment([], becomes=wording(precedent), by=acme.marc, at=at + 2 * DAY)


def test_the_preview_names_what_would_be_judged_otherwise(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, "small", at=at)
        rule_on_case(case, outcome="overturned", reasons="So.", holding="Thirty are enough.", by=cast.rita,
                     conditions=[size("between", [30, 49])], at=at + DAY)  # fmt: skip
        other = make_case(cast, "large", at=at)
        for name, employees in ((case, 40), (other, 640)):
            snapshot = Handover.objects.get(pk=name.handover_id).snapshot
            snapshot["fields"]["employees"] = employees
            Handover.objects.filter(pk=name.handover_id).update(snapshot=snapshot)
        becomes = wording(Precedent.objects.select_related("ruling").get())
        start_amendment_preview(CRITERION, becomes=becomes, by=cast.marc, at=at + 2 * DAY)
    run_jobs(organisation=cast.acme, at=at + 2 * DAY)
    with tenant_scope(cast.acme.pk):
        result = Job.objects.get(kind="arbitration.preview_amendment").result
    assert (result["judged"], result["otherwise"], result["now_met"], result["no_longer_met"]) == (2, 1, 1, 0)
    assert result["changed"] == [{"handover": str(case.handover_id), "from": "not_met", "to": "met"}]


def test_page_and_interface(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, at=at)
        rule_on_case(case, outcome="overturned", reasons="So.", holding="Thirty are enough.", by=cast.rita,
                     conditions=[size("between", [30, 49])], at=at + DAY)  # fmt: skip
        precedent = Precedent.objects.get()
    url = f"/o/acme/rulings/{precedent.pk}/amendment/"
    with time_machine.travel(at + 2 * DAY, tick=False):
        client = client_of(cast.marc)
        page = client.get(url)
        assert page.context["form"]["value"].value() == "30, 2000"
        sent = {"operator": "between", "value": "30, 2000", "points": "20", "precedent": [str(precedent.pk)]}
        tried = client.post(url, sent | {"do": "preview"})
        assert tried.status_code == 303
        run_jobs(organisation=cast.acme, at=at + 2 * DAY)
        assert client.get(tried["Location"]).context["result"]["judged"] == 1
        assert client.post(url, sent | {"do": "draft", "value": "many"}).status_code == 422
        assert client.post(url, sent | {"do": "draft"}).status_code == 303
        assert "Amended in version 2" in client.get("/o/acme/rulings/").content.decode()
        assert client_of(cast.mara).get(url).status_code == 403
        assert client_of(cast.gus).get(url).status_code == 404
        headers = api_key(cast.marc, "sla:write", "sla:read", at=at)
        body = {"precedents": [str(precedent.pk)], "value": [20, 2000]}
        made = Client().post("/api/v1/amendments", body, content_type="application/json", headers=headers)
        assert (made.status_code, made.json()["becomes"]["value"]) == (201, [20, 2000])
        listed = Client().get("/api/v1/amendments", headers=headers).json()["results"]
        assert [row["agreement_version"] for row in listed] == [2, 2]
