"""Case 15 of the agreed deadlines, end to end: rejection and arbitration."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from arbitration.actions import file_appeal, rule_on_case
from arbitration.models import Case
from leads.actions import HandoverAlreadyDecided, accept_handover, log_attempt
from leads.models import Handover
from sla.content import content_hash
from sla.models import AgreementVersion, Clock, CreditEntry, Subject
from smarketing.lib.scope import tenant_scope
from tests.arbitration.support import make_rejection
from tests.support import Cast, make_cast

# Monday, 12 January 2026, 09:00 in Vienna, and what follows, in UTC.
MONDAY_9 = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)
MONDAY_11 = datetime(2026, 1, 12, 10, 0, tzinfo=UTC)
TUESDAY_10 = datetime(2026, 1, 13, 9, 0, tzinfo=UTC)
WEDNESDAY_15 = datetime(2026, 1, 14, 14, 0, tzinfo=UTC)
THURSDAY_13 = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def sign_eight_business_hours(*, at: datetime) -> None:
    """Put a version in force that gives standard leads eight business hours."""
    founding = AgreementVersion.objects.get()
    content = founding.content
    for terms in content["commitments"]:
        if terms["key"] == "first_contact" and terms["tier"] == "standard":
            terms |= {"amount": 8, "unit": "business_hours"}
    AgreementVersion.objects.filter(pk=founding.pk).update(ends_at=at)
    AgreementVersion.objects.create(
        number=2, state="signed", content=content, content_hash=content_hash(content),
        starts_at=at, signed_at=at, created_at=at,
    )  # fmt: skip


@pytest.fixture
def january(db: None) -> Cast:
    """The cast, under such an agreement since the first of January."""
    cast = make_cast(at=datetime(2025, 12, 1, 9, 0, tzinfo=UTC))
    with tenant_scope(cast.acme.pk):
        sign_eight_business_hours(at=datetime(2025, 12, 31, 23, 0, tzinfo=UTC))
    return cast


def contact_clock(handover: Handover) -> Clock:
    return Clock.objects.get(subject=handover.subject_id, commitment="first_contact")


def appeal(cast: Cast) -> Case:
    """Handed over Monday 09:00, rejected 11:00, appealed Tuesday 10:00."""
    dispute = make_rejection(cast, at=MONDAY_9, rejected_after=MONDAY_11 - MONDAY_9)
    return file_appeal(dispute.rejection, grounds="640 people.", by=cast.mara, at=TUESDAY_10)


def test_rejecting_pauses_the_contact_clock_with_two_hours_used(january: Cast) -> None:
    with tenant_scope(january.acme.pk):
        clock = contact_clock(appeal(january).handover)
        assert (clock.state, clock.used_seconds) == ("paused", 2 * 3600)


def test_overturned_it_resumes_with_six_hours_and_is_due_on_thursday_at_13(january: Cast) -> None:
    with tenant_scope(january.acme.pk):
        case = appeal(january)
        rule_on_case(case, outcome="overturned", reasons="Fits.", by=january.rita, at=WEDNESDAY_15)
        clock = contact_clock(case.handover)
        assert (clock.state, clock.due_at) == ("running", THURSDAY_13)
        assert Subject.objects.get(pk=case.handover.subject_id).credit == "counted"


@pytest.mark.parametrize(
    ("contacted_at", "state"),
    [(THURSDAY_13, "met"), (THURSDAY_13 + timedelta(seconds=1), "breached")],
)
def test_the_moved_deadline_judges_the_contact(january: Cast, contacted_at: datetime, state: str) -> None:
    with tenant_scope(january.acme.pk):
        case = appeal(january)
        rule_on_case(case, outcome="overturned", reasons="Fits.", by=january.rita, at=WEDNESDAY_15)
        handover = Handover.objects.get(pk=case.handover_id)
        log_attempt(handover, channel="call", outcome="reached", by=january.sam, at=contacted_at)
        assert contact_clock(handover).state == state


def test_upheld_it_is_cancelled_and_the_credit_reversed_in_the_month(january: Cast) -> None:
    with tenant_scope(january.acme.pk):
        case = appeal(january)
        rule_on_case(case, outcome="upheld", reasons="Too small.", by=january.rita, at=WEDNESDAY_15)
        clock = contact_clock(case.handover)
        assert (clock.state, clock.breached_at) == ("cancelled", None)
        assert Subject.objects.get(pk=case.handover.subject_id).credit == "reversed"
        entries = CreditEntry.objects.filter(subject=case.handover.subject_id)
        assert {entry.month.isoformat() for entry in entries} == {"2026-01-01"}
        assert sum((entry.points for entry in entries), Decimal(0)) == 0


def test_nobody_decides_over_the_ruling(january: Cast) -> None:
    with tenant_scope(january.acme.pk):
        case = appeal(january)
        rule_on_case(case, outcome="overturned", reasons="Fits.", by=january.rita, at=WEDNESDAY_15)
        with pytest.raises(HandoverAlreadyDecided):
            accept_handover(Handover.objects.get(pk=case.handover_id), by=january.sam, at=WEDNESDAY_15)
