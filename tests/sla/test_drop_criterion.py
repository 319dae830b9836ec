"""Leaving a criterion out of the next version of the agreement."""

from datetime import datetime

import pytest

from sla import queries
from sla.actions import CriterionGone, OnlyHeadsAgree, VersionNotDraft, draft_without
from sla.models import AgreementVersion
from smarketing.lib.errors import InvalidInput
from tests.sla.agreements import make_draft, make_proposal
from tests.sla.test_agreement_drafts import kinds
from tests.support import Cast


def keys(version: AgreementVersion, kind: str) -> list[str]:
    return [criterion["key"] for criterion in version.content["definitions"][kind]]


@pytest.mark.parametrize(("kind", "key"), [("fit", "industry"), ("readiness", "webinar_attended")])
def test_opens_a_draft_that_says_all_but_this_criterion(acme: Cast, at: datetime, kind: str, key: str) -> None:
    founding = queries.last_signed()
    assert founding is not None
    draft = draft_without(key, by=acme.sina, at=at)
    assert (draft.number, draft.state, draft.based_on_id) == (2, "draft", founding.pk)
    assert keys(draft, kind) == [other for other in keys(founding, kind) if other != key]
    rest = {name: part for name, part in draft.content.items() if name != "definitions"}
    assert rest == {name: part for name, part in founding.content.items() if name != "definitions"}
    assert kinds() == ["in_force", "drafted", "changed"]


def test_grades_begin_at_the_same_part_of_what_can_be_reached(acme: Cast, at: datetime) -> None:
    founding = queries.last_signed()
    assert founding is not None
    was = founding.content["definitions"]
    draft = draft_without("industry", by=acme.sina, at=at)
    now = draft.content["definitions"]
    points = [sum(criterion["points"] for criterion in given["fit"]) for given in (was, now)]
    assert points == [100, 75]
    assert now["fit_grades"] == {grade: floor * 75 // 100 for grade, floor in was["fit_grades"].items()}
    assert now["readiness_grades"] == was["readiness_grades"]


def test_goes_on_with_the_draft_that_is_open(acme: Cast, at: datetime) -> None:
    open_draft = make_draft(acme, at=at, review_after_months=6)
    draft = draft_without("industry", by=acme.marc, at=at)
    assert draft.pk == open_draft.pk
    assert draft.content["review_after_months"] == 6
    with pytest.raises(CriterionGone):
        draft_without("industry", by=acme.marc, at=at)


def test_refuses_what_there_is_not(acme: Cast, at: datetime) -> None:
    with pytest.raises(CriterionGone):
        draft_without("luck", by=acme.marc, at=at)
    assert queries.draft_of() is None


@pytest.mark.parametrize("name", ["mara", "sam", "rita", "ada", "ned"])
def test_is_for_the_heads_alone(acme: Cast, at: datetime, name: str) -> None:
    with pytest.raises(OnlyHeadsAgree):
        draft_without("industry", by=acme.people()[name], at=at)
    assert queries.draft_of() is None


def test_leaves_a_proposal_as_it_is(acme: Cast, at: datetime) -> None:
    proposal = make_proposal(acme, at=at)
    with pytest.raises(VersionNotDraft):
        draft_without("industry", by=acme.marc, at=at)
    assert "industry" in keys(AgreementVersion.objects.get(pk=proposal.pk), "fit")


def test_an_agreement_keeps_at_least_what_it_needs(acme: Cast, at: datetime) -> None:
    founding = queries.last_signed()
    assert founding is not None
    with pytest.raises(InvalidInput):
        for key in keys(founding, "fit"):
            draft_without(key, by=acme.marc, at=at)
