"""Leads, campaigns and handovers of the world."""

from datetime import datetime, timedelta
from decimal import Decimal

from leads import normal
from leads.actions import (
    When,
    accept_handover,
    add_attribute,
    add_evidence,
    add_insight,
    book_cost,
    change_routing,
    change_stage,
    create_campaign,
    edit_lead,
    find_duplicates,
    give_feedback,
    hand_over,
    log_attempt,
    map_name,
    merge_leads,
    plan_follow_up,
    reject_handover,
    start_bulk_handover,
    start_preview,
    take_in,
)
from leads.actions.campaigns import meet_names
from leads.actions.changing_many import change_many
from leads.actions.saving_views import open_with, save_view
from leads.capture import Attribution, BehaviourFact, Captured, CompanyFacts, ConsentFact, Person, Touch
from leads.models import Cover, Handover, Rejection, UtmName
from leads.routing import Condition, Plan, Rule, Target
from sla.models import AgreementVersion, Clock, Verification
from tenants.actions import plan_absence
from tenants.files import Upload
from tenants.models import Absence
from tenants.roles import Role
from tests.tenants.world.house import CRITERION, House

# Long after what is requested of the world.
AWAY_FROM = timedelta(days=189)


def captured(name: str, mark: str, *, at: datetime) -> Captured:
    """Return a person whom the gate lets through, the mark in every text that people can fill."""
    touch = Touch(source=mark, medium=mark, campaign=mark, at=at)
    return Captured(
        person=Person(f"{name}.{mark}@{mark}.example.com", mark, name, "+43 1 58858", f"CTO {mark}"),
        company=CompanyFacts(f"{name} {mark} GmbH", f"https://{name}-{mark}.com", 120, "logistics", "AT"),
        message=f"message {mark}",
        attribution=Attribution(touch, touch, {"gclid": mark}, f"/{mark}", f"https://{mark}.example"),
        behaviours=(BehaviourFact("pricing_viewed", at, {"page": mark}), BehaviourFact("webinar_attended", at)),
        consents=(ConsentFact("sales_contact", text=f"I agree {mark}", text_version=mark, captured_at=at),),
        custom={f"budget_{mark}": mark},
    )


def _handed_over(house: House, name: str, *, at: datetime) -> Handover:
    marketer = house.staff[Role.MARKETER]
    lead = take_in(captured(name, house.mark, at=at), at=at, marketer=marketer).lead
    return hand_over(lead, by=marketer, at=at, note=f"note {house.mark}")


