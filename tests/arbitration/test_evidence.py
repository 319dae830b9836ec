"""The sealed pack: canonical, hashed, without a personal value in the clear (pure)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from arbitration.evidence import DIGEST_PREFIX, PLAIN, digest, hash_of, seal

SALT = "5d1c0f"
LEAD = {
    "email": "jane.doe@example.com",
    "given_name": "Jane",
    "fit_grade": "B",
    "country": "DE",
    "employees": 640,
    "custom": {"label": "jane@home.example", "budget": "50k"},
    "score_reasons": [{"key": "role", "label": "Person decides", "state": "met", "proof": "CTO Jane", "points": 25}],
}


def packed(**facts: Any) -> dict[str, Any]:
    return seal(terms={"criterion": {"label": "Industry", "value": ["logistics"]}}, facts=facts, salt=SALT)


def test_keeps_no_personal_value_in_the_clear() -> None:
    text = msgspec.json.encode(packed(lead=LEAD)).decode()
    for value in ("jane", "Jane", "example.com", "CTO", "50k"):
        assert value not in text


def test_keeps_what_the_board_weighs() -> None:
    pack = packed(lead=LEAD)
    assert pack["lead"]["fit_grade"] == "B"
    assert pack["lead"]["employees"] == 640
    assert pack["lead"]["score_reasons"][0]["state"] == "met"
    assert pack["criterion"] == {"label": "Industry", "value": ["logistics"]}


def test_trusts_no_name_that_came_from_outside() -> None:
    assert packed(lead=LEAD)["lead"]["custom"]["label"].startswith(DIGEST_PREFIX)


def test_a_value_can_be_shown_to_be_the_sealed_one_while_the_salt_is_there() -> None:
    sealed = packed(lead=LEAD)["lead"]["email"]
    assert sealed == digest("jane.doe@example.com", salt=SALT)
    assert sealed != digest("jane.doe@example.com", salt="")


def test_the_hash_does_not_depend_on_order_and_moves_with_any_change() -> None:
    pack = packed(lead=LEAD)
    assert hash_of(pack) == hash_of(dict(reversed(pack.items())))
    assert hash_of(pack) != hash_of(packed(lead=LEAD | {"fit_grade": "A"}))


def test_writes_times_ids_and_weights_as_text() -> None:
    at, row = datetime(2026, 3, 2, 9, tzinfo=UTC), uuid4()
    pack = packed(handover={"sent_at": at, "id": row, "weight": Decimal("1.50"), "counted_month": date(2026, 3, 1)})
    expected = {"sent_at": at.isoformat(), "id": str(row), "weight": "1.50", "counted_month": "2026-03-01"}
    assert pack["handover"] == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)


@given(json_values)
def test_every_json_value_can_be_sealed_and_hashed_again_after_a_round_trip(value: Any) -> None:
    pack = packed(lead={"custom": value})
    again = msgspec.json.decode(msgspec.json.encode(pack))
    assert hash_of(again) == hash_of(pack)


@given(st.text(min_size=1, max_size=40), st.sampled_from(sorted(PLAIN)))
def test_free_text_is_never_readable_under_a_name_from_a_form(text: str, name: str) -> None:
    assert packed(lead={"custom": {name: text}})["lead"]["custom"][name] == digest(text, salt=SALT)
