"""Stages: moves by hand, what they demand, cycles, history, standing still, waking up."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from events.models import Event
from leads.actions import (
    EntryGaps,
    OwnedBySales,
    StageAlready,
    StageNotByHand,
    WakeUpInThePast,
    accept_handover,
    advance_handover,
    change_stage,
    hand_over,
    log_attempt,
    move_lead,
    nurture_lead,
    reject_handover,
    take_in,
    tell_of_dwelling,
    wake_leads,
)
from leads.actions.staging import StageChanged
from leads.models import Behaviour, Handover, Lead, StageSetting
from leads.queries.stages import stage_labels, stays_of
from leads.stages import ORDER, STAGES, ends_cycle, is_forward
from notifications.models import Notification
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from tests.leads.makers import captured, kinds_of, make_handover, make_lead, ready_at
from tests.support import Cast, run_outbox

NOBODY_YET: dict[str, Any] = {"behaviours": ()}


def set_stage(cast: Cast, at: datetime, stage: str, **changes: Any) -> StageSetting:
    told: dict[str, Any] = {"label": "", "dwell_days": None, "entry": [], "revision": 1} | changes
    return change_stage(stage, by=cast.ada, at=at, **told)


def contacted(cast: Cast, at: datetime) -> Handover:
    handover = accept_handover(make_handover(at=at, by=cast.mara), by=cast.sam, at=at)
    log_attempt(handover, channel="call", outcome="reached", occurred_at=at, by=cast.sam, at=at)
    return Handover.objects.get(pk=handover.pk)


def demand(field: str, operator: str = "is_present", value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def test_forward_is_towards_the_customer() -> None:
    assert is_forward("lead", "mql")
    assert is_forward("nurture", "lead")
    assert not is_forward("sql", "sal")
    assert not is_forward("customer", "nurture")


def test_what_ends_a_cycle() -> None:
    ending = {(a, b) for a in STAGES for b in STAGES if a != b and ends_cycle(a, b)}
    from_sales = {(a, b) for a in ORDER[3:] for b in ("lead", "prospect", "nurture", "disqualified")}
    assert ending == from_sales | {("mql", "nurture"), ("mql", "disqualified")}


def test_marketing_sorts_a_lead_and_says_why_it_goes_back(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at, **NOBODY_YET)
    assert lead.stage == "prospect"
    with pytest.raises(InvalidInput) as refused:
        move_lead(lead, stage="lead", by=acme.mara, at=at)
    assert [error.pointer for error in refused.value.errors] == ["/reason"]
    later = at + timedelta(hours=1)
    lead = move_lead(lead, stage="disqualified", reason="A student's thesis", by=acme.mara, at=later)
    assert (lead.stage, lead.stage_since) == ("disqualified", later)
    moved = Event.objects.filter(kind="lead.moved").latest("at")
    assert moved.data == {"from": "prospect", "to": "disqualified", "cycle": 1, "by_hand": True}
    assert "thesis" not in str(moved.data)
    stays = stays_of(lead)
    assert [(stay.stage, stay.by_name, stay.reason, stay.backwards) for stay in stays] == [
        ("disqualified", "Mara", "A student's thesis", True),
        ("prospect", "", "", False),
        ("lead", "", "", False),
    ]
    assert stays[1].left_at == later


@pytest.mark.parametrize("stage", ["mql", "sal", "sql", "opportunity", "customer"])
def test_no_hand_moves_a_lead_where_an_agreement_decides(acme: Cast, at: datetime, stage: str) -> None:
    lead = make_lead(at=at, **NOBODY_YET)
    with pytest.raises(StageNotByHand):
        move_lead(lead, stage=stage, by=acme.mara, at=at)


@pytest.mark.parametrize("reason", ["", "x"])
def test_a_stage_that_there_is_not_is_a_wrong_field(acme: Cast, at: datetime, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        move_lead(make_lead(at=at, **NOBODY_YET), stage="nowhere", reason=reason, by=acme.mara, at=at)
    assert [fault.pointer for fault in refused.value.errors] == ["/stage"]


def test_refuses_the_stage_it_is_in_and_sales_hands(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at, **NOBODY_YET)
    with pytest.raises(StageAlready):
        move_lead(lead, stage="prospect", by=acme.mara, at=at)
    with pytest.raises(StageNotByHand):
        move_lead(lead, stage="nurture", reason="x", by=acme.sam, at=at)


def test_while_sales_owns_a_lead_only_sales_takes_a_step_back(acme: Cast, at: datetime) -> None:
    handover = contacted(acme, at)
    advance_handover(handover, progress="opportunity", amount=Decimal(900), by=acme.sam, at=at)
    first = Handover.objects.get(pk=handover.pk).opportunity_at
    lead = Lead.objects.get()
    with pytest.raises(OwnedBySales):
        move_lead(lead, stage="nurture", reason="Too early", by=acme.mara, at=at)
    with pytest.raises(StageNotByHand):
        move_lead(lead, stage="sal", reason="x", by=acme.sam, at=at)
    lead = move_lead(lead, stage="sql", reason="No budget this year", by=acme.sam, at=at)
    handover = Handover.objects.get(pk=handover.pk)
    assert (lead.stage, handover.progress) == ("sql", "qualified")
    advance_handover(handover, progress="opportunity", by=acme.sam, at=at + timedelta(days=9))
    handover = Handover.objects.get(pk=handover.pk)
    assert (handover.opportunity_at, handover.amount, handover.lead.stage) == (first, Decimal(900), "opportunity")


def test_a_stage_demands_and_names_what_is_missing(acme: Cast, at: datetime) -> None:
    set_stage(acme, at, "opportunity", entry=[demand("amount", "at_least", 500), demand("website"), demand("phone")])
    handover = contacted(acme, at)
    with pytest.raises(EntryGaps) as refused:
        advance_handover(handover, progress="opportunity", amount=Decimal(499), by=acme.sam, at=at)
    assert refused.value.extra["gaps"] == ["amount"]
    assert "500" in refused.value.sentence
    assert (Handover.objects.get().progress, Lead.objects.get().stage) == ("contacted", "sal")
    advance_handover(handover, progress="opportunity", amount=Decimal(500), by=acme.sam, at=at)
    assert Lead.objects.get().stage == "opportunity"


def test_demands_of_a_customer_do_not_keep_a_lead_from_being_lost(acme: Cast, at: datetime) -> None:
    set_stage(acme, at, "customer", entry=[demand("industry", "equals", "banking")])
    handover = contacted(acme, at)
    with pytest.raises(EntryGaps):
        advance_handover(handover, outcome="won", amount=Decimal(5), by=acme.sam, at=at)
    advance_handover(handover, outcome="lost", reason="price", by=acme.sam, at=at)
    assert Lead.objects.get().stage == "nurture"


def test_a_prospect_needs_what_the_organisation_demands(acme: Cast, at: datetime) -> None:
    set_stage(acme, at, "prospect", entry=[demand("phone")])
    lead = take_in(captured("x@example.org", person={"phone": ""}, behaviours=()), at=at).lead
    assert (lead.fit_grade, lead.stage) == ("A", "lead")
    with pytest.raises(EntryGaps):
        move_lead(lead, stage="prospect", by=acme.mara, at=at)
    assert make_lead(at=at, **NOBODY_YET).stage == "prospect"


@pytest.mark.parametrize(
    ("stage", "changes", "pointer"),
    [
        ("visitor", {}, "/stage"),
        ("mql", {"entry": [demand("phone")]}, "/entry"),
        ("sql", {"entry": [demand("nothing")]}, "/entry/0/field"),
        ("sql", {"entry": [demand("phone", "at_least", 5)]}, "/entry/0/operator"),
        ("sql", {"entry": [demand("amount", "between", [5])]}, "/entry/0/value"),
        ("sql", {"entry": [demand("phone")] * 11}, "/entry"),
        ("sql", {"dwell_days": 0}, "/dwell_days"),
        ("sql", {"label": "x" * 41}, "/label"),
    ],
)
def test_names_what_is_wrong_with_a_stage(
    acme: Cast, at: datetime, stage: str, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_stage(acme, at, stage, **changes)
    assert pointer in [error.pointer for error in refused.value.errors]
    assert not StageSetting.objects.exists()


def test_two_people_change_one_stage_and_one_is_told(acme: Cast, at: datetime) -> None:
    set_stage(acme, at, "sql", label="Qualified")
    with pytest.raises(StageChanged):
        set_stage(acme, at, "sql", label="Ready")
    assert stage_labels()["sql"] == "Qualified"
    assert stage_labels()["mql"] == "MQL"


def rejected(cast: Cast, at: datetime) -> Any:
    handover = make_handover(at=at, by=cast.mara, behaviours=(), intent="talk_to_sales")
    return reject_handover(handover, reason="not_fitting", criterion="role", note="", by=cast.sam, at=at)


def test_recycling_closes_a_cycle_and_a_new_mql_opens_the_next(acme: Cast, at: datetime) -> None:
    nurture_lead(rejected(acme, at), wake_on=date(2026, 3, 20), by=acme.mara, at=at)
    lead = Lead.objects.get()
    assert (lead.cycle, lead.wants_sales_talk, lead.recycled_at) == (1, False, at)
    later = at + timedelta(days=3)
    lead = take_in(captured(behaviours=ready_at(later)), at=later).lead
    assert (lead.stage, lead.cycle, lead.tier, lead.wake_on) == ("mql", 2, "standard", None)
    told = [kind for kind in kinds_of(lead) if kind in ("lead.qualified", "lead.recycled")]
    assert told == ["lead.qualified", "lead.recycled", "lead.qualified"]


def test_an_mql_that_loses_its_tier_goes_back_within_its_cycle(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at)
    later = at + timedelta(days=30)
    lead = take_in(captured(), at=later).lead
    assert (lead.stage, lead.tier, lead.cycle) == ("prospect", "", 1)
    lead = take_in(captured(behaviours=ready_at(later)), at=later).lead
    assert (lead.stage, lead.cycle) == ("mql", 1)
    assert "lead.recycled" not in kinds_of(lead)


def test_a_nurtured_lead_wakes_on_its_morning_once(acme: Cast, at: datetime) -> None:
    nurture_lead(rejected(acme, at), wake_on=date(2026, 3, 20), by=acme.mara, at=at)
    # 06:59 in Vienna, an hour ahead of UTC.
    night = datetime.fromisoformat("2026-03-20T05:59:00Z")
    wake_leads(night)
    assert Lead.objects.get().stage == "nurture"
    morning = night + timedelta(minutes=1)
    wake_leads(morning)
    wake_leads(morning + timedelta(minutes=15))
    lead = Lead.objects.get()
    assert (lead.stage, lead.wake_on, lead.tier, lead.scored_at) == ("prospect", None, "", morning)
    assert kinds_of(lead).count("lead.woke") == 1
    run_outbox(organisation=acme.acme, at=now())
    assert [notice.member for notice in Notification.objects.filter(kind="lead.woke")] == [acme.mara]
    # Its next qualification is a new one.
    lead = take_in(captured(behaviours=ready_at(morning)), at=morning).lead
    assert (lead.stage, lead.cycle) == ("mql", 2)


def test_a_lead_that_wakes_up_qualified_waits_for_its_marketer(acme: Cast, at: datetime) -> None:
    nurture_lead(rejected(acme, at), wake_on=date(2026, 3, 20), by=acme.mara, at=at)
    morning = datetime.fromisoformat("2026-03-20T07:00:00Z")
    lead = Lead.objects.get()
    Behaviour.objects.bulk_create([Behaviour(lead=lead, kind=did.kind, at=did.at) for did in ready_at(morning)])
    wake_leads(morning)
    lead = Lead.objects.get()
    assert (lead.stage, lead.cycle, Handover.objects.count()) == ("mql", 2, 1)


def test_nurture_by_hand_takes_a_day_to_come(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at, **NOBODY_YET)
    with pytest.raises(WakeUpInThePast):
        move_lead(lead, stage="nurture", reason="Later", wake_on=date(2026, 3, 2), by=acme.mara, at=at)
    lead = move_lead(lead, stage="nurture", reason="Later", wake_on=date(2026, 3, 3), by=acme.mara, at=at)
    assert (lead.stage, lead.wake_on) == ("nurture", date(2026, 3, 3))


def test_standing_still_is_told_once_per_stay(acme: Cast, at: datetime) -> None:
    set_stage(acme, at, "sal", dwell_days=5)
    contacted(acme, at)
    other = make_lead(at=at, email="other@example.org")
    tell_of_dwelling(at + timedelta(days=5, seconds=-1))
    assert not Event.objects.filter(kind="lead.dwelling").exists()
    for hours in (0, 1):
        tell_of_dwelling(at + timedelta(days=5, hours=hours))
    event = Event.objects.get(kind="lead.dwelling")
    assert event.data == {"stage": "sal", "days": 5, "owner": str(acme.sam.pk)}
    lead = Lead.objects.exclude(pk=other.pk).get()
    assert lead.dwelling_since == lead.stage_since
    handover = Handover.objects.get()
    advance_handover(handover, progress="qualified", by=acme.sam, at=at + timedelta(days=6))
    assert Lead.objects.get(pk=lead.pk).dwelling_since is None
    run_outbox(organisation=acme.acme, at=now())
    assert [notice.member for notice in Notification.objects.filter(kind="lead.dwelling")] == [acme.sam]


def test_a_way_is_read_in_two_queries_however_long(acme: Cast, at: datetime, django_assert_num_queries: Any) -> None:
    lead = make_lead(at=at, **NOBODY_YET)
    for hours in range(6):
        stage = "prospect" if hours % 2 else "lead"
        lead = move_lead(lead, stage=stage, reason="again", by=acme.mara, at=at + timedelta(hours=hours))
    with django_assert_num_queries(2):
        assert len(stays_of(lead)) == 8


def test_a_lead_may_be_handed_over_from_every_stage_by_hand(acme: Cast, at: datetime) -> None:
    lead = make_lead(at=at, **NOBODY_YET)
    handover = hand_over(lead, by=acme.mara, at=at, override_reason="They called us")
    assert (handover.cycle, Lead.objects.get().stage) == (1, "mql")
