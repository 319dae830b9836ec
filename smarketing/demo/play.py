"""Playing one lead's story with the real actions, each at its own time, in one transaction."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from arbitration.actions import file_appeal, rule_on_case, suggested_of
from arbitration.models import Case, Ruling, Seat
from intake.actions import judge, receive
from intake.models import Form
from leads.actions import (
    When,
    accept_handover,
    advance_handover,
    log_attempt,
    nurture_lead,
    plan_follow_up,
    reject_handover,
    resend_lead,
)
from leads.models import Handover, Rejection
from sla.business_time import Hours
from sla.queries import calendar_in_force, hours_for
from smarketing.demo import scenery
from smarketing.demo.casting import CONTACT, GUIDE, Company
from smarketing.demo.story import Story
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tenants.roles import Role

# How far back next steps still wait for somebody, and what they are.
REMEMBERED = timedelta(days=6)
NEXT_STEPS = ("Send the offer", "Call again after their meeting", "Ask about the budget", "Agree on a visit")

Step = tuple[datetime, Callable[[datetime], object]]


class NothingThere(Exception):
    """A step of the story has lost its ground, because a rule refused the step before: no refusal of the product's."""

    code = "nothing_there"


@dataclass
class Stage:
    """Where stories are played: the company, its hours, the present, and a count of refused steps by code."""

    company: Company
    sales: Hours
    marketing: Hours
    forms: dict[str, Form]
    until: datetime
    refused: Counter[str]


def set_stage(company: Company, *, until: datetime) -> Stage:
    """Return the stage of one company; ``until`` is where the present begins."""
    with tenant_scope(company.organisation.pk):
        sales, marketing = (hours_for(calendar_in_force(key)) for key in ("sales", "marketing"))
        forms = {form.name: form for form in Form.objects.select_related("key", "owner")}
    return Stage(company, sales, marketing, forms, until, Counter())


def play(story: Story, stage: Stage) -> None:
    """Play the story up to the present; what a rule refuses is counted, not hidden."""
    with tenant_scope(stage.company.organisation.pk):
        form = stage.forms[CONTACT if story.hand_raiser else GUIDE]
        received = receive(_post(story), content_type="application/json", at=story.arrived_at, form=form)
        lead = judge(received.submission, at=story.arrived_at).lead
        handover = Handover.objects.select_related("assigned_to", "sent_by").filter(lead=lead).first() if lead else None
        if handover is None or handover.assigned_to is None:
            return
        for at, act in sorted(_steps(story, handover, stage), key=lambda step: step[0]):
            if at < stage.until:
                _try(act, at, stage)


def _try(act: Callable[[datetime], object], at: datetime, stage: Stage) -> None:
    try:
        act(at)
    except (DomainError, NothingThere) as refusal:
        stage.refused[refusal.code] += 1


def _steps(story: Story, handover: Handover, stage: Stage) -> Iterator[Step]:
    """Yield what sales does with the handover; later steps read the row again, for it has changed."""
    reaction, rep = story.reaction, handover.assigned_to
    if rep is None:
        return
    decided_at = stage.sales.add(handover.sent_at, reaction.decide_after)
    if reaction.contact_after is not None:
        contacted_at = _contact_at(story, handover, stage)
        outcome = "reached" if reaction.reached else "no_answer"
        yield contacted_at, lambda at: _attempt(handover, rep, outcome, at)
        if not reaction.reached:
            again = stage.sales.add(contacted_at, 5 * 3600)
            yield again, lambda at: _attempt(handover, rep, "reached", at)
    if reaction.decision == "accept":
        yield decided_at, lambda at: accept_handover(_fresh(handover), by=rep, at=at)
        yield from _progress(story, handover, rep, decided_at, stage)
    elif reaction.decision == "reject":
        yield decided_at, lambda at: _reject(story, handover, rep, at)
        yield from _answer(story, handover, decided_at, stage)


