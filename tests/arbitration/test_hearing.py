"""What the board does with an open case: recusals, votes, notes, moves."""

from datetime import datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction

from arbitration.actions import (
    AlreadyRecused,
    AlreadyRuled,
    CannotMove,
    MayNotRule,
    MayNotVote,
    NotOnBoard,
    TextMissing,
    add_note,
    add_statement,
    appoint,
    cast_vote,
    file_appeal,
    move_case,
    recuse,
    remind_of_closing,
    rule_on_case,
)
from arbitration.models import Case, Ruling, Vote
from arbitration.queries import case_detail
from arbitration.queries.records import votes_in
from events.models import Event
from leads.actions import assign_handover, hand_over, reject_handover
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role
from tests.arbitration.support import make_case, make_lead
from tests.support import Cast, make_member

DAY = timedelta(days=1)


def seat(member: Membership, cast: Cast, *, at: datetime, kind: str = "member") -> Membership:
    appoint(member, kind=kind, by=cast.rita, at=at)
    return member


def test_a_declared_recusal_takes_the_vote_and_the_ruling(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    recuse(case, reason="My brother runs that company.", by=acme.rita, at=at + DAY)
    with pytest.raises(MayNotRule) as refused:
        rule_on_case(case, outcome="upheld", reasons="Mine.", by=acme.rita, at=at + DAY)
    assert refused.value.extra["because"] == "recused"
    with pytest.raises(MayNotVote):
        cast_vote(case, choice="upheld", reasons="Mine.", by=acme.rita, at=at + DAY)
    with pytest.raises(AlreadyRecused):
        recuse(case, reason="Again.", by=acme.rita, at=at + DAY)
    with pytest.raises(ProgrammingError, match="recused"), transaction.atomic():
        Ruling.objects.create(case=case, outcome="upheld", reasons="Mine.", by=acme.rita, at=at + DAY)
    # Nobody is left who may rule: the executives hear of it.
    assert Event.objects.filter(kind="case.chair_missing", subject_id=case.pk).count() == 1
    board = case_detail(case, acme.ned, at=at + DAY, zone="Europe/Vienna").board
    assert board.nobody_rules
    assert "My brother" in board.seats[0].because


def test_members_of_the_board_vote_and_may_change_their_mind(acme: Cast, at: datetime) -> None:
    ada = seat(acme.ada, acme, at=at)
    case = make_case(acme, at=at)
    cast_vote(case, choice="upheld", reasons="Too small.", by=ada, at=at + DAY)
    cast_vote(case, choice="overturned", reasons="The register says 640.", by=ada, at=at + DAY + timedelta(hours=1))
    assert [(vote.member, vote.choice) for vote in votes_in(case)] == [(ada, "overturned")]
    assert Vote.objects.count() == 2
    with pytest.raises(TextMissing):
        cast_vote(case, choice="upheld", reasons=" ", by=ada, at=at + DAY)


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "ned"])
def test_who_does_not_sit_on_the_board_has_no_part_in_the_hearing(acme: Cast, at: datetime, who: str) -> None:
    case, member = make_case(acme, at=at), acme.people()[who]
    with pytest.raises(MayNotVote):
        cast_vote(case, choice="upheld", reasons="Mine.", by=member, at=at + DAY)
    for act in (
        lambda: recuse(case, reason="Mine.", by=member, at=at + DAY),
        lambda: add_note(case, text="Mine.", by=member, at=at + DAY),
        lambda: move_case(case, stage="evidence", by=member, at=at + DAY),
    ):
        with pytest.raises(NotOnBoard):
            act()


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina"])
def test_who_is_involved_has_no_vote_even_with_a_seat(acme: Cast, at: datetime, who: str) -> None:
    # Marketer and rep of the case, and the direct manager of each.
    member = seat(acme.people()[who], acme, at=at)
    case = make_case(acme, at=at)
    with pytest.raises(MayNotVote) as refused:
        cast_vote(case, choice="upheld", reasons="Mine.", by=member, at=at + DAY)
    assert refused.value.extra["because"] == "involved"
    with pytest.raises(ProgrammingError, match="not neutral"), transaction.atomic():
        Vote.objects.create(case=case, member=member, choice="upheld", reasons="Mine.", at=at + DAY)


