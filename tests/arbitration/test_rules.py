"""Who may appeal, speak and rule; stages by time (pure)."""

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from uuid import UUID, uuid4

import pytest

from arbitration.rules import (
    Bar,
    Party,
    involved_in,
    is_late,
    may_appeal,
    may_rule,
    side_in_case,
    stage_after_statement,
    stage_at,
)
from tenants.roles import Role

ME, OTHER, BOSS = uuid4(), uuid4(), uuid4()
CLOSES = datetime(2026, 1, 19, 10, 0, tzinfo=UTC)


def every_set_of_roles() -> list[frozenset[str]]:
    sets = chain.from_iterable(combinations(Role, size) for size in range(1, len(Role) + 1))
    return [frozenset(str(role) for role in roles) for roles in sets]


@pytest.mark.parametrize("seat", ["", "member", "deputy", "chair"])
def test_only_a_neutral_executive_with_a_ruling_seat_is_free(seat: str) -> None:
    of_a_side = {"marketer", "marketing_manager", "sales_rep", "sales_manager"}
    for roles in every_set_of_roles():
        neutral = "executive" in roles and not roles & of_a_side
        expected = neutral and seat in ("chair", "deputy")
        assert (may_rule(member_id=ME, roles=roles, seat=seat, involved=[]) is Bar.FREE) == expected, roles


def test_names_the_first_bar() -> None:
    assert may_rule(member_id=ME, roles=["sales_manager"], seat="chair", involved=[ME]) is Bar.NOT_NEUTRAL
    assert may_rule(member_id=ME, roles=["executive"], seat="member", involved=[ME]) is Bar.NO_SEAT
    assert may_rule(member_id=ME, roles=["executive"], seat="chair", involved=[ME]) is Bar.INVOLVED


def test_involves_the_direct_managers_and_nobody_above() -> None:
    above = uuid4()
    assert involved_in([Party(ME, BOSS), Party(OTHER), None]) == {ME, OTHER, BOSS}
    assert above not in involved_in([Party(ME, BOSS)])


@pytest.mark.parametrize(
    ("roles", "senders", "expected"),
    [
        (["marketing_manager"], [OTHER], True),
        (["marketer"], [ME, OTHER], True),
        (["marketer"], [OTHER], False),
        # Nobody claimed the lead, so nobody is passed over.
        (["marketer"], [], True),
        (["sales_rep"], [ME], False),
        (["sales_manager"], [], False),
        (["executive"], [], False),
        (["administrator"], [], False),
        (["auditor"], [], False),
    ],
)
def test_lets_the_marketer_of_the_lead_or_the_head_appeal(
    roles: list[str], senders: list[UUID], expected: bool
) -> None:
    assert may_appeal(member_id=ME, roles=roles, senders=senders) is expected


@pytest.mark.parametrize(
    ("roles", "marketing", "sales", "expected"),
    [
        (["marketer"], [ME], [], "marketing"),
        (["marketer"], [OTHER], [], ""),
        (["sales_rep"], [], [ME], "sales"),
        (["sales_rep"], [], [OTHER], ""),
        (["marketing_manager"], [], [], "marketing"),
        (["sales_manager"], [], [], "sales"),
        (["executive"], [], [], ""),
        # A party that changed sides speaks for nobody.
        (["sales_rep"], [ME], [], ""),
        (["marketer", "sales_rep"], [], [ME], "sales"),
        (["marketing_manager", "sales_manager"], [], [], ""),
        (["marketing_manager", "sales_manager"], [ME], [], "marketing"),
    ],
)
def test_gives_each_member_at_most_one_side(
    roles: list[str], marketing: list[UUID], sales: list[UUID], expected: str
) -> None:
    assert side_in_case(member_id=ME, roles=roles, marketing=marketing, sales=sales) == expected


@pytest.mark.parametrize(
    ("stored", "after", "expected"),
    [
        ("filed", timedelta(seconds=-1), "filed"),
        ("filed", timedelta(0), "ready"),
        ("evidence", timedelta(seconds=-1), "evidence"),
        ("evidence", timedelta(days=3), "ready"),
        ("ready", timedelta(days=-3), "ready"),
        ("remanded", timedelta(days=3), "remanded"),
        ("ruled", timedelta(days=3), "ruled"),
        ("withdrawn", timedelta(days=3), "withdrawn"),
    ],
)
def test_an_open_case_is_ready_once_statements_are_closed(stored: str, after: timedelta, expected: str) -> None:
    assert stage_at(stored, statements_close_at=CLOSES, at=CLOSES + after) == expected


@pytest.mark.parametrize(
    ("stored", "spoken", "expected"),
    [
        ("filed", ["marketing"], "evidence"),
        ("evidence", ["marketing", "sales"], "ready"),
        ("ready", ["marketing", "sales"], "ready"),
        ("remanded", ["sales"], "remanded"),
        ("remanded", ["sales", "marketing"], "ready"),
    ],
)
def test_a_case_is_ready_when_both_sides_have_spoken(stored: str, spoken: list[str], expected: str) -> None:
    assert stage_after_statement(stored, spoken=spoken) == expected


def test_the_last_instant_of_the_window_is_in_time() -> None:
    assert not is_late(due_at=CLOSES, at=CLOSES)
    assert is_late(due_at=CLOSES, at=CLOSES + timedelta(microseconds=1))
    assert not is_late(due_at=None, at=CLOSES)
