"""Handing over: the gate, what is frozen, who gets it, what starts to run."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from leads.actions import (
    BelowThreshold,
    GateClosed,
    LeadWithSales,
    NotARep,
    accept_handover,
    assign_handover,
    edit_lead,
    hand_over,
    hand_over_qualified,
    take_in,
)
from leads.models import Handover, Lead
from sla.models import Clock, CreditEntry, Subject
from tests.leads.makers import captured, clock_of, kinds_of, make_handover, make_lead, make_rep
from tests.support import Cast


def test_sends_a_lead_with_its_clocks_and_its_credit(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    assert (handover.tier, handover.weight, handover.assigned_to, handover.sent_by) == (
        "standard", Decimal(1), acme.sam, acme.mara,
    )  # fmt: skip
    assert set(Clock.objects.values_list("commitment", "state", "owner")) == {
        ("decision", "running", acme.sam.pk),
        ("first_contact", "running", acme.sam.pk),
        ("attempts", "running", acme.sam.pk),
    }
    assert clock_of(handover, "first_contact").due_at == at + timedelta(hours=24)
    assert list(CreditEntry.objects.values_list("kind", "points")) == [("given", Decimal(1))]
    assert kinds_of(handover) == ["handover.sent"]
    assert handover.snapshot["fields"]["company_name"] == "Example GmbH"


def test_a_hand_raiser_weighs_three_and_is_due_in_a_business_hour(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at, intent="talk_to_sales")
    assert (handover.tier, handover.weight) == ("hand_raiser", Decimal(3))
    assert clock_of(handover, "first_contact").due_at == at + timedelta(hours=1)


def test_names_what_the_agreement_misses(acme: Cast, at: datetime) -> None:
    lead = take_in(captured(company={"name": "", "country": ""}), at=at).lead
    Lead.objects.filter(pk=lead.pk).update(company=None)
    with pytest.raises(GateClosed) as refused:
        hand_over(lead, by=acme.mara, at=at)
    assert refused.value.extra["missing"] == ["company_name", "country"]
    assert not Handover.objects.exists()
    assert not Subject.objects.exists()


def test_an_override_does_not_open_the_gate_for_the_excluded(acme: Cast, at: datetime) -> None:
    lead = edit_lead(make_lead(at=at), changes={}, attributes={"competitor": True}, by=acme.mara, at=at)
    with pytest.raises(GateClosed) as refused:
        hand_over(lead, by=acme.mara, at=at, override_reason="They asked")
    assert refused.value.extra["excluded"] == ["competitor"]


def test_below_the_threshold_only_with_a_reason(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at, behaviours=())
    with pytest.raises(BelowThreshold):
        hand_over(lead, by=acme.mara, at=at)
    handover = hand_over(lead, by=acme.mara, at=at, override_reason="Met at the fair")
    assert (handover.tier, handover.override_reason) == ("standard", "Met at the fair")
    assert Lead.objects.get().stage == "mql"


def test_a_lead_that_sales_has_is_not_sent_twice(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    with pytest.raises(LeadWithSales) as refused:
        hand_over(handover.lead, by=acme.mara, at=at)
    assert refused.value.extra["handover"] == str(handover.pk)
    accept_handover(handover, by=acme.sam, at=at)
    with pytest.raises(LeadWithSales):
        hand_over(handover.lead, by=acme.mara, at=at)
    assert Handover.objects.count() == 1


def test_goes_by_itself_only_when_qualified(acme: Cast, at: datetime) -> None:
    ready = make_lead(at=at)
    handover = hand_over_qualified(ready, at=at)
    assert handover is not None
    # Whoever answers for the lead is the one to whom it would come back.
    assert handover.sent_by == acme.mara
    assert hand_over_qualified(ready, at=at) is None
    assert hand_over_qualified(make_lead(at=at, email="b@example.com", behaviours=()), at=at) is None


def test_spreads_evenly_also_after_an_absence(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    for number in range(7):
        make_handover(by=acme.mara, at=at, email=f"{number}@example.com")
    given = Counter(Handover.objects.values_list("assigned_to", flat=True))
    assert sorted(given.values()) == [3, 4]
    type(pam).objects.filter(pk=pam.pk).update(is_active=False)
    for number in range(7, 12):
        make_handover(by=acme.mara, at=at, email=f"{number}@example.com")
    type(pam).objects.filter(pk=pam.pk).update(is_active=True)
    later = [make_handover(by=acme.mara, at=at, email=f"{number}@example.com") for number in range(12, 16)]
    # Back from an absence she is next once, not until she has caught up.
    assert [handover.assigned_to for handover in later] == [pam, acme.sam, pam, acme.sam]


def test_without_a_rep_it_waits_unassigned_for_the_manager(acme: Cast, at: datetime) -> None:
    type(acme.sam).objects.filter(pk=acme.sam.pk).update(is_active=False)
    handover = make_handover(by=acme.mara, at=at)
    assert handover.assigned_to is None
    assert clock_of(handover, "decision").owner is None


def test_reassigning_moves_the_clocks_but_no_deadline(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    pam = make_rep("pam", at=at)
    due_at = clock_of(handover, "decision").due_at
    assign_handover(handover, to=pam, by=acme.sina, at=at + timedelta(hours=2))
    clock = clock_of(handover, "decision")
    assert (clock.owner, clock.due_at) == (pam, due_at)
    with pytest.raises(NotARep):
        assign_handover(handover, to=acme.mara, by=acme.sina, at=at + timedelta(hours=3))
