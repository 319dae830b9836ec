"""Who hears of what the board does, and what happens when somebody leaves it."""

from datetime import datetime, timedelta

import pytest

from arbitration.actions import (
    add_statement,
    appoint,
    end_seat,
    end_sitting,
    keep_board,
    plan_sitting,
    recuse,
    rule_on_case,
    withdraw_case,
)
from arbitration.models import Seat
from events.models import Event
from notifications.rules import told_about
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role
from tests.arbitration.support import make_case
from tests.support import Cast, make_member

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def told_of(kind: str) -> tuple[set[str], set[str]]:
    """Return the members and the roles that hear of the newest event of a kind."""
    event = Event.objects.filter(kind=kind).order_by("-at", "-pk")[0]
    told = told_about(kind, event.data)
    return {member for one in told for member in one.members}, {str(role) for one in told for role in one.roles}


def ids(*members: Membership) -> set[str]:
    return {str(member.pk) for member in members}


def test_a_question_reaches_both_sides_and_its_answer_the_chair(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    rule_on_case(
        case, outcome="remanded", reasons="Unclear.", question="How many?", answer_by=at + 3 * DAY, by=acme.rita,
        at=at + DAY,
    )  # fmt: skip
    assert told_of("case.remanded") == (ids(acme.mara, acme.sam), {"marketing_manager", "sales_manager"})
    for member in (acme.mara, acme.sam):
        add_statement(case, text="12.", by=member, at=at + 2 * DAY)
    assert told_of("case.resumed") == (ids(acme.rita), set())


def test_the_ruling_reaches_who_filed_who_rejected_and_who_has_the_lead(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at, by=acme.marc)
    rule_on_case(case, outcome="overturned", reasons="So.", by=acme.rita, at=at + DAY)
    assert told_of("case.ruled") == (ids(acme.marc, acme.sam), set())


def test_a_withdrawal_reaches_who_rejected_and_the_board(acme: Cast, at: datetime) -> None:
    withdraw_case(make_case(acme, at=at), by=acme.mara, at=at + DAY)
    assert told_of("case.withdrawn") == (ids(acme.sam), {"executive"})


@pytest.mark.parametrize("kind", ["deputy", "member", "chair"])
def test_who_gets_a_seat_is_told_what_it_means(cast: Cast, at: datetime, kind: str) -> None:
    eva = make_member(cast.acme, "eva", Role.EXECUTIVE, at=at)
    with tenant_scope(cast.acme.pk):
        appoint(eva, kind=kind, by=cast.rita, at=at)
        assert told_of("seat.taken") == (ids(eva), set())


def test_a_sitting_is_told_to_everybody_who_sits_there(acme: Cast, at: datetime) -> None:
    appoint(acme.ada, kind="member", by=acme.rita, at=at)
    sitting = plan_sitting(starts_at=at + DAY, by=acme.rita, at=at)
    assert told_of("sitting.planned") == (ids(acme.rita, acme.ada), set())
    end_sitting(sitting, state="cancelled", by=acme.rita, at=at + HOUR)
    assert told_of("sitting.cancelled") == (ids(acme.rita, acme.ada), set())


def test_a_chair_who_leaves_hands_over_to_the_deputy(cast: Cast, at: datetime) -> None:
    eva = make_member(cast.acme, "eva", Role.EXECUTIVE, at=at)
    with tenant_scope(cast.acme.pk):
        appoint(eva, kind="deputy", by=cast.rita, at=at)
        case = make_case(cast, at=at)
        Membership.objects.filter(pk=cast.rita.pk).update(is_active=False)
        keep_board(at + 2 * HOUR)
        assert dict(Seat.objects.filter(until=None).values_list("member__name", "kind")) == {"Eva": "chair"}
        assert told_of("seat.taken") == (ids(eva), set())
        assert not Event.objects.filter(kind="case.chair_missing").exists()
        assert rule_on_case(case, outcome="upheld", reasons="So.", by=eva, at=at + DAY).by == eva


def test_the_executives_hear_once_of_the_cases_that_a_leaving_chair_leaves_behind(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    Membership.objects.filter(pk=acme.rita.pk).update(is_active=False)
    for hours in (2, 3, 4):
        keep_board(at + hours * HOUR)
    event = Event.objects.get(kind="case.chair_missing")
    assert (event.subject_id, told_about(event.kind, event.data)[0].roles) == (case.pk, (Role.EXECUTIVE,))


def test_a_deputy_s_end_tells_only_of_the_cases_that_lost_their_judge(cast: Cast, at: datetime) -> None:
    eva = make_member(cast.acme, "eva", Role.EXECUTIVE, at=at)
    with tenant_scope(cast.acme.pk):
        seat = appoint(eva, kind="deputy", by=cast.rita, at=at)
        hers, _other = make_case(cast, "ann", at=at), make_case(cast, "ben", at=at)
        recuse(hers, reason="A friend.", by=cast.rita, at=at + 2 * HOUR)
        assert not Event.objects.filter(kind="case.chair_missing").exists()
        end_seat(seat, by=cast.rita, at=at + 3 * HOUR)
        assert list(Event.objects.filter(kind="case.chair_missing").values_list("subject_id", flat=True)) == [hers.pk]
