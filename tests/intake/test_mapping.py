"""What a form sends becomes a submission, and nothing of it is lost."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.body import SubmissionBody, captured_from
from intake.mapping import read_leniently
from smarketing.lib.errors import InvalidInput


def shape(sent: Any, **mapping: str) -> SubmissionBody:
    return read_leniently(sent, mapping)


def test_finds_the_usual_names_of_fields() -> None:
    body = shape(
        {"E-Mail": "jane@example.com", "Full name": "Jane van Doe", "company": "Example", "Phone": "030 901820"}
    )
    assert body.person
    assert body.company
    assert (body.person.email, body.person.given_name, body.person.family_name) == (
        "jane@example.com",
        "Jane van",
        "Doe",
    )
    assert (body.company.name, body.person.phone) == ("Example", "030 901820")


def test_the_forms_own_mapping_comes_first() -> None:
    body = shape({"email": "wrong@example.com", "q7": "jane@example.com"}, q7="person.email", email="note")
    assert body.person
    assert body.person.email == "jane@example.com"
    assert body.custom == {"note": "wrong@example.com"}


def test_keeps_unknown_fields_as_custom_values() -> None:
    assert shape({"email": "a@b.example", "budget": "50k", "colour": ["red", "blue"]}).custom == {
        "budget": "50k",
        "colour": ["red", "blue"],
    }


def test_takes_the_first_of_repeated_values_and_keeps_all() -> None:
    body = shape({"email": ["a@b.example", "c@d.example"]})
    assert body.person
    assert body.person.email == "a@b.example"
    assert body.custom == {"email": ["a@b.example", "c@d.example"]}


@pytest.mark.parametrize(
    ("sent", "custom"),
    [
        ({"person": {"email": "a@b.example", "phone": ["x"]}}, {"person.phone": ["x"]}),
        ({"person": {"email": "a@b.example", "shoe/size~": 43}}, {"person.shoe/size~": 43}),
        ({"person": {"email": "a@b.example"}, "country": "Austria"}, {"company.country": "Austria"}),
        ({"person": {"email": "a@b.example"}, "attribution": {"last": "x"}, "utm_source": "g"},
         {"attribution.last": "x", "utm_source": "g"}),
        ({"email": "a@b.example", "behaviours": [{"kind": "x", "at": 3}, {"kind": "ok"}, 7, {"kind": 1, "y": 2}]},
         {"behaviours.0": {"kind": "x", "at": 3}, "behaviours.2": 7, "behaviours.3": {"kind": 1, "y": 2}}),
        ({"email": "a@b.example", "message": "x" * 20_001}, {"message": "x" * 20_001}),
        ({"email": "a@b.example", "submitted_at": "yesterday"}, {"submitted_at": "yesterday"}),
    ],
)  # fmt: skip
def test_sets_aside_what_does_not_fit(sent: dict[str, Any], custom: dict[str, Any]) -> None:
    before = json.dumps(sent)
    body = shape(sent)
    assert body.custom == custom
    assert body.person
    assert body.person.email == "a@b.example"
    assert json.dumps(sent) == before


def test_reads_numbers_and_switches_of_plain_forms() -> None:
    body = shape({"email": "a@b.example", "employees": "1'200", "phone": 43190182, "test": "on", "consent": "on"})
    assert body.company
    assert body.person
    assert body.consents
    assert (body.company.employees, body.person.phone, body.test) == (1200, "43190182", True)
    assert (body.consents[0].purpose, body.consents[0].granted) == ("sales_contact", True)


@pytest.mark.parametrize("sent", [[], "text", 7, None, True])
def test_refuses_what_is_no_object(sent: Any) -> None:
    with pytest.raises(InvalidInput):
        shape(sent)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    ["person", "company", "attribution", "behaviours", "consents", "custom", "email", "name", "consent", "employees",
     "utm_source", "gclid", "external_id", "hp", "test", "form", "submitted_at"]
)  # fmt: skip


@given(st.dictionaries(names | st.text(max_size=8), values, max_size=8))
def test_reads_anything_and_loses_no_scalar(sent: dict[str, Any]) -> None:
    body = shape(sent)
    captured_from(body)
    for name, value in sent.items():
        if isinstance(value, str) and value.strip() and name not in ("form", "test", "consent", "name"):
            assert value in json.dumps(body.custom, ensure_ascii=False) or value in _texts(body)


def _texts(body: SubmissionBody) -> set[str]:
    import msgspec

    def walk(part: Any) -> set[str]:
        if isinstance(part, dict):
            return set().union(*map(walk, part.values())) if part else set()
        if isinstance(part, list):
            return set().union(*map(walk, part)) if part else set()
        return {part} if isinstance(part, str) else set()

    found = walk(msgspec.to_builtins(body))
    return found | {str(body.company.employees)} if body.company else found