def test_the_database_lets_only_the_board_vote(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(ProgrammingError, match="only the board"), transaction.atomic():
        Vote.objects.create(case=case, member=acme.ned, choice="upheld", reasons="Mine.", at=at + DAY)


def test_votes_are_hidden_from_the_parties_until_the_ruling(acme: Cast, at: datetime) -> None:
    ada = seat(acme.ada, acme, at=at)
    case = make_case(acme, at=at)
    cast_vote(case, choice="upheld", reasons="Too small.", by=ada, at=at + DAY)
    seen = case_detail(case, acme.mara, at=at + DAY, zone="Europe/Vienna", sees_votes=False).board
    assert (seen.votes, seen.votes_cast, seen.votes_hidden) == ([], 1, True)
    rule_on_case(case, outcome="upheld", reasons="Too small.", by=acme.rita, at=at + DAY)
    with pytest.raises(AlreadyRuled):
        cast_vote(case, choice="upheld", reasons="Late.", by=ada, at=at + 2 * DAY)


def test_a_former_assignee_s_manager_cannot_rule(cast: Cast, at: datetime) -> None:
    eva = make_member(cast.acme, "eva", Role.EXECUTIVE, at=at)
    rob = make_member(cast.acme, "rob", Role.SALES_REP, at=at, manager=eva)
    with tenant_scope(cast.acme.pk):
        seat(eva, cast, at=at, kind="deputy")
        handover = hand_over(make_lead(cast, at=at), by=cast.mara, at=at)
        for rep in (rob, cast.sam):
            assign_handover(handover, to=rep, by=cast.sina, at=at)
        handover.refresh_from_db()
        rejection = reject_handover(handover, reason="not_fitting", criterion="company_size", note="", evidence_url="",
                                    by=cast.sam, at=at)  # fmt: skip
        case = file_appeal(rejection, grounds="640.", by=cast.mara, at=at)
        with pytest.raises(MayNotRule):
            rule_on_case(case, outcome="upheld", reasons="Mine.", by=eva, at=at + DAY)
        with pytest.raises(ProgrammingError, match="involved"), transaction.atomic():
            Ruling.objects.create(case=case, outcome="upheld", reasons="Mine.", by=eva, at=at + DAY)


def test_moves_follow_the_hearing(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    assert move_case(case, stage="evidence", by=acme.rita, at=at + DAY).stage == "evidence"
    # Nobody is cut off before the sealing date.
    with pytest.raises(CannotMove):
        move_case(case, stage="ready", by=acme.rita, at=at + DAY)
    add_statement(case, text="640.", by=acme.mara, at=at + DAY)
    add_statement(case, text="12.", by=acme.sam, at=at + DAY)
    assert Case.objects.get().stage == "ready"
    assert move_case(case, stage="evidence", by=acme.rita, at=at + DAY).stage == "evidence"
    assert move_case(case, stage="ready", by=acme.rita, at=at + DAY).stage == "ready"
    events = Event.objects.filter(kind="case.moved").order_by("at", "id")
    assert [event.data["to"] for event in events] == ["evidence", "evidence", "ready"]


def test_the_silent_side_is_told_once_before_the_statements_close(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    add_statement(case, text="640.", by=acme.mara, at=at + timedelta(hours=2))
    remind_of_closing(at + DAY)
    assert not Event.objects.filter(kind="case.statements_closing").exists()
    for hours in (20, 10):
        remind_of_closing(case.statements_close_at - timedelta(hours=hours))
    event = Event.objects.get(kind="case.statements_closing")
    assert (event.data["sides"], event.data["members"]) == (["sales"], [str(acme.sam.pk)])
