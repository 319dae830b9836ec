"""What both sides say in a case, and in answer to a question."""

from datetime import datetime, timedelta

import pytest

from arbitration.actions import (
    AlreadyRuled,
    NotYourCase,
    StatementMissing,
    StatementsClosed,
    add_statement,
    end_remand,
    rule_on_case,
)
from arbitration.models import Case, Statement
from events.models import Event
from sla.models import Clock
from smarketing.lib.scope import tenant_scope
from tenants.roles import Role
from tests.arbitration.support import make_case
from tests.support import Cast, make_member, run_outbox

DAY = timedelta(days=1)


def stage_of(case: Case) -> str:
    case.refresh_from_db()
    return case.stage


def test_the_case_is_ready_when_both_sides_have_spoken(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    add_statement(case, text="640 people.", by=acme.mara, at=at + DAY)
    assert stage_of(case) == "evidence"
    add_statement(case, text="A shop.", by=acme.sam, at=at + DAY)
    assert stage_of(case) == "ready"
    assert list(Statement.objects.order_by("at", "pk").values_list("side", flat=True)) == ["marketing", "sales"]
    assert Event.objects.filter(kind="case.stated", subject_id=case.pk).count() == 2


@pytest.mark.parametrize(("who", "side"), [("marc", "marketing"), ("sina", "sales")])
def test_the_heads_speak_for_their_sides(acme: Cast, at: datetime, who: str, side: str) -> None:
    case = make_case(acme, at=at)
    assert add_statement(case, text="As we agreed.", by=acme.people()[who], at=at + DAY).side == side


@pytest.mark.parametrize("who", ["rita", "ned", "ada"])
def test_refuses_everybody_who_takes_no_side(acme: Cast, at: datetime, who: str) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(NotYourCase):
        add_statement(case, text="I think…", by=acme.people()[who], at=at + DAY)
    assert not Statement.objects.exists()


def test_refuses_a_rep_who_has_nothing_to_do_with_it(cast: Cast, at: datetime) -> None:
    sue = make_member(cast.acme, "sue", Role.SALES_REP, at=at, manager=cast.sina)
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, at=at)
        with pytest.raises(NotYourCase):
            add_statement(case, text="I think…", by=sue, at=at + DAY)


def test_statements_close_at_the_sealing_date(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    add_statement(case, text="At the last moment.", by=acme.mara, at=case.statements_close_at)
    with pytest.raises(StatementsClosed) as refused:
        add_statement(case, text="Too late.", by=acme.sam, at=case.statements_close_at + timedelta(seconds=1))
    assert refused.value.extra["closed_at"] == case.statements_close_at
    assert Statement.objects.count() == 1


def test_refuses_an_empty_statement(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(StatementMissing):
        add_statement(case, text=" ", by=acme.mara, at=at + DAY)


def test_refuses_a_statement_after_the_ruling(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    rule_on_case(case, outcome="upheld", reasons="Too small.", by=acme.rita, at=at + DAY)
    with pytest.raises(AlreadyRuled):
        add_statement(case, text="But…", by=acme.mara, at=at + DAY)


def remanded(acme: Cast, at: datetime) -> Case:
    case = make_case(acme, at=at)
    add_statement(case, text="640 people.", by=acme.mara, at=at + timedelta(hours=2))
    rule_on_case(
        case, outcome="remanded", reasons="Unclear.", question="Since when?", answer_by=at + 3 * DAY,
        by=acme.rita, at=at + DAY,
    )  # fmt: skip
    return case


def test_the_boards_clock_runs_again_once_both_have_answered(acme: Cast, at: datetime) -> None:
    case = remanded(acme, at)
    add_statement(case, text="Since 2019.", by=acme.marc, at=at + 2 * DAY)
    # What marketing said before the question is no answer to it, what it said since is.
    assert stage_of(case) == "remanded"
    add_statement(case, text="Agreed.", by=acme.sam, at=at + 2 * DAY)
    assert stage_of(case) == "ready"
    clock = Clock.objects.get(subject=case.subject)
    assert clock.state == "running"
    # One business day of pause, Tuesday to Wednesday, moved the deadline by as much.
    assert clock.due_at == datetime(2026, 3, 17, 9, 0, tzinfo=at.tzinfo) + timedelta(hours=1)


def test_the_case_goes_on_by_itself_when_the_answer_is_due(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        case = remanded(cast, at)
    run_outbox(organisation=cast.acme, at=at + 3 * DAY - timedelta(seconds=1))
    with tenant_scope(cast.acme.pk):
        assert stage_of(case) == "remanded"
    # The relay comes an hour late; the clock has run since the answer was due.
    run_outbox(organisation=cast.acme, at=at + 3 * DAY + timedelta(hours=1))
    with tenant_scope(cast.acme.pk):
        assert stage_of(case) == "ready"
        assert Clock.objects.get(subject=case.subject).running_since == at + 3 * DAY
        assert Event.objects.get(kind="case.resumed").at == at + 3 * DAY


def test_an_old_remand_does_not_end_a_new_one(acme: Cast, at: datetime) -> None:
    case = remanded(acme, at)
    rule_on_case(
        case, outcome="remanded", reasons="Still unclear.", question="Who says so?", answer_by=at + 9 * DAY,
        by=acme.rita, at=at + 2 * DAY,
    )  # fmt: skip
    assert end_remand(case, at=at + 3 * DAY) is False
    assert stage_of(case) == "remanded"
    assert end_remand(case, at=at + 9 * DAY) is True


def test_refuses_an_answer_after_the_time_for_it(acme: Cast, at: datetime) -> None:
    case = remanded(acme, at)
    with pytest.raises(StatementsClosed):
        add_statement(case, text="Since 2019.", by=acme.mara, at=at + 3 * DAY + timedelta(seconds=1))
