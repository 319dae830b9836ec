"""The content of an agreement: default, checks, canonical bytes, hash."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.content import ContentNotCanonical, canonical, content_hash, default_content, validate, with_defaults

FIELDS = {"email", "company_name", "country", "employees", "industry", "job_title"}
BEHAVIOURS = {"pricing_viewed", "ebook_downloaded", "webinar_attended", "demo_requested"}


def content() -> dict[str, Any]:
    return default_content("Europe/Vienna", "AT")


def changed(pointer: str, value: Any) -> dict[str, Any]:
    """The default content with one value replaced (or added) at a JSON pointer."""
    result = content()
    *path, last = pointer.strip("/").split("/")
    place: Any = result
    for step in path:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return result


def without(pointer: str) -> dict[str, Any]:
    result = content()
    *path, last = pointer.strip("/").split("/")
    place: Any = result
    for step in path:
        place = place[int(step)] if isinstance(place, list) else place[step]
    del place[int(last) if isinstance(place, list) else last]
    return result


def faults(given_content: Any) -> list[tuple[str, str]]:
    found = validate(given_content, known_fields=FIELDS, known_behaviours=BEHAVIOURS)
    return [(problem.pointer, problem.code) for problem in found]


# The default


@pytest.mark.parametrize(("zone", "country"), [("Europe/Vienna", "AT"), ("America/New_York", "US")])
def test_the_default_can_be_proposed(zone: str, country: str) -> None:
    assert validate(default_content(zone, country), known_fields=FIELDS, known_behaviours=BEHAVIOURS) == []


def test_the_default_promises_what_the_product_says() -> None:
    given_content = content()
    owed = {(terms["key"], terms.get("tier")): terms for terms in given_content["commitments"]}

    def duration(key: str, tier: str | None = None) -> tuple[int, str]:
        return owed[key, tier]["amount"], owed[key, tier]["unit"]

    assert given_content["volume"] == {"points_per_month": 500}
    assert duration("decision") == (24, "business_hours")
    assert owed["decision", None]["on_silence"] == "deemed_accepted"
    assert duration("first_contact", "standard") == (24, "elapsed_hours")
    assert duration("first_contact", "hand_raiser") == (1, "business_hours")
    assert duration("attempts") == (10, "business_days")
    assert (owed["attempts", None]["count"], owed["attempts", None]["spacing_amount"]) == (5, 4)
    assert duration("return_answer") == (3, "business_days")
    assert duration("ruling") == (10, "business_days")
    assert given_content["tiers"] == {"standard": {"weight": "1"}, "hand_raiser": {"weight": "3"}}
    assert all(terms.get("warn_shares", [50, 75, 90]) == [50, 75, 90] for terms in owed.values())


def test_the_default_sells_at_home() -> None:
    def countries(country: str) -> list[str]:
        fit = default_content("UTC", country)["definitions"]["fit"]
        found: list[str] = next(criterion["value"] for criterion in fit if criterion["key"] == "country")
        return found

    assert countries("AT") == ["AT", "CH", "DE"]
    assert countries("FR") == ["FR"]


def test_labels_are_translated_once_as_data() -> None:
    given_content = default_content("UTC", "AT", translate=str.upper)
    assert given_content["reasons"]["lost"][0]["label"] == "PRICE"
    assert given_content["definitions"]["fit"][0]["label"].isupper()
    assert given_content["commitments"] == content()["commitments"]


def test_two_defaults_share_nothing() -> None:
    def containers(value: Any) -> list[Any]:
        inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
        return [] if inner is None else [value, *(item for child in inner for item in containers(child))]

    one, other = containers(content()), containers(content())
    assert not {id(item) for item in one} & {id(item) for item in other}


# Checks


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/volume/points_per_month", 0, "not_positive_whole"),
        ("/volume/points_per_month", -1, "not_positive_whole"),
        ("/volume/points_per_month", "500", "not_positive_whole"),
        ("/volume/points_per_month", True, "not_positive_whole"),
        ("/volume/bonus", 1, "unknown_field"),
        ("/surprise", 1, "unknown_field"),
        ("/tiers/standard/weight", "0", "not_positive"),
        ("/tiers/standard/weight", "much", "not_positive"),
        ("/tiers/hand_raiser/weight", "0.5", "weights_contradict"),
        ("/hours/sales/zone", "Europe/Wien", "zone_unknown"),
        ("/hours/sales/weekly", {}, "no_working_time"),
        ("/contact_means", "luck", "not_a_choice"),
        ("/reassignment_restarts", "no", "flag_invalid"),
        ("/capacity", {"per_day": 0}, "not_positive_whole"),
        ("/capacity", {"per_day": 10**12}, "number_too_large"),
        ("/capacity", {"per_day": 9, "exempt_tiers": ["platinum"]}, "not_a_choice"),
        ("/capacity", {"per_day": 9, "exempt_tiers": ["standard", "standard"]}, "duplicate"),
        ("/capacity", {"per_day": 9, "exempt_tiers": ["standard", "hand_raiser"]}, "capacity_limits_nothing"),
        ("/tiers/standard/weight", "1e9", "weight_too_large"),
        ("/tiers/standard/weight", "1e99", "number_too_large"),
        ("/tiers/standard/weight", "1.005", "too_many_places"),
        ("/responsibilities/0/task", "", "text_missing"),
        ("/responsibilities/0/stage", "lunch", "not_a_choice"),
        ("/responsibilities/0/sales", "does", "one_does_it"),
        ("/responsibilities/0/marketing", "helps", "one_does_it"),
        ("/responsibilities/1/key", "set_target", "duplicate"),
        ("/definitions/auto_handover", "yes", "flag_invalid"),
        ("/reasons/lost/0/label", "nul\x00", "text_unusable"),
        ("/reasons/lost/0/label", "\ud800", "text_unusable"),
        ("/floors/pipeline_per_euro", "0", "not_positive"),
        ("/floors/happiness", "1", "unknown_field"),
        ("/floors/criterion_cases", 0, "not_positive_whole"),
        ("/floors/criterion_cases", "30", "not_positive_whole"),
        ("/revenue", [], "object_expected"),
        ("/revenue", {"board": 5}, "unknown_field"),
        ("/revenue", {"sales": 0}, "not_positive"),
        ("/revenue", {"marketing": "10.005"}, "too_many_places"),
        ("/escalation/1/share", 100, "steps_not_ascending"),
        ("/escalation/0/to/0", "auditor", "not_a_choice"),
        ("/escalation/0/to", [], "list_empty"),
        ("/escalation/0/to", ["owner", "owner"], "duplicate"),
        ("/escalation/2/share", 1001, "step_too_late"),
        ("/review_after_months", 0, "not_positive_whole"),
        ("/review_after_months", 25, "review_too_late"),
        # Commitments: 0 decision, 1 and 2 first contact, 3 attempts, 4 return, 5 ruling, 6 volume.
        ("/commitments/0/amount", 0, "not_positive"),
        ("/commitments/0/amount", -24, "not_positive"),
        ("/commitments/0/amount", "a day", "not_positive"),
        ("/commitments/0/amount", 10**6, "duration_too_long"),
        ("/commitments/0/unit", "weeks", "not_a_choice"),
        ("/commitments/0/calendar", "support", "not_a_choice"),
        ("/commitments/0/side", "marketing", "not_a_choice"),
        ("/commitments/0/on_silence", "whatever", "not_a_choice"),
        ("/commitments/0/warn_shares", [90, 50], "warn_shares_invalid"),
        ("/commitments/0/warn_shares", [50, 100], "warn_shares_invalid"),
        ("/commitments/0/tier", "standard", "unknown_field"),
        ("/commitments/0/key", "happiness", "not_a_choice"),
        ("/commitments/0", {"key": "volume", "side": "marketing", "period": "month"}, "duplicate"),
        ("/commitments/1/tier", "platinum", "not_a_choice"),
        ("/commitments/2/tier", "standard", "duplicate"),
        ("/commitments/0/amount", "0.00001", "too_many_places"),
        ("/commitments/2/amount", 25, "hand_raiser_waits_longer"),
        ("/commitments/3/count", 22, "attempts_do_not_fit"),
        ("/commitments/3/count", 101, "too_many_attempts"),
        ("/commitments/3/spacing_amount", 0, "not_positive"),
        ("/commitments/4/amount", "1.5", "not_positive_whole"),
        ("/commitments/6/period", "year", "not_a_choice"),
        ("/arbitration/appealable", ["procedural"], "not_a_choice"),
        ("/arbitration/appealable", [], "list_empty"),
        ("/arbitration/statements_close_after_business_days", 10, "statements_close_after_ruling"),
        ("/reasons/rejection/0/class", "personal", "not_a_choice"),
        ("/reasons/rejection/0/needs_criterion", True, "criterion_contradicts_class"),
        ("/reasons/rejection/5/needs_criterion", False, "criterion_contradicts_class"),
        ("/reasons/rejection/1/key", "wrong_addressee", "duplicate"),
        ("/reasons/lost", [], "list_empty"),
        ("/reasons/lost/0/label", "", "text_missing"),
        ("/definitions/fit", [], "list_empty"),
        ("/definitions/fit/0/field", "shoe_size", "field_unknown"),
        ("/definitions/fit/0/operator", "resembles", "not_a_choice"),
        ("/definitions/fit/0/value", [2000, 50], "value_contradicts_operator"),
        ("/definitions/fit/1/value", [], "value_contradicts_operator"),
        ("/definitions/fit/0/points", -1, "not_whole"),
        ("/definitions/fit/1/key", "company_size", "duplicate"),
        ("/definitions/readiness/0/field", "phone_thrown", "field_unknown"),
        ("/definitions/readiness/0/half_life_days", 0, "not_positive_whole"),
        ("/definitions/fit_grades/B", 90, "grades_not_descending"),
        ("/definitions/fit_grades/A", 101, "grade_unreachable"),
        ("/definitions/readiness_grades/4", 5, "grades_not_descending"),
        ("/definitions/matrix/A/1", "platinum", "not_a_choice"),
        ("/definitions/required_fields", ["shoe_size"], "field_unknown"),
        ("/definitions/required_fields", ["email", "email"], "duplicate"),
        ("/definitions/hand_raiser/fit_grades", ["E"], "not_a_choice"),
    ],
)
def test_refuses_content_at_the_field_that_is_wrong(pointer: str, value: Any, code: str) -> None:
    found = faults(changed(pointer, value))
    near = [(place, name) for place, name in found if place.startswith(pointer) or pointer.startswith(place)]
    assert code in [name for _, name in near], found


@pytest.mark.parametrize(
    "pointer",
    ["/volume", "/commitments/0/amount", "/tiers/hand_raiser", "/definitions/matrix/D", "/reasons/lost"],
)
def test_a_missing_field_is_reported_once_without_echoes(pointer: str) -> None:
    assert faults(without(pointer)) == [(pointer, "field_missing")]


def test_both_sides_must_owe_something() -> None:
    given_content = content()
    given_content["commitments"] = [terms for terms in given_content["commitments"] if terms["side"] == "sales"]
    assert faults(given_content) == [("/commitments", "side_owes_nothing")]


def test_a_decision_must_be_owed() -> None:
    assert faults(without("/commitments/0")) == [("/commitments", "commitment_missing")]


def test_a_hand_raiser_cannot_wait_longer_than_a_standard_lead() -> None:
    given_content = changed("/commitments/2/unit", "elapsed_hours")
    given_content["commitments"][2]["amount"] = 25
    assert faults(given_content) == [("/commitments/2/amount", "hand_raiser_waits_longer")]


def test_a_matrix_that_lets_nobody_through_is_refused() -> None:
    row = dict.fromkeys("1234", "not_yet")
    found = faults(changed("/definitions/matrix", {grade: dict(row) for grade in "ABCD"}))
    assert found == [("/definitions/matrix", "nothing_qualifies")]


def test_marketing_may_owe_rates_and_weekly_pace() -> None:
    given_content = content()
    given_content["commitments"] += [
        {"key": "acceptance_rate", "side": "marketing", "share": "0.7"},
        {"key": "completeness", "side": "marketing", "share": "1"},
        {"key": "pace", "side": "marketing", "period": "week"},
    ]
    assert faults(given_content) == []
    given_content["commitments"][-3]["share"] = "70"
    assert faults(given_content) == [("/commitments/7/share", "not_a_share")]


def test_names_are_free_where_no_catalogue_is_given() -> None:
    assert validate(changed("/definitions/fit/0/field", "shoe_size")) == []


def test_names_several_faults_together() -> None:
    given_content = changed("/volume/points_per_month", 0)
    given_content["tiers"]["standard"]["weight"] = "-1"
    given_content["review_after_months"] = None
    assert len(faults(given_content)) == 3


def test_every_fault_is_a_sentence() -> None:
    for problem in validate({"commitments": [{}], "tiers": 3}):
        assert problem.sentence.endswith(".")


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["NaN", "1e999", "sales"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, pointer: str = "") -> list[str]:
    found = [pointer] if pointer else []
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, item in items:
        found += places(item, f"{pointer}/{key}")
    return found


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(places(content())), anything)
def test_no_value_anywhere_breaks_the_check(pointer: str, value: Any) -> None:
    for problem in faults(changed(pointer, value)):
        assert problem[1]


@given(anything)
def test_nothing_at_all_breaks_the_check(value: Any) -> None:
    assert faults(value)


# Canonical bytes


def test_the_order_of_keys_does_not_change_the_hash() -> None:
    shuffled = json.loads(json.dumps(content()))
    assert content_hash(dict(reversed(list(shuffled.items())))) == content_hash(content())


def test_any_change_changes_the_hash() -> None:
    before = content_hash(content())
    for pointer in places(content()):
        assert content_hash(changed(pointer, "changed")) != before, pointer


def test_the_hash_is_the_sha_256_of_the_canonical_bytes() -> None:
    assert canonical({"b": [1, None, True], "a": "ü"}) == b'{"a":"\xc3\xbc","b":[1,null,true]}'
    assert content_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_the_same_letters_have_the_same_bytes() -> None:
    assert canonical({"o\u0308": "o\u0308"}) == canonical({"\u00f6": "\u00f6"})


@pytest.mark.parametrize("value", [0.1, float("nan"), {1: "one"}, {"when": object()}, b"bytes"])
def test_refuses_values_without_certain_bytes(value: Any) -> None:
    with pytest.raises(ContentNotCanonical):
        canonical({"value": value})


def test_content_survives_storage_as_json() -> None:
    stored = json.loads(canonical(content()))
    assert stored == content()
    assert content_hash(copy.deepcopy(stored)) == content_hash(content())


# Parts that came later


def with_commitment(terms: dict[str, Any]) -> dict[str, Any]:
    given_content = content()
    given_content["commitments"].append(terms)
    return given_content


@pytest.mark.parametrize(
    "terms",
    [
        {
            "key": "status_current",
            "side": "sales",
            "amount": 5,
            "unit": "business_days",
            "calendar": "sales",
            "warn_shares": [75],
        },
        {"key": "pace", "side": "marketing", "period": "week"},
        {"key": "pace", "side": "marketing", "period": "week", "share": "0.8"},
        {"key": "acceptance_rate", "side": "marketing", "share": "0.85"},
        {"key": "completeness", "side": "marketing", "share": "1"},
    ],
)
def test_every_promise_of_the_product_can_be_made(terms: dict[str, Any]) -> None:
    assert faults(with_commitment(terms)) == []


@pytest.mark.parametrize(
    ("terms", "pointer", "code"),
    [
        ({"key": "pace", "side": "marketing", "period": "week", "share": "1.2"}, "/commitments/7/share", "not_a_share"),
        ({"key": "completeness", "side": "marketing", "share": 1.0}, "/commitments/7/share", "not_a_share"),
        ({"key": "acceptance_rate", "side": "marketing"}, "/commitments/7/share", "field_missing"),
    ],
)
def test_refuses_a_share_that_is_none(terms: dict[str, Any], pointer: str, code: str) -> None:
    assert faults(with_commitment(terms)) == [(pointer, code)]


def test_as_many_attempts_as_the_hours_hold_can_be_agreed() -> None:
    # Ten working days of eight hours, an attempt every four: both edges of the time count.
    assert faults(changed("/commitments/3/count", 21)) == []


def test_attempts_must_fit_into_the_hours_that_are_worked() -> None:
    given_content = changed("/commitments/3/count", 8)
    given_content["hours"]["sales"]["weekly"] = {"mon": [["09:00", "10:00"]], "tue": [["09:00", "10:00"]]}
    assert faults(given_content) == [("/commitments/3/count", "attempts_do_not_fit")]


@pytest.mark.parametrize(
    ("number", "amount", "unit", "expected"),
    [
        # 0 decision, 1 first contact; the attempts end after ten business days.
        (0, 251, "business_hours", [("/commitments/0/amount", "decision_after_attempts")]),
        (0, 11, "business_days", [("/commitments/0/amount", "decision_after_attempts")]),
        (0, 10, "business_days", []),
        (0, 2000, "elapsed_hours", []),
        (1, 11, "business_days", [("/commitments/1/amount", "first_contact_after_attempts")]),
    ],
)
def test_nothing_is_due_after_what_follows_it(number: int, amount: int, unit: str, expected: list[Any]) -> None:
    given_content = content()
    given_content["commitments"][number] |= {"amount": amount, "unit": unit}
    assert faults(given_content) == expected


def test_hand_raisers_in_working_days_wait_longer_than_others_in_hours() -> None:
    given_content = content()
    given_content["commitments"][2] |= {"amount": 2, "unit": "business_days"}
    assert faults(given_content) == [("/commitments/2/amount", "hand_raiser_waits_longer")]


def test_every_part_of_the_ladder_can_be_told() -> None:
    step = {"share": 90, "to": ["owner", "deputy", "manager", "head", "executive"], "reassign": True}
    given_content = content()
    given_content["escalation"] = [step]
    assert faults(given_content) == []


def older() -> dict[str, Any]:
    """A content of the time before the optional parts."""
    given_content = content()
    del given_content["responsibilities"]
    given_content["capacity"] = {"per_day": 40}
    given_content["commitments"].append({"key": "pace", "side": "marketing", "period": "week"})
    return given_content


def test_an_older_content_stays_valid_and_keeps_its_hash() -> None:
    given_content = older()
    before = content_hash(given_content)
    read = with_defaults(given_content)
    assert faults(given_content) == []
    assert content_hash(given_content) == before
    assert read["responsibilities"] == []
    assert read["capacity"] == {"per_day": 40, "exempt_tiers": ["hand_raiser"]}
    assert read["definitions"]["auto_handover"] is True
    assert read["commitments"][-1]["share"] == "1"
    assert faults(read) == []


def test_what_is_said_outranks_the_default() -> None:
    given_content = older()
    given_content["capacity"]["exempt_tiers"] = []
    given_content["definitions"]["auto_handover"] = False
    given_content["commitments"][-1]["share"] = "0.8"
    read = with_defaults(given_content)
    assert (read["capacity"]["exempt_tiers"], read["definitions"]["auto_handover"]) == ([], False)
    assert read["commitments"][-1]["share"] == "0.8"


def test_no_limit_stays_no_limit() -> None:
    assert with_defaults(content())["capacity"] is None
