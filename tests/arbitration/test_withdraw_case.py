"""Taking an appeal back."""

from datetime import datetime, timedelta

import pytest

from arbitration.actions import AlreadyRuled, CaseWithdrawn, NotYourAppeal, rule_on_case, withdraw_case
from arbitration.models import Case
from events.models import Event
from leads.models import Rejection
from sla.models import Clock, Subject
from tests.arbitration.support import make_case
from tests.support import Cast

DAY = timedelta(days=1)


@pytest.mark.parametrize("who", ["mara", "marc"])
def test_makes_the_rejection_final_and_frees_the_board(acme: Cast, at: datetime, who: str) -> None:
    case = make_case(acme, at=at)
    withdraw_case(case, by=acme.people()[who], at=at + DAY)
    assert Case.objects.get(pk=case.pk).stage == "withdrawn"
    assert Rejection.objects.get(pk=case.rejection_id).state == "withdrawn"
    assert Clock.objects.get(subject=case.subject).state == "cancelled"
    assert Clock.objects.get(subject=case.handover.subject, commitment="first_contact").state == "cancelled"
    assert Subject.objects.get(pk=case.handover.subject_id).credit == "reversed"
    assert Event.objects.filter(kind="case.withdrawn", subject_id=case.pk).count() == 1


@pytest.mark.parametrize("who", ["sam", "sina", "rita", "ned", "ada"])
def test_refuses_who_did_not_file_it(acme: Cast, at: datetime, who: str) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(NotYourAppeal):
        withdraw_case(case, by=acme.people()[who], at=at + DAY)
    assert Case.objects.get(pk=case.pk).stage == "filed"


def test_refuses_after_the_ruling_and_a_second_time(acme: Cast, at: datetime) -> None:
    ruled, twice = make_case(acme, "amy", at=at), make_case(acme, "ben", at=at)
    rule_on_case(ruled, outcome="upheld", reasons="Too small.", by=acme.rita, at=at + DAY)
    with pytest.raises(AlreadyRuled):
        withdraw_case(ruled, by=acme.mara, at=at + DAY)
    withdraw_case(twice, by=acme.mara, at=at + DAY)
    with pytest.raises(CaseWithdrawn):
        withdraw_case(twice, by=acme.mara, at=at + DAY)
