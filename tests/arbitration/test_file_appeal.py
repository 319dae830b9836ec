"""Filing an appeal."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction

from arbitration.actions import AppealTooLate, GroundsMissing, NotYourAppeal, file_appeal
from arbitration.evidence import digest, hash_of
from arbitration.models import Case
from events.models import Event
from leads.actions import NotAppealable, RejectionAnswered, nurture_lead
from leads.models import Handover, Rejection
from sla.models import Clock
from smarketing.lib.scope import tenant_scope
from tenants.roles import Role
from tests.arbitration.support import make_case, make_rejection
from tests.support import Cast, make_member


def test_opens_a_numbered_case_with_the_boards_clock(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    assert (case.number, case.stage, case.filed_by) == ("2026-001", "filed", acme.mara)
    clock = Clock.objects.get(subject=case.subject, commitment="ruling")
    # Ten and five business days after Monday, 2 March, 11:00 in Vienna.
    assert (clock.state, clock.due_at) == ("running", datetime(2026, 3, 16, 10, 0, tzinfo=UTC))
    assert case.statements_close_at == datetime(2026, 3, 9, 10, 0, tzinfo=UTC)


def test_answers_the_return_and_leaves_sales_paused(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    case.rejection.refresh_from_db()
    assert case.rejection.state == Rejection.State.APPEALED
    states = dict(Clock.objects.filter(subject=case.handover.subject).values_list("commitment", "state"))
    assert (states["return_answer"], states["first_contact"], states["decision"]) == ("met", "paused", "met")


def test_records_the_case_with_the_seal(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    event = Event.objects.get(kind="case.opened")
    assert (event.subject_id, event.by_id, event.at, event.thread_id) == (
        case.pk, acme.mara.pk, case.filed_at, case.handover.lead_id,
    )  # fmt: skip
    assert event.data["evidence_hash"] == case.evidence_hash


def test_seals_what_was_known_without_a_personal_value(acme: Cast, at: datetime) -> None:
    case = Case.objects.get(pk=make_case(acme, at=at).pk)
    assert hash_of(case.evidence) == case.evidence_hash
    text = str(case.evidence)
    for personal in ("jane", "Jane", "Doe", "example.com", "tiny shop", "640 people"):
        assert personal not in text
    assert case.evidence["criterion"]["value"] == [50, 2000]
    assert case.evidence["lead_as_handed_over"]["name"] == digest("Jane Doe", salt=case.evidence_salt)
    assert {"handover.sent", "handover.rejected"} <= {fact["kind"] for fact in case.evidence["timeline"]}


@pytest.mark.parametrize(
    "change",
    [
        {"evidence": {"criterion": None}},
        {"evidence_hash": "0" * 64},
        {"sequence": 7},
        {"filed_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"statements_close_at": datetime(2027, 1, 1, tzinfo=UTC)},
        {"grounds": "other words"},
        {"evidence_salt": "other salt"},
    ],
)
def test_the_database_refuses_to_touch_the_seal(acme: Cast, at: datetime, change: dict[str, object]) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(ProgrammingError, match="sealed"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**change)


def test_the_seal_still_verifies_after_the_salt_was_erased(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    assert Case.objects.filter(pk=case.pk).update(evidence_salt="", grounds="") == 1
    case.refresh_from_db()
    assert hash_of(case.evidence) == case.evidence_hash


def test_the_head_appeals_for_the_marketer(acme: Cast, at: datetime) -> None:
    assert make_case(acme, at=at, by=acme.marc).filed_by == acme.marc


@pytest.mark.parametrize("who", ["sam", "sina", "rita", "ned", "ada"])
def test_refuses_everybody_outside_marketing(acme: Cast, at: datetime, who: str) -> None:
    dispute = make_rejection(acme, at=at)
    with pytest.raises(NotYourAppeal):
        file_appeal(dispute.rejection, grounds="No.", by=acme.people()[who], at=at + timedelta(hours=1))
    assert not Case.objects.exists()
    assert not Event.objects.filter(kind="case.opened").exists()


def test_refuses_another_marketer(cast: Cast, at: datetime) -> None:
    mike = make_member(cast.acme, "mike", Role.MARKETER, at=at, manager=cast.marc)
    with tenant_scope(cast.acme.pk):
        dispute = make_rejection(cast, at=at)
        with pytest.raises(NotYourAppeal):
            file_appeal(dispute.rejection, grounds="No.", by=mike, at=at + timedelta(hours=1))


# Handed over and rejected on Monday, 2 March; the return is to be answered within three business days.
CLOSES = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def test_the_last_instant_is_in_time(acme: Cast, at: datetime) -> None:
    dispute = make_rejection(acme, at=at)
    assert file_appeal(dispute.rejection, grounds="In time.", by=acme.mara, at=CLOSES).filed_at == CLOSES


def test_refuses_an_appeal_that_comes_late_and_names_the_date(acme: Cast, at: datetime) -> None:
    dispute = make_rejection(acme, at=at)
    with pytest.raises(AppealTooLate) as refused:
        file_appeal(dispute.rejection, grounds="Late.", by=acme.mara, at=CLOSES + timedelta(seconds=1))
    assert refused.value.extra["closed_at"] == CLOSES
    assert "5 Mar 2026" in refused.value.sentence
    assert not Case.objects.exists()


def test_a_weekend_does_not_eat_the_window(acme: Cast) -> None:
    friday = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
    dispute = make_rejection(acme, at=friday)
    assert file_appeal(dispute.rejection, grounds="Tuesday.", by=acme.mara, at=friday + timedelta(days=4)).number


def test_refuses_a_class_that_the_agreement_does_not_let_be_appealed(acme: Cast, at: datetime) -> None:
    dispute = make_rejection(acme, at=at)
    # A procedural rejection is routed again at once; what remains of one must not become a case either.
    Rejection.objects.filter(pk=dispute.rejection.pk).update(reason_class="procedural", reason="wrong_addressee")
    with pytest.raises(NotAppealable):
        file_appeal(dispute.rejection, grounds="No.", by=acme.mara, at=at + timedelta(hours=1))


def test_a_clerical_rejection_can_be_appealed(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at, reason="data_missing", criterion="")
    assert case.rejection.reason_class == "clerical"
    assert case.evidence["criterion"] is None


def test_refuses_a_second_appeal_of_one_rejection(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(RejectionAnswered):
        file_appeal(case.rejection, grounds="Again.", by=acme.marc, at=at + timedelta(hours=2))
    assert Case.objects.count() == 1


def test_refuses_a_return_that_was_nurtured(acme: Cast, at: datetime) -> None:
    dispute = make_rejection(acme, at=at)
    nurture_lead(
        dispute.rejection, wake_on=at.date() + timedelta(days=90), note="", by=acme.mara, at=at + timedelta(hours=1)
    )
    with pytest.raises(RejectionAnswered):
        file_appeal(dispute.rejection, grounds="Too.", by=acme.mara, at=at + timedelta(hours=2))


def test_refuses_to_say_nothing(acme: Cast, at: datetime) -> None:
    dispute = make_rejection(acme, at=at)
    with pytest.raises(GroundsMissing):
        file_appeal(dispute.rejection, grounds="  \n", by=acme.mara, at=at + timedelta(hours=1))
    dispute.rejection.refresh_from_db()
    assert dispute.rejection.state == Rejection.State.OPEN


def test_counts_the_numbers_per_year_of_the_organisations_zone(acme: Cast) -> None:
    # 23:30 UTC on new year's eve is already 2027 in Vienna.
    first = make_case(acme, "amy", at=datetime(2026, 12, 30, 10, 0, tzinfo=UTC))
    second = make_case(acme, "ben", at=datetime(2026, 12, 31, 22, 30, tzinfo=UTC))
    third = make_case(acme, "cat", at=datetime(2027, 1, 4, 10, 0, tzinfo=UTC))
    assert [case.number for case in (first, second, third)] == ["2026-001", "2027-001", "2027-002"]


def test_the_handover_stays_rejected_until_the_ruling(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    assert Handover.objects.get(pk=case.handover_id).decision == Handover.Decision.REJECTED