def _contact_at(story: Story, handover: Handover, stage: Stage) -> datetime:
    in_hours = stage.sales.add(handover.sent_at, story.reaction.contact_after or 1)
    elapsed = handover.sent_at + timedelta(seconds=story.reaction.contact_after or 1)
    # Somebody is on duty when the day of the deadline has no opening hours.
    late = in_hours - handover.sent_at > timedelta(hours=24)
    return elapsed if late and story.reaction.weekend_duty else in_hours


def _fresh(handover: Handover) -> Handover:
    return Handover.objects.select_related("lead", "subject", "version").get(pk=handover.pk)


def _attempt(handover: Handover, rep: Membership, outcome: str, at: datetime) -> None:
    log_attempt(_fresh(handover), channel="call", outcome=outcome, by=rep, at=at)


def _progress(story: Story, handover: Handover, rep: Membership, since: datetime, stage: Stage) -> Iterator[Step]:
    reaction, day = story.reaction, 8 * 3600
    if not reaction.qualified:
        return
    qualified_at = stage.sales.add(since, day)
    yield qualified_at, lambda at: advance_handover(_fresh(handover), progress="qualified", by=rep, at=at)
    if not reaction.opportunity:
        # What was planned long ago has been done by now.
        if stage.until - qualified_at < REMEMBERED:
            yield qualified_at, lambda at: _plan_next(handover, rep, stage.sales.add(at, 2 * day), stage, at)
        return
    amount = Decimal(reaction.amount)
    opened_at = stage.sales.add(qualified_at, 3 * day)
    yield opened_at, lambda at: advance_handover(_fresh(handover), progress="opportunity", amount=amount, by=rep, at=at)
    closed_at = stage.sales.add(opened_at, 12 * day)
    if reaction.outcome == "won":
        yield closed_at, lambda at: advance_handover(_fresh(handover), outcome="won", amount=amount, by=rep, at=at)
    elif reaction.outcome == "lost":
        yield closed_at, lambda at: advance_handover(_fresh(handover), outcome="lost", reason="price", by=rep, at=at)


def _plan_next(handover: Handover, rep: Membership, due_at: datetime, stage: Stage, at: datetime) -> None:
    when = When(at=due_at, zone=stage.company.organisation.zone)
    plan_follow_up(_fresh(handover).lead, what=NEXT_STEPS[due_at.day % len(NEXT_STEPS)], when=when, by=rep, at=at)


def _reject(story: Story, handover: Handover, rep: Membership, at: datetime) -> None:
    note, _ = scenery.CLAIMS[story.reaction.criterion]
    reason, criterion = story.reaction.reason, story.reaction.criterion
    reject_handover(_fresh(handover), reason=reason, criterion=criterion, note=note, by=rep, at=at)


def _rejection(handover: Handover) -> Rejection:
    rows = Rejection.objects.select_related("handover__lead", "handover__subject", "handover__version")
    found = rows.filter(handover=handover).order_by("at").last()
    if found is None:
        raise NothingThere("Silence had accepted before anybody rejected.")
    return found


def _answer(story: Story, handover: Handover, since: datetime, stage: Stage) -> Iterator[Step]:
    """Yield what marketing does with a returned lead, and the board with an appeal."""
    reaction, marketer = story.reaction, handover.sent_by or stage.company.holding(Role.MARKETER)[0]
    answered_at = stage.marketing.add(since, reaction.answer_after)
    if reaction.answer == "resend":
        note = "Data completed after a call with the company."
        yield answered_at, lambda at: resend_lead(_rejection(handover), changes={}, note=note, by=marketer, at=at)
        yield stage.sales.add(answered_at, 2 * 3600), lambda at: _work_again(handover, at)
    elif reaction.answer == "nurture":
        wake_on = (answered_at + timedelta(days=90)).date()
        yield answered_at, lambda at: nurture_lead(_rejection(handover), wake_on=wake_on, note="", by=marketer, at=at)
    elif reaction.answer == "appeal" and reaction.criterion:
        grounds = scenery.CLAIMS[reaction.criterion][1].format(
            employees=story.visitor.employees, job_title=story.visitor.job_title
        )
        yield answered_at, lambda at: file_appeal(_rejection(handover), grounds=grounds, by=marketer, at=at)
        ruled_at = stage.sales.add(answered_at, reaction.rule_after)
        yield ruled_at, lambda at: _rule(story, handover, at)
        if reaction.ruling == "overturned":
            yield stage.sales.add(ruled_at, 2 * 3600), lambda at: _call_after_all(handover, at)


