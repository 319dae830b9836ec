"""Putting a ruling right: a second one of the chair, linked to the first."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction

from arbitration.actions import MayNotRule, NothingToCorrect, ReasonsMissing, appoint, correct_ruling, rule_on_case
from arbitration.models import Case, Precedent, Ruling
from arbitration.papers import paper_of
from arbitration.queries import case_detail, ruling_rows
from arbitration.queries.rulings import RulingFilter
from events.models import Event
from leads.actions import LeadWentOn, advance_handover, log_attempt
from leads.models import Handover, Rejection
from sla.models import Clock, CreditEntry, Subject
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role
from tests.arbitration.support import make_case
from tests.support import Cast, make_member

DAY = timedelta(days=1)


def ruled(cast: Cast, outcome: str, *, at: datetime, **more: str) -> Case:
    case = make_case(cast, at=at)
    rule_on_case(case, outcome=outcome, reasons="First.", by=cast.rita, at=at + DAY, **more)  # type: ignore[arg-type]
    return Case.objects.get(pk=case.pk)


def correct(case: Case, by: Membership, outcome: str, *, at: datetime, **more: str) -> Ruling:
    return correct_ruling(case, outcome=outcome, reasons="The register was misread.", by=by, at=at, **more)  # type: ignore[arg-type]


def points_of(handover: Handover) -> Decimal:
    entries = CreditEntry.objects.filter(subject=handover.subject_id).values_list("points", flat=True)
    return sum(entries, Decimal(0))


def test_overturned_instead_of_upheld_the_credit_and_the_contact_come_back(acme: Cast, at: datetime) -> None:
    case = ruled(acme, "upheld", at=at)
    first = Ruling.objects.get()
    second = correct(case, acme.rita, "overturned", at=at + 2 * DAY)
    assert (second.corrects, second.outcome) == (first, "overturned")
    handover = Handover.objects.get(pk=case.handover_id)
    assert handover.decision == "accepted_by_ruling"
    assert Subject.objects.get(pk=handover.subject_id).credit == "counted"
    assert points_of(handover) == handover.weight
    contact = Clock.objects.filter(subject=handover.subject_id, commitment="first_contact").order_by("cycle")
    # The wrong ruling's end stays on record; the time for it begins anew.
    assert [(clock.state, clock.started_at) for clock in contact] == [("cancelled", at), ("running", at + 2 * DAY)]
    assert Rejection.objects.get(pk=case.rejection_id).state == "overturned"
    event = Event.objects.get(kind="case.corrected")
    assert (event.data["corrects"], event.data["outcome"]) == (str(first.pk), "overturned")


def test_upheld_instead_of_overturned_the_credit_is_taken_back(acme: Cast, at: datetime) -> None:
    case = ruled(acme, "overturned", at=at)
    correct(case, acme.rita, "upheld", at=at + 2 * DAY)
    handover = Handover.objects.get(pk=case.handover_id)
    assert (handover.decision, handover.decided_by) == ("rejected", acme.sam)
    assert Subject.objects.get(pk=handover.subject_id).credit == "reversed"
    assert points_of(handover) == 0
    assert not Clock.objects.filter(subject=handover.subject_id, state="running").exists()


def test_a_lead_on_which_sales_went_on_stays_accepted(acme: Cast, at: datetime) -> None:
    case = ruled(acme, "overturned", at=at)
    handover = Handover.objects.get(pk=case.handover_id)
    log_attempt(handover, channel="call", outcome="reached", by=acme.sam, at=at + 2 * DAY)
    advance_handover(handover, progress="qualified", by=acme.sam, at=at + 2 * DAY)
    with pytest.raises(LeadWentOn):
        correct(case, acme.rita, "upheld", at=at + 3 * DAY)
    assert Ruling.objects.count() == 1


def test_the_same_outcome_with_better_reasons_moves_nothing(acme: Cast, at: datetime) -> None:
    case = ruled(acme, "upheld", at=at)
    before = Event.objects.filter(kind="handover.settled").count()
    correct(case, acme.rita, "upheld", at=at + 2 * DAY)
    assert Event.objects.filter(kind="handover.settled").count() == before


def test_a_correction_can_be_corrected_and_the_last_one_holds(acme: Cast, at: datetime) -> None:
    case = ruled(acme, "upheld", at=at)
    correct(case, acme.rita, "overturned", at=at + 2 * DAY)
    correct(case, acme.rita, "upheld", at=at + 3 * DAY)
    detail = case_detail(case, acme.rita, at=at + 4 * DAY, zone="Europe/Vienna")
    assert (detail.outcome, [old.outcome for old in detail.earlier]) == ("upheld", ["upheld", "overturned"])
    assert [row.outcome for row in ruling_rows(RulingFilter())] == ["upheld"]


def test_the_holding_of_a_corrected_ruling_loses_its_force(acme: Cast, at: datetime) -> None:
    case = ruled(acme, "upheld", at=at, holding="Small shops are out.")
    second = correct(case, acme.rita, "overturned", at=at + 2 * DAY, holding="Shops with 60 people are in.")
    old, new = Precedent.objects.order_by("published_at")
    assert (old.state, old.overruled_by, old.ended_at) == ("overruled", second, at + 2 * DAY)
    assert (new.state, new.ruling) == ("valid", second)


def test_only_what_is_decided_can_be_corrected_and_with_reasons(acme: Cast, at: datetime) -> None:
    case = make_case(acme, at=at)
    with pytest.raises(NothingToCorrect):
        correct(case, acme.rita, "upheld", at=at + DAY)
    rule_on_case(case, outcome="upheld", reasons="First.", by=acme.rita, at=at + DAY)
    with pytest.raises(ReasonsMissing):
        correct_ruling(case, outcome="overturned", reasons=" ", by=acme.rita, at=at + 2 * DAY)


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "ned", "ada"])
def test_no_other_role_corrects(acme: Cast, at: datetime, who: str) -> None:
    case = ruled(acme, "upheld", at=at)
    with pytest.raises(MayNotRule):
        correct(case, acme.people()[who], "overturned", at=at + 2 * DAY)


def test_a_deputy_rules_but_does_not_correct_not_even_by_hand(cast: Cast, at: datetime) -> None:
    eva = make_member(cast.acme, "eva", Role.EXECUTIVE, at=at)
    with tenant_scope(cast.acme.pk):
        appoint(eva, kind="deputy", by=cast.rita, at=at)
        case = ruled(cast, "upheld", at=at)
        with pytest.raises(MayNotRule):
            correct(case, eva, "overturned", at=at + 2 * DAY)
        values = {"case": case, "outcome": "overturned", "reasons": "Mine.", "by": eva, "at": at + 2 * DAY}
        with pytest.raises(ProgrammingError, match="chair corrects"), transaction.atomic():
            Ruling.objects.create(corrects=Ruling.objects.get(), **values)


def test_the_paper_says_which_of_two_rulings_holds(acme: Cast, at: datetime) -> None:
    case = ruled(acme, "upheld", at=at)
    correct(case, acme.rita, "overturned", at=at + 2 * DAY)
    told = paper_of(Case.objects.get(pk=case.pk), acme.acme)
    assert [(row["outcome"], row["correction"]) for row in told["rulings"]] == [
        ("Rejection overturned", "This ruling corrects an earlier one."),
        ("Rejection upheld", "Corrected by the ruling above."),
    ]
    # In the order in which it was said: sales rejected before marketing appealed.
    assert [claim["who"] for claim in told["claims"]] == ["Sales, Sam", "Marketing, Mara"]
