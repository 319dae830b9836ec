"""What rulings teach: likeness, contradiction, search, what ends a precedent."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest

from arbitration.actions import StanceMissing, follow_version, rule_on_case
from arbitration.likeness import Question, can_both_hold, likeness
from arbitration.models import Case, Citation, Precedent, Ruling, RulingWord
from arbitration.queries import RulingFilter, ruling_rows, rulings_on, tally_on
from arbitration.queries.contradictions import contradicting
from arbitration.queries.records import PrecedentQuery, found_precedents
from arbitration.queries.search import found_rulings
from events.models import Event
from sla.content import content_hash
from sla.models import AgreementVersion
from smarketing.lib.errors import InvalidInput
from tests.arbitration.support import make_case
from tests.support import Cast

DAY = timedelta(days=1)


def asks(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


BIG, SMALL = asks("employees", "at_least", 500), asks("employees", "at_most", 49)


@pytest.mark.parametrize(
    ("some", "others", "possible"),
    [
        ([], [], True),
        ([BIG], [SMALL], False),
        ([BIG], [asks("employees", "between", [400, 600])], True),
        ([asks("employees", "between", [1, 9])], [asks("employees", "between", [10, 49])], False),
        ([asks("employees", "between", [1, 10])], [asks("employees", "between", [10, 49])], True),
        ([asks("country", "in", ["AT", "DE"])], [asks("country", "in", ["CH"])], False),
        ([asks("country", "in", ["AT", "DE"])], [asks("country", "not_in", ["AT", "DE"])], False),
        ([asks("country", "equals", "AT")], [asks("country", "in", ["AT"])], True),
        ([asks("phone", "is_present", None)], [asks("phone", "is_absent", None)], False),
        ([asks("employees", "is_absent", None)], [BIG], False),
        ([BIG], [asks("country", "in", ["AT"])], True),
        # Words cannot be compared with certainty.
        ([asks("job_title", "contains", "chief")], [asks("job_title", "contains", "intern")], True),
    ],
)
def test_whether_one_lead_can_meet_both(some: list[Any], others: list[Any], possible: bool) -> None:
    assert can_both_hold(some, others) is possible
    assert can_both_hold(others, some) is possible


def test_likeness_says_what_holds_and_what_differs() -> None:
    question = Question("company_size", "not_fitting", {"employees": 640})
    same = likeness(question, criterion="company_size", reason="not_fitting", conditions=[BIG])
    assert (same.points, same.holds, same.differs) == (85, (BIG,), ())
    other = likeness(question, criterion="company_size", reason="not_fitting", conditions=[SMALL])
    assert (other.points, other.differs) == (30, (SMALL,))
    # What is unknown of a lead speaks neither way.
    unknown = likeness(
        Question("company_size", "", {}), criterion="company_size", reason="not_fitting", conditions=[BIG]
    )
    assert (unknown.points, unknown.holds, unknown.differs) == (50, (), ())


def teach(cast: Cast, name: str, outcome: str, holding: str, *, at: datetime, **more: Any) -> Precedent:
    case = make_case(cast, name, at=at)
    more.setdefault("precedent_stance", "none")
    ruling = rule_on_case(case, outcome=outcome, reasons=f"{name}: see the register.", holding=holding, by=cast.rita,
                          at=at + DAY, **more)  # fmt: skip
    return Precedent.objects.get(ruling=ruling)


def test_similar_rulings_are_ranked_and_explained(acme: Cast, at: datetime) -> None:
    teach(acme, "ann", "upheld", "Under 50 people is too small.", at=at, conditions=[SMALL])
    teach(acme, "ben", "overturned", "500 and more always fit.", at=at, conditions=[BIG])
    best, other = rulings_on("company_size", "not_fitting", fields={"employees": 640})
    assert (best.holding, best.similar_because) == (
        "500 and more always fit.",
        "Same criterion: Company has 50 to 2,000 employees. Same reason: Company or person does not fit. "
        "Same facts: employees of at least 500.",
    )
    assert other.differs_because == "Not alike: the ruling was about employees of at most 49."
    tally = tally_on("company_size", "not_fitting")
    assert (tally.total, tally.overturned) == (2, 1)


def test_two_valid_holdings_that_say_the_opposite_are_shown_as_a_contradiction(acme: Cast, at: datetime) -> None:
    teach(acme, "ann", "upheld", "Too small.", at=at)
    teach(acme, "ben", "overturned", "Large enough.", at=at, conditions=[BIG])
    teach(acme, "cleo", "upheld", "Under 50 is too small.", at=at, conditions=[SMALL])
    rows = {row.number: row.contradicts for row in ruling_rows(RulingFilter())}
    assert rows == {"2026-001": ["2026-002"], "2026-002": ["2026-001"], "2026-003": []}


def test_each_suggested_precedent_needs_a_stance_of_its_own(acme: Cast, at: datetime) -> None:
    first = teach(acme, "ann", "upheld", "Too small.", at=at)
    second = teach(acme, "ben", "overturned", "Large enough.", at=at, conditions=[BIG])
    case = make_case(acme, "cleo", at=at)
    told = {"outcome": "upheld", "reasons": "12 people.", "by": acme.rita, "at": at + 2 * DAY}
    with pytest.raises(StanceMissing) as refused:
        rule_on_case(case, stances={first.pk: "follows"}, **told)
    assert refused.value.extra["precedents"] == [str(second.pk)]
    ruling = rule_on_case(case, stances={first.pk: "follows", second.pk: "departs"}, **told)
    assert dict(Citation.objects.filter(ruling=ruling).values_list("precedent", "stance")) == {
        first.pk: "follows", second.pk: "departs",
    }  # fmt: skip
    assert ruling.precedent_stance == "departs"
    second.refresh_from_db()
    assert (second.state, second.overruled_by) == ("overruled", ruling)
    assert Event.objects.filter(kind="precedent.overruled", subject_id=second.pk).count() == 1
    rows = {row.pk: (row.followed, row.departed) for row in found_precedents(PrecedentQuery())}  # type: ignore[attr-defined]
    assert rows == {first.pk: (1, 0), second.pk: (0, 1)}


@pytest.mark.parametrize(
    ("condition", "pointer"),
    [
        (asks("shoe_size", "equals", 42), "/conditions/0/field"),
        (asks("employees", "contains", "a"), "/conditions/0/operator"),
        (asks("employees", "between", [9, 1]), "/conditions/0/value"),
    ],
)
def test_conditions_speak_the_language_of_criteria(
    acme: Cast, at: datetime, condition: dict[str, Any], pointer: str
) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(InvalidInput) as refused:
        rule_on_case(case, outcome="upheld", reasons="So.", holding="So.", conditions=[condition], by=acme.rita, at=at)
    assert [error.pointer for error in refused.value.errors] == [pointer]
    assert not Ruling.objects.exists()


def next_version(*, at: datetime, **changes: Any) -> AgreementVersion:
    """Put a version in force whose criterion on company size says something else."""
    present = AgreementVersion.objects.get()
    content = deepcopy(present.content)
    for criterion in content["definitions"]["fit"]:
        if criterion["key"] == "company_size":
            criterion.update(changes)
    AgreementVersion.objects.filter(pk=present.pk).update(ends_at=at)
    return AgreementVersion.objects.create(
        number=2, state="signed", content=content, content_hash=content_hash(content),
        starts_at=at, signed_at=at, created_at=at,
    )  # fmt: skip


def test_a_version_that_changes_the_criterion_supersedes(acme: Cast, at: datetime) -> None:
    precedent = teach(acme, "ann", "upheld", "Too small.", at=at)
    changed_at = at + 10 * DAY
    version = next_version(at=changed_at, value=[20, 2000])
    assert follow_version(version, at=changed_at) == 1
    assert follow_version(version, at=changed_at) == 0
    precedent.refresh_from_db()
    assert (precedent.state, precedent.superseded_by, precedent.ended_at) == ("superseded", version, changed_at)


def test_a_version_that_only_rewords_or_reweighs_it_does_not(acme: Cast, at: datetime) -> None:
    precedent = teach(acme, "ann", "upheld", "Too small.", at=at)
    assert follow_version(next_version(at=at + DAY, label="Middle-sized", points=40), at=at + 10 * DAY) == 0
    precedent.refresh_from_db()
    assert precedent.state == "valid"


def test_a_case_of_an_older_version_teaches_history(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    version = next_version(at=at + 2 * DAY, value=[20, 2000])
    ruling = rule_on_case(case, outcome="upheld", reasons="So.", holding="Old.", by=acme.rita, at=at + 3 * DAY)
    precedent = Precedent.objects.get(ruling=ruling)
    assert (precedent.state, precedent.superseded_by) == ("superseded", version)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("agency", ["ann"]),
        ("AGENCIES", ["ann"]),
        ("the agencies", ["ann"]),
        ("Mitarbeiter", ["ben"]),
        ("häuser", ["ben"]),
        ("haus", ["ben"]),
        ("register", ["ben", "ann"]),
        ("register agency", ["ann"]),
        ("register nothing", []),
        ("2026-002", ["ben"]),
        ("2026-2", ["ben"]),
        ("the", []),
        ("", []),
        ("' or 1=1 & | !", []),
    ],
)
def test_words_are_found_in_english_and_german(acme: Cast, at: datetime, text: str, found: list[str]) -> None:
    teach(acme, "ann", "upheld", "An agency counts its own people only.", at=at)
    teach(acme, "ben", "overturned", "Mitarbeiter verbundener Häuser zählen mit.", at=at)
    names = {row.pk: row.reasons.partition(":")[0] for row in Ruling.objects.all()}
    parts = found_rulings(text).parts
    assert sorted((names[pk] for pk in parts), reverse=True) == sorted(found, reverse=True)


def test_a_search_lists_holdings_before_reasons(acme: Cast, at: datetime) -> None:
    teach(acme, "ann", "upheld", "What the register says, counts.", at=at)
    teach(acme, "ben", "overturned", "Large enough.", at=at)
    assert [row.number for row in ruling_rows(RulingFilter(search="register"))] == ["2026-001", "2026-002"]


def test_remands_are_no_rulings_and_leave_no_words(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    rule_on_case(case, outcome="remanded", reasons="Zebra.", question="Zebra?", answer_by=at + 3 * DAY, by=acme.rita,
                 at=at + DAY)  # fmt: skip
    assert Case.objects.get().stage == "remanded"
    assert not RulingWord.objects.exists()


def test_a_contradiction_is_told_where_the_precedents_are_suggested(acme: Cast, at: datetime) -> None:
    teach(acme, "ann", "upheld", "Too small.", at=at)
    teach(acme, "ben", "overturned", "Large enough.", at=at, conditions=[BIG])
    found = {row.number: row.contradicts for row in rulings_on("company_size", "not_fitting", fields={})}
    assert found == {"2026-001": ["2026-002"], "2026-002": ["2026-001"]}


def test_a_holding_on_another_question_contradicts_nothing(acme: Cast, at: datetime) -> None:
    one = teach(acme, "ann", "upheld", "Too small.", at=at)
    other = teach(acme, "ben", "overturned", "Large enough.", at=at)
    Precedent.objects.filter(pk=other.pk).update(criterion="industry")
    assert contradicting([one]) == {}