def furnish_leads(house: House, *, at: datetime) -> None:
    rep, mark, things = house.staff[Role.SALES_REP], house.mark, house.things
    marketer = house.staff[Role.MARKETER]
    campaign = create_campaign(name=f"campaign {mark}", utm=mark, channel=mark, owner=marketer, by=marketer, at=at)
    things["campaign"] = str(campaign.pk)
    cost = book_cost(campaign, booked_on=at.date(), amount=Decimal(500), note=f"stand {mark}", by=marketer, at=at)
    things["cost"] = str(cost.pk)
    give_feedback(campaign, verdict="mixed", text=f"some {mark}", by=rep, at=at)
    meet_names({normal.fold(f"known {mark}"): (f"known {mark}", at)})
    map_name(UtmName.objects.get(), to=campaign, by=house.staff[Role.MARKETING_MANAGER], at=at)
    meet_names({normal.fold(f"unknown {mark}"): (f"unknown {mark}", at)})
    things["utm_name"] = str(UtmName.objects.get(state="unknown").pk)
    pending = _handed_over(house, "pending", at=at)
    things["handover"], things["lead"] = str(pending.pk), str(pending.lead_id)
    fresh = take_in(captured("fresh", mark, at=at), at=at, marketer=house.staff[Role.MARKETER]).lead
    things["fresh_lead"], things["fresh_number"] = str(fresh.pk), str(fresh)
    accepted = accept_handover(_handed_over(house, "accepted", at=at), by=rep, at=at + timedelta(minutes=20))
    log_attempt(
        accepted, channel="call", outcome="reached", note=f"spoke {mark}", by=rep, at=at + timedelta(minutes=30)
    )
    things["accepted"] = str(accepted.pk)
    planned = plan_follow_up(
        pending.lead, what=f"step {mark}", when=When(at=at + timedelta(days=3)), assigned_to=rep, by=rep, at=at
    )
    things["step"] = str(planned.pk)
    # Young enough to be corrected when the world is asked.
    learned_at = at + timedelta(minutes=118)
    learned = add_insight(text=f"insight {mark}", tags=[f"tag {mark}"], lead=pending.lead, by=rep, at=learned_at)
    things["insight"] = str(learned.pk)
    returned = rejected(house, "returned", at=at).handover
    things["returned"] = str(returned.pk)
    upload = Upload(f"proof {mark}.txt", f"proof {mark}".encode())
    [proof] = add_evidence(returned, uploads=[upload], by=rep, at=at + timedelta(minutes=40))
    things["evidence"] = str(proof.pk)
    # Two pairs of one person each: one only suggested, one merged.
    twin = take_in(captured("twin", mark, at=at), at=at, marketer=house.staff[Role.MARKETER]).lead
    things["other_lead"] = str(twin.pk)
    find_duplicates(fresh, at=at)
    things["duplicate"] = str(find_duplicates(twin, at=at)[0].pk)
    again = take_in(captured("again", mark, at=at), at=at, marketer=house.staff[Role.MARKETER]).lead
    third = take_in(captured("third", mark, at=at), at=at, marketer=house.staff[Role.MARKETER]).lead
    things["merged_lead"] = str(merge_leads(again, third, by=house.staff[Role.MARKETER], at=at).survivor_id)
    attribute = add_attribute(
        label=f"attribute {mark}", kind="text", key="own", by=house.staff[Role.ADMINISTRATOR], at=at
    )
    things["attribute"] = str(attribute.pk)
    entry = [{"field": "own", "operator": "contains", "value": mark}]
    told = {"label": f"stage {mark}"[:40], "dwell_days": None, "entry": entry, "revision": 1}
    change_stage("opportunity", by=house.staff[Role.ADMINISTRATOR], at=at, **told)
    edit_lead(again, changes={}, attributes={"own": mark}, by=house.staff[Role.MARKETER], at=at)
    marketing_manager = house.staff[Role.MARKETING_MANAGER]
    start_preview(AgreementVersion.objects.get(number=1), next_url=mark, by=marketing_manager, at=at)
    things["rule"] = mark
    rule = Rule(
        mark, f"rule {mark}", True, (Condition("source", "equals", f"from {mark}"),), Target("rep", str(rep.pk))
    )
    change_routing(Plan((rule,)), based_on=0, change="rule_added", by=house.staff[Role.SALES_MANAGER], at=at)
    bulk = start_bulk_handover([fresh], note=f"bulk {mark}", by=house.staff[Role.MARKETER], at=at)
    things["bulk_job"] = str(bulk.pk)
    changed = change_many([fresh.pk], change="wake", by=house.staff[Role.MARKETER], at=at, next_url=mark)
    things["change_job"] = str(changed.pk)
    view = save_view(name=f"view {mark}"[:60], query="stage=mql", is_shared=True, by=house.staff[Role.MARKETER], at=at)
    things["saved_view"] = str(view.pk)
    open_with(view, by=house.staff[Role.AUDITOR], at=at)
    away = at.date() + AWAY_FROM
    absence = plan_absence(rep, first_day=away, last_day=away, deputy=house.staff[Role.SALES_MANAGER], by=rep, at=at)
    things["absence"] = str(absence.pk)
    things["clock"] = str(Clock.objects.filter(subject=pending.subject_id).order_by("pk")[:1].get().pk)


def rejected(house: House, name: str, *, at: datetime) -> Rejection:
    return reject_handover(
        _handed_over(house, name, at=at),
        reason="not_fitting",
        criterion=CRITERION,
        note=f"too small {house.mark}",
        evidence_url=f"https://{house.mark}.example/register",
        by=house.staff[Role.SALES_REP],
        at=at + timedelta(minutes=30),
    )


def furnish_covers(house: House, *, at: datetime) -> None:
    """What somebody stands in for, and a check of the clocks."""
    rep, deputy = house.staff[Role.SALES_REP], house.staff[Role.SALES_MANAGER]
    absence = Absence.objects.order_by("pk")[:1].get()
    handover = Handover.objects.get(pk=house.things["handover"])
    people = {"absent": rep, "deputy": deputy}
    Cover.objects.create(handover=handover, absence=absence, side="sales", at=at, ended_at=at, **people)
    Verification.objects.create(started_at=at, finished_at=at, checked=1)
