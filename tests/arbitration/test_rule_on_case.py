"""Ruling on a case: who may, what follows, what it teaches."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction

from arbitration.actions import (
    AlreadyRuled,
    AnswerByMissing,
    CaseWithdrawn,
    MayNotRule,
    NothingToCite,
    ReasonsMissing,
    appoint_deputy,
    rule_on_case,
    withdraw_case,
)
from arbitration.models import Case, Citation, Precedent, Ruling, Seat
from events.models import Event
from leads.models import Handover, Rejection
from sla.models import Clock, CreditEntry, Subject
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role
from tests.arbitration.support import make_case
from tests.support import Cast, make_member

DAY = timedelta(days=1)


def rule(case: Case, by: Membership, *, outcome: str = "overturned", at: datetime, **more: object) -> Ruling:
    return rule_on_case(case, outcome=outcome, reasons="640 people are within the range.", by=by, at=at, **more)  # type: ignore[arg-type]


def states_of(subject: Subject) -> dict[str, str]:
    return dict(Clock.objects.filter(subject=subject).values_list("commitment", "state"))


def test_overturned_the_handover_is_accepted_by_ruling(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    ruling = rule(case, acme.rita, at=at + DAY)
    case.refresh_from_db()
    assert (case.stage, case.ruled_at) == ("ruled", at + DAY)
    assert (ruling.outcome, ruling.by, ruling.at) == ("overturned", acme.rita, at + DAY)
    handover = Handover.objects.get(pk=case.handover_id)
    assert (handover.decision, handover.decided_at) == ("accepted_by_ruling", at + DAY)
    assert states_of(handover.subject)["first_contact"] == "running"
    assert Subject.objects.get(pk=handover.subject_id).credit == "counted"


def test_upheld_the_clocks_are_cancelled_and_the_credit_is_reversed(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    rule(case, acme.rita, outcome="upheld", at=at + DAY)
    handover = Handover.objects.get(pk=case.handover_id)
    assert handover.decision == Handover.Decision.REJECTED
    states = states_of(handover.subject)
    # What was met or breached before the ruling never changes.
    assert (states["decision"], states["return_answer"]) == ("met", "met")
    assert (states["first_contact"], states["attempts"]) == ("cancelled", "cancelled")
    assert Subject.objects.get(pk=handover.subject_id).credit == "reversed"
    points = CreditEntry.objects.filter(subject=handover.subject_id).values_list("points", flat=True)
    assert sum(points, Decimal(0)) == 0
    case.rejection.refresh_from_db()
    assert case.rejection.state == Rejection.State.UPHELD


def test_meets_the_boards_clock_and_records_the_ruling(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    ruling = rule(case, acme.rita, at=at + DAY)
    assert states_of(case.subject) == {"ruling": "met"}
    event = Event.objects.get(kind="case.ruled")
    assert (event.by_id, event.at, event.data["outcome"], event.data["ruling"]) == (
        acme.rita.pk, at + DAY, "overturned", str(ruling.pk),
    )  # fmt: skip


def test_a_ruling_after_the_deadline_is_the_boards_breach(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    rule(case, acme.rita, at=at + 30 * DAY)
    clock = Clock.objects.get(subject=case.subject)
    assert (clock.state, clock.breached_at) == ("breached", datetime(2026, 3, 16, 10, 0, tzinfo=UTC))


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "ned", "ada"])
def test_the_action_refuses_every_other_role(acme: Cast, at: datetime, who: str) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(MayNotRule) as refused:
        rule(case, acme.people()[who], at=at + DAY)
    assert refused.value.extra["because"] == "not_neutral"
    case.refresh_from_db()
    assert case.stage == "filed"
    assert not Ruling.objects.exists()


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "ned", "ada"])
def test_the_database_refuses_every_other_role_even_in_the_chairs_seat(acme: Cast, at: datetime, who: str) -> None:
    case = make_case(acme, at=at)
    Seat.objects.filter(until=None).update(until=at)
    Seat.objects.create(member=acme.people()[who], kind=Seat.Kind.CHAIR, since=at)
    with pytest.raises(ProgrammingError, match="neutral executive"), transaction.atomic():
        Ruling.objects.create(case=case, outcome="upheld", reasons="Mine.", by=acme.people()[who], at=at + DAY)


def test_an_executive_without_a_seat_cannot_rule(cast: Cast, at: datetime) -> None:
    eva = make_member(cast.acme, "eva", Role.EXECUTIVE, at=at)
    with tenant_scope(cast.acme.pk):
        case = make_case(cast, at=at)
        with pytest.raises(MayNotRule) as refused:
            rule(case, eva, at=at + DAY)
        assert refused.value.extra["because"] == "no_seat"
        with pytest.raises(ProgrammingError, match="chair or a deputy"), transaction.atomic():
            Ruling.objects.create(case=case, outcome="upheld", reasons="Mine.", by=eva, at=at + DAY)


def test_a_deputy_rules_where_the_chair_is_involved(cast: Cast, at: datetime) -> None:
    eva = make_member(cast.acme, "eva", Role.EXECUTIVE, at=at)
    with tenant_scope(cast.acme.pk):
        # The chair is the direct manager of who rejected.
        Membership.objects.filter(pk=cast.sam.pk).update(manager=cast.rita)
        appoint_deputy(eva, by=cast.rita, at=at)
        case = make_case(cast, at=at)
        with pytest.raises(MayNotRule) as refused:
            rule(case, cast.rita, at=at + DAY)
        assert refused.value.extra["because"] == "involved"
        with pytest.raises(ProgrammingError, match="involved"), transaction.atomic():
            Ruling.objects.create(case=case, outcome="upheld", reasons="Mine.", by=cast.rita, at=at + DAY)
        assert rule(case, eva, at=at + DAY).by == eva


def test_says_who_ruled_already_and_when(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    rule(case, acme.rita, at=at + DAY)
    with pytest.raises(AlreadyRuled) as refused:
        rule(case, acme.rita, outcome="upheld", at=at + 2 * DAY)
    assert refused.value.sentence.startswith("Rita already ruled on this case, 3 Mar 2026")
    assert Ruling.objects.count() == 1
    assert Handover.objects.get(pk=case.handover_id).decision == "accepted_by_ruling"


def test_the_database_keeps_a_ruling_for_ever(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    ruling = rule(case, acme.rita, at=at + DAY)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Ruling.objects.filter(pk=ruling.pk).update(outcome="upheld")
    with pytest.raises(ProgrammingError, match="stays decided"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(stage="ready")


def test_refuses_a_ruling_without_reasons(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(ReasonsMissing):
        rule_on_case(case, outcome="upheld", reasons="  ", by=acme.rita, at=at + DAY)
    assert not Ruling.objects.exists()


def test_refuses_to_rule_on_a_withdrawn_appeal(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    withdraw_case(case, by=acme.mara, at=at + timedelta(hours=2))
    with pytest.raises(CaseWithdrawn):
        rule(case, acme.rita, at=at + DAY)


def test_a_remand_pauses_the_board_until_the_answer_is_due(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    rule(case, acme.rita, outcome="remanded", question="How many people?", answer_by=at + 3 * DAY, at=at + DAY)
    case.refresh_from_db()
    assert (case.stage, case.remand_question, case.remand_until) == ("remanded", "How many people?", at + 3 * DAY)
    assert states_of(case.subject) == {"ruling": "paused"}
    assert states_of(case.handover.subject)["first_contact"] == "paused"
    assert Event.objects.filter(kind="case.remanded").count() == 1
    assert not Event.objects.filter(kind="case.ruled").exists()


def test_the_chair_may_rule_before_the_answer_came(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    rule(case, acme.rita, outcome="remanded", question="How many?", answer_by=at + 3 * DAY, at=at + DAY)
    rule(case, acme.rita, outcome="upheld", at=at + 2 * DAY)
    assert states_of(case.subject) == {"ruling": "met"}
    assert [row.outcome for row in Ruling.objects.filter(case=case).order_by("at")] == ["remanded", "upheld"]


@pytest.mark.parametrize("more", [{}, {"question": "How many?"}, {"question": "How many?", "answer_by": 0}])
def test_a_remand_asks_and_says_until_when(acme: Cast, at: datetime, more: dict[str, object]) -> None:
    case = make_case(acme, at=at)
    given = more | ({"answer_by": at + DAY} if "answer_by" in more else {})
    with pytest.raises(AnswerByMissing):
        rule(case, acme.rita, outcome="remanded", at=at + DAY, **given)


def test_a_holding_becomes_a_precedent_under_the_version(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    ruling = rule(case, acme.rita, at=at + DAY, holding="Freelancers count as employees.")
    precedent = Precedent.objects.get()
    assert (precedent.ruling, precedent.criterion, precedent.state) == (ruling, "company_size", "valid")
    assert precedent.version_id == case.version_id
    assert Event.objects.filter(kind="precedent.published", subject_id=precedent.pk).count() == 1


def test_a_ruling_cites_what_it_follows(acme: Cast, at: datetime) -> None:
    rule(make_case(acme, "amy", at=at), acme.rita, at=at + DAY, holding="Freelancers count.")
    rule(make_case(acme, "ben", at=at + DAY), acme.rita, at=at + 2 * DAY, precedent_stance="follows")
    assert [row.stance for row in Citation.objects.all()] == ["follows"]
    assert Precedent.objects.get().state == "valid"


def test_a_new_holding_that_departs_overrules_the_old(acme: Cast, at: datetime) -> None:
    rule(make_case(acme, "amy", at=at), acme.rita, at=at + DAY, holding="Freelancers count.")
    second = make_case(acme, "ben", at=at + DAY)
    rule(
        second, acme.rita, outcome="upheld", at=at + 2 * DAY, precedent_stance="departs",
        holding="Freelancers do not count.",
    )  # fmt: skip
    states = dict(Precedent.objects.values_list("holding", "state"))
    assert states == {"Freelancers count.": "overruled", "Freelancers do not count.": "valid"}


def test_nobody_follows_a_precedent_on_another_criterion(acme: Cast, at: datetime) -> None:
    rule(make_case(acme, "amy", at=at, criterion="industry"), acme.rita, at=at + DAY, holding="Haulage is logistics.")
    case = make_case(acme, "ben", at=at + DAY)
    with pytest.raises(NothingToCite):
        rule(case, acme.rita, at=at + 2 * DAY, precedent_stance="follows")
    case.refresh_from_db()
    assert case.stage == "filed"
