"""Sending what has passed the gate: whose it is, when its clocks start, and the rows of it.

# Note [Together as one by one]
Leads that are sent together are decided in their order, each upon what those before it have taken: turns, limits of
reps, places of the day. Then every table is written in one statement. One alone is a set of one: there is no other way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from events.actions import record
from leads.actions.capacity import Places
from leads.actions.changing import change_lead
from leads.actions.gathering import Work
from leads.actions.routing import Choice, Turns
from leads.models import Handover, Lead
from leads.queries.routing import routing_fields
from leads.scoring import missing_fields
from sla import actions as sla
from sla.models import AgreementVersion, Subject
from smarketing.lib.inserting import give_ids, insertions, note_written
from tenants.models import Membership
from tenants.queries import local_day_of


@dataclass(frozen=True)
class Order:
    """A lead (locked, with company, campaign and marketer) that may go to sales, and what it tells (leads.facts)."""

    lead: Lead
    fields: Mapping[str, Any]
    tier: str
    number: int
    note: str = ""
    override_reason: str = ""


def dispatch(
    orders: Sequence[Order], version: AgreementVersion, work: Work, *, by: Membership | None, at: datetime
) -> list[Handover]:
    """Send leads to sales, in this order; ``work`` writes it. See Note [Together as one by one].

    Everything that can refuse has been asked: from the first turn on others wait for this transaction.
    """
    if not orders:
        return []
    here = local_day_of(at=at)
    turns = Turns(day=here.day, at=at, deputies=here.deputies, several=len(orders) > 1)
    places = Places(version, at=at, zone=here.zone)
    opening = sla.Opening(version, number=len(orders), at=at, zone=here.zone)
    # All turns before the first place: see Note [The lock on turns].
    choices = [turns.choose(routing_fields(one.lead, tier=one.tier, fields=one.fields)) for one in orders]
    sent = []
    for order, choice in zip(orders, choices, strict=True):
        subject = _subject(order, opening, version, sender=by or order.lead.marketer, rep=choice.rep)
        sent.append(_handover(order, subject, choice, places.start_of_clocks(order.tier), at=at))
    opening.open()
    give_ids(sent)
    for handover in sent:
        opening.start_clocks(handover.subject, at=handover.clocks_start_at or at, by=by)
        change_lead(handover.lead, at=at, sales_owner=handover.assigned_to)
        _record_sent(handover, by=by, at=at)
    work.write()
    work.calls += [*turns.calls(), *insertions(sent), *opening.calls()]
    note_written(sent)
    return sent


def _subject(
    order: Order,
    opening: sla.Opening,
    version: AgreementVersion,
    *,
    sender: Membership | None,
    rep: Membership | None,
) -> Subject:
    lead, definitions = order.lead, version.content["definitions"]
    required = len(definitions["required_fields"])
    return opening.add(
        kind=Subject.Kind.HANDOVER,
        thread_id=lead.pk,
        tier=order.tier,
        weight=Decimal(version.content["tiers"][order.tier]["weight"]),
        owner=rep,
        sender=sender,
        required_fields=required,
        present_fields=required - len(missing_fields(order.fields, definitions)),
        credit_key=f"{lead.pk}:{lead.cycle}" if lead.origin == Lead.Origin.MARKETING else None,
    )


def _handover(order: Order, subject: Subject, choice: Choice, starts_at: datetime | None, *, at: datetime) -> Handover:
    lead = order.lead
    return Handover(
        lead=lead,
        number=order.number,
        subject=subject,
        version=subject.version,
        tier=subject.tier,
        weight=subject.weight,
        cycle=lead.cycle,
        sent_at=at,
        clocks_start_at=starts_at,
        sent_by=subject.sender,
        assigned_to=subject.owner,
        routed=choice.routed,
        counted_month=subject.counted_month,
        note=order.note,
        override_reason=order.override_reason,
        snapshot=snapshot_of(lead, order.fields),
        judged=[f"{reason['key']}:{reason['state']}" for reason in lead.score_reasons],
        last_utm=lead.last_utm,
        updated_at=at,
    )


def snapshot_of(lead: Lead, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lead as it stands, with its score reasons: what both sides may later argue about."""
    return {
        "number": lead.number,
        "name": lead.name,
        "fields": {name: value for name, value in fields.items() if value not in (None, "")},
        "custom": lead.custom,
        "wants_sales_talk": lead.wants_sales_talk,
        "fit_grade": lead.fit_grade,
        "fit_points": lead.fit_points,
        "readiness_grade": lead.readiness_grade,
        "readiness_points": lead.readiness_points,
        "tier": lead.tier,
        "score_reasons": lead.score_reasons,
        "first_touch": lead.first_touch,
        "last_touch": lead.last_touch,
        "campaign": str(lead.campaign_id) if lead.campaign_id else None,
    }


def _record_sent(handover: Handover, *, by: Membership | None, at: datetime) -> None:
    starts_at = handover.clocks_start_at
    data = {
        "tier": handover.tier,
        "number": handover.number,
        "cycle": handover.cycle,
        "version": handover.version.number,
        "assigned_to": str(handover.assigned_to_id) if handover.assigned_to_id else None,
        "override": bool(handover.override_reason),
        "rule": handover.routed["rule"],
        "waits_because": handover.routed.get("waits_because"),
        "clocks_start_at": starts_at.isoformat() if starts_at else None,
    }
    record("handover.sent", handover, by=by, at=at, data=data, thread=handover.lead_id)
