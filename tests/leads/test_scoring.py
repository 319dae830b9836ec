"""Scoring: what each operator means, grades, decay, tiers. Pure; the definitions are the default agreement's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.normal import company_domain, email_norm, fold, phone_e164, zone_of_phone
from leads.scoring import OPERATORS, Did, Facts, answer, exclusions_of, missing_fields, next_change, score
from sla.content import default_content
from sla.content.definitions import FIELD_OPERATORS

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DEFINITIONS = default_content("Europe/Vienna", "AT")["definitions"]
GOOD = {"employees": 120, "industry": "logistics", "country": "AT", "job_title": "CTO"}


def judged(fields: dict[str, Any] | None = None, *did: Did, wants: bool = False) -> Any:
    return score(Facts(GOOD if fields is None else fields, did, wants), DEFINITIONS, at=AT)


def test_knows_every_operator_that_an_agreement_may_use() -> None:
    assert set(OPERATORS) == set(FIELD_OPERATORS)


@pytest.mark.parametrize(
    ("operator", "value", "wanted", "holds"),
    [
        ("between", 50, [50, 2000], True),
        ("between", 2001, [50, 2000], False),
        ("between", "120", [50, 2000], True),
        ("between", "many", [50, 2000], False),
        ("in", "Professional Services", ["professional_services"], True),
        ("in", "at", ["AT"], True),
        ("not_in", "at", ["AT"], False),
        ("equals", "Yes", "yes", True),
        ("at_least", 5, 5, True),
        ("at_most", 6, 5, False),
        ("matches_any", "VP Sales", ["vp"], True),
        ("matches_any", "Developer", ["vp", "lead"], False),
        ("matches_any", "Team-Leiter", ["leiter"], True),
        ("is_present", "x", None, True),
        ("is_present", [], None, False),
        ("is_absent", "", None, True),
        ("is_absent", 0, None, False),
        ("equals", True, True, True),
        ("equals", "no", True, False),
        ("equals", "maybe", True, False),
        ("equals", "12.50", 12.5, True),
        ("equals", ["a"], "A", True),
        ("equals", ["a", "b"], "a", False),
        ("between", "2026-03-02", ["2026-01-01", "2026-12-31"], True),
        ("between", "2027-03-02", ["2026-01-01", "2026-12-31"], False),
        ("at_least", "2026-03-02", "2026-03-02", True),
        ("at_least", "2026-03-02", 5, False),
        ("at_least", "12.5", "12.4", True),
        ("at_least", float("nan"), 1, False),
        ("at_most", True, 5, False),
        ("in", ["red", "blue"], ["Blue"], True),
        ("not_in", ["red", "blue"], ["green"], True),
        ("contains", ["red", "Dark blue"], "dark blue", True),
        ("contains", ["darkblue"], "blue", False),
        ("contains", "Head of Development", "develop", True),
        ("matches_any", ["Head of Sales", "Coach"], ["sales"], True),
    ],
)
def test_operators(operator: str, value: Any, wanted: Any, holds: bool) -> None:
    assert OPERATORS[operator](value, wanted) is holds


@pytest.mark.parametrize(
    ("operator", "value", "state"),
    [
        ("at_least", None, "unknown"),
        ("at_least", "many", "unknown"),
        ("at_least", "2026-03-02", "unknown"),
        ("at_least", 4, "not_met"),
        ("in", "", "unknown"),
        ("is_present", "", "not_met"),
        ("is_absent", None, "met"),
        ("is_absent", "x", "not_met"),
    ],
)
def test_what_cannot_be_read_is_unknown_not_unmet(operator: str, value: Any, state: str) -> None:
    wanted = ["a"] if operator == "in" else 5
    assert answer(operator, value, wanted) == state


def test_an_unreadable_required_value_does_not_spoil_the_fit() -> None:
    assert judged({**GOOD, "employees": "many"}).fit_grade == "B"


@pytest.mark.parametrize(
    ("fields", "grade", "points"),
    [
        (GOOD, "A", 100),
        ({**GOOD, "job_title": "Intern"}, "B", 75),
        ({"country": "AT", "job_title": "CTO"}, "C", 45),
        ({}, "D", 0),
        # One required criterion that is known not to hold spoils the fit, whatever the points say.
        ({**GOOD, "employees": 3}, "D", 70),
    ],
)
def test_fit_grades(fields: dict[str, Any], grade: str, points: int) -> None:
    found = judged(fields)
    assert (found.fit_grade, found.fit_points) == (grade, points)


def test_readiness_decays_and_ends_with_its_window() -> None:
    def points(days: float) -> int:
        return int(judged(None, Did("pricing_viewed", AT - timedelta(days=days))).readiness_points)

    assert [points(0), points(7), points(13.9), points(14), points(-1)] == [30, 15, 8, 0, 0]


def test_decay_next_changes_the_grade_on_a_certain_day() -> None:
    def day(*did: Did) -> float | None:
        found = next_change(Facts({}, did), DEFINITIONS, at=AT)
        return None if found is None else (found - AT) / timedelta(days=1)

    # 50 points (grade 2 from 40): 30 halve every 7 days, 20 every 14.
    assert day(Did("pricing_viewed", AT), Did("webinar_attended", AT)) == 3
    assert judged(None, Did("pricing_viewed", AT), Did("webinar_attended", AT)).readiness_grade == 2
    # 10 points are grade 4 already; they end with their window.
    assert day(Did("ebook_downloaded", AT - timedelta(days=1))) == 29
    assert day() is None
    assert day(Did("page_viewed", AT)) is None
    assert day(Did("pricing_viewed", AT - timedelta(days=14))) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["pricing_viewed", "ebook_downloaded", "webinar_attended", "demo_requested"]),
            st.integers(0, 35 * 24),
        ),
        max_size=12,
    )
)
def test_the_next_change_is_the_first_day_that_differs(done: list[tuple[str, int]]) -> None:
    facts = Facts({}, [Did(kind, AT - timedelta(hours=hours)) for kind, hours in done])

    def state(days: int) -> tuple[int, bool]:
        found = score(facts, DEFINITIONS, at=AT + timedelta(days=days))
        return found.readiness_grade, found.readiness_points > 0

    found = next_change(facts, DEFINITIONS, at=AT)
    first = next((days for days in range(1, 40) if state(days) != state(0)), None)
    assert found == (None if first is None else AT + timedelta(days=first))


def test_a_request_is_answered_once_its_cycle_has_ended() -> None:
    asked = (Did("demo_requested", AT - timedelta(days=40)),)
    assert score(Facts(GOOD, asked), DEFINITIONS, at=AT).tier == "hand_raiser"
    answered = Facts(GOOD, asked, answered_at=AT - timedelta(days=20))
    assert score(answered, DEFINITIONS, at=AT).tier == ""
    again = Facts(GOOD, (*asked, Did("demo_requested", AT)), answered_at=AT - timedelta(days=20))
    assert score(again, DEFINITIONS, at=AT).tier == "hand_raiser"


@pytest.mark.parametrize(
    ("fields", "kinds", "wants", "tier"),
    [
        (GOOD, ["pricing_viewed", "webinar_attended"], False, "standard"),
        (GOOD, ["ebook_downloaded"], False, ""),
        (GOOD, [], True, "hand_raiser"),
        (GOOD, ["demo_requested"], False, "hand_raiser"),
        ({"country": "AT", "job_title": "CTO"}, [], True, "hand_raiser"),
        ({**GOOD, "country": "US"}, ["pricing_viewed"], True, ""),
    ],
)
def test_tiers(fields: dict[str, Any], kinds: list[str], wants: bool, tier: str) -> None:
    assert judged(fields, *(Did(kind, AT) for kind in kinds), wants=wants).tier == tier


def test_every_criterion_has_its_reason() -> None:
    reasons = {reason.key: reason for reason in judged({"employees": 3, "country": "AT"}).reasons}
    assert set(reasons) == {entry["key"] for entry in DEFINITIONS["fit"] + DEFINITIONS["readiness"]}
    assert (reasons["company_size"].state, reasons["company_size"].proof) == ("not_met", "3")
    assert reasons["industry"].state == "unknown"


def test_the_gate_names_gaps_and_exclusions() -> None:
    assert missing_fields({"email": "a@b.example", "country": ""}, DEFINITIONS) == ["company_name", "country"]
    assert exclusions_of({"competitor": "yes", "student": False}, DEFINITIONS) == ["competitor"]


@given(
    st.dictionaries(st.sampled_from([*GOOD, "email"]), st.one_of(st.none(), st.text(), st.integers(), st.booleans()))
)
def test_any_facts_can_be_judged(fields: dict[str, Any]) -> None:
    found = judged(fields)
    assert found.fit_grade in "ABCD"
    assert 0 <= found.fit_points <= 100


@given(st.text(max_size=60))
def test_any_text_can_be_normalised_twice_alike(text: str) -> None:
    once = email_norm(text)
    assert email_norm(once) == once
    assert fold(fold(text)) == fold(text)
    phone_e164(text, "AT")
    company_domain(text, text)


@pytest.mark.parametrize(
    ("raw", "norm"),
    [
        (" Jane.Doe@Example.COM ", "jane.doe@example.com"),
        ("x@bücher.example", "x@xn--bcher-kva.example"),
        ("jane+a@example.com", "jane+a@example.com"),
        ("no address", ""),
        ("a@localhost", ""),
        ("a@b@c.example", ""),
        ("", ""),
    ],
)
def test_addresses(raw: str, norm: str) -> None:
    assert email_norm(raw) == norm


def test_a_number_rings_in_one_zone_or_in_none() -> None:
    assert zone_of_phone("+43158858") == "Europe/Vienna"
    assert zone_of_phone("+18005550123") == ""
    assert zone_of_phone("") == ""