def _work_again(handover: Handover, at: datetime) -> None:
    """Let the rep who got the corrected lead take it and call."""
    again = Handover.objects.select_related("assigned_to").filter(lead=handover.lead).order_by("number").last()
    if again is None or again.pk == handover.pk or again.assigned_to is None:
        raise NothingThere("The lead was not sent again.")
    _attempt(again, again.assigned_to, "reached", at)
    accept_handover(_fresh(again), by=again.assigned_to, at=at)


def _call_after_all(handover: Handover, at: datetime) -> None:
    """Let the rep call whom the board has given back to them."""
    given_back = _fresh(handover)
    if given_back.assigned_to is None:
        raise NothingThere("The lead waits for somebody.")
    _attempt(given_back, given_back.assigned_to, "reached", at)


def _rule(story: Story, handover: Handover, at: datetime) -> None:
    case = Case.objects.filter(handover=handover).order_by("filed_at").last()
    if case is None:
        raise NothingThere("The appeal came too late.")
    chair = Seat.objects.select_related("member").get(kind=Seat.Kind.CHAIR, until=None).member
    overturned = story.reaction.ruling == "overturned"
    reasons = (
        "The evidence sealed at the appeal meets the criterion as it was signed."
        if overturned
        else "The criterion as it was signed is not met; what marketing learned later cannot count."
    )
    known = {precedent: precedent.criterion == story.reaction.criterion for precedent in suggested_of(case)}
    # Whoever upholds all the same found other facts: what is settled of the criterion is neither followed nor left.
    follows = Ruling.Stance.FOLLOWS if overturned else Ruling.Stance.NONE
    stances = {precedent.pk: follows if same else Ruling.Stance.NONE for precedent, same in known.items()}
    holding = scenery.HOLDINGS[story.reaction.criterion] if overturned and not any(known.values()) else ""
    rule_on_case(
        case, outcome=story.reaction.ruling, reasons=reasons, holding=holding, stances=stances, by=chair, at=at
    )


def _post(story: Story) -> dict[str, Any]:
    """Return what the web form sends: a submission as the interface takes it."""
    visitor, at = story.visitor, story.arrived_at
    _, utm, source, medium, landing_page, *_ = scenery.CAMPAIGNS[visitor.campaign]
    touch = {"source": source, "medium": medium, "campaign": utm, "at": at.isoformat()}
    done = [("pricing_viewed", at - timedelta(hours=6 * n)) for n in range(story.pricing_views)]
    done += [("webinar_attended", at - timedelta(days=1))] if story.webinar else []
    return {
        "person": {
            "email": visitor.email,
            "given_name": visitor.given_name,
            "family_name": visitor.family_name,
            "phone": visitor.phone,
            "job_title": visitor.job_title,
        },
        "company": {
            "name": visitor.company,
            "website": f"https://{visitor.domain}",
            "employees": visitor.employees,
            "industry": visitor.industry,
            "country": visitor.country,
        },
        "intent": "talk_to_sales" if story.hand_raiser else "",
        "message": story.message,
        "attribution": {"first": touch, "last": touch, "landing_page": landing_page},
        "behaviours": [{"kind": kind, "at": moment.isoformat()} for kind, moment in [*done, ("ebook_downloaded", at)]],
        "consents": [
            {
                "purpose": "sales_contact",
                "basis": "consent",
                "granted": True,
                "text": "You may call and write to me.",
                "text_version": "2026-01",
                "captured_at": at.isoformat(),
                "ip": "203.0.113.7",
            }
        ],
        # Filled by machines only: the form's trap.
        "hp": "on" if story.spam else "",
    }
