"""Visits of the site: folded, kept apart until the person identifies, then joined to the lead.

A machine that says that it is one is not noted. A visitor belongs to the lead who last sent a form from that browser;
what was joined to an earlier one stays there, for two people may share a computer.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from events.actions import record
from intake.models import Visit, Visitor
from leads import normal
from leads.actions import hand_over_qualified
from leads.actions.behaving import note_behaviours
from leads.capture import BehaviourFact
from leads.journey import TIMES
from leads.models import Behaviour, Lead
from smarketing.lib.scope import current_organisation_id

BOTS = re.compile(
    r"bot\b|bot[/;_-]|crawl|spider|slurp|headless|preview|monitor|lighthouse|curl|wget|python-|scrapy", re.I
)
VISITOR = re.compile(r"[0-9a-f]{32}")
SLOT_SECONDS = 30
# A browser's clock, and a post that waited for the network, may be so far off.
OLDEST = timedelta(hours=48)
LONGEST_PAGE = 500

FOLD = """
insert into intake_visit (id, organisation_id, visitor_id, kind, page, properties, at, slot, times, joined)
values (uuidv7(), %s, %s, %s, %s, %s::jsonb, %s, %s, 1, %s)
on conflict (organisation_id, visitor_id, kind, page, slot) do update set times = intake_visit.times + 1
returning xmax = 0, at, times
"""
# Days are those of the organisation's zone.
COUNT_MACHINES = """
insert into intake_machineday (id, organisation_id, day, visits)
select uuidv7(), o.id, (%(at)s at time zone o.zone)::date, %(visits)s from tenants_organisation o
where o.id = %(organisation)s
on conflict (organisation_id, day) do update set visits = intake_machineday.visits + excluded.visits
"""


def is_bot(user_agent: str) -> bool:
    """Tell whether a client says of itself that nobody looks."""
    return not user_agent.strip() or bool(BOTS.search(user_agent))


def count_machine(visits: int, *, at: datetime) -> None:
    """Count what a machine looked at; nothing else of it is kept."""
    values: dict[str, Any] = {"at": at, "visits": visits, "organisation": current_organisation_id()}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_MACHINES, values)


@transaction.atomic
def note_visits(visitor_id: str, facts: Sequence[BehaviourFact], *, at: datetime) -> int:
    """Keep what a visitor did, each repetition folded; return how much was new. Their lead, if any, is judged again."""
    Visitor.objects.bulk_create([Visitor(visitor=visitor_id, consented_at=at, last_seen_at=at)], ignore_conflicts=True)
    visitor = Visitor.objects.select_for_update(of=("self",)).select_related("lead").get(visitor=visitor_id)
    Visitor.objects.filter(pk=visitor.pk).update(last_seen_at=at)
    fresh = [fact for fact in (_timely(one, at=at) for one in facts) if _fold(visitor, fact)]
    if fresh and visitor.lead is not None:
        _judge(visitor.lead, fresh, at=at)
    return len(fresh)


def _timely(fact: BehaviourFact, *, at: datetime) -> BehaviourFact:
    when = fact.at if fact.at is not None and at - OLDEST <= fact.at <= at else at
    return BehaviourFact(normal.fold(fact.kind) or "page_viewed", when, fact.properties)


def _fold(visitor: Visitor, fact: BehaviourFact) -> bool:
    """Write one visit; False when it is the same as one of the same half minute."""
    when = fact.at or visitor.last_seen_at
    page = str(fact.properties.get("page", ""))[:LONGEST_PAGE]
    values: list[Any] = [current_organisation_id(), visitor.pk, fact.kind, page, json.dumps(fact.properties), when,
              int(when.timestamp()) // SLOT_SECONDS, visitor.lead_id is not None]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FOLD, values)
        is_new, began_at, times = cursor.fetchone()
    if not is_new and visitor.lead is not None:
        _tell_again(visitor.lead, fact.kind, began_at, page, times)
    return bool(is_new)


def _tell_again(lead: Lead, kind: str, at: datetime, page: str, times: int) -> None:
    """Write beside what a lead did how often it came again; it is no second fact, and changes no score."""
    for row in Behaviour.objects.filter(lead=lead.merged_into or lead, kind=kind, at=at):
        if str(row.properties.get("page", ""))[:LONGEST_PAGE] == page:
            Behaviour.objects.filter(pk=row.pk).update(properties={**row.properties, TIMES: times})


def _judge(lead: Lead, facts: Sequence[BehaviourFact], *, at: datetime) -> None:
    survivor = lead.merged_into or lead
    hand_over_qualified(note_behaviours(survivor, facts, at=at), at=at)


@transaction.atomic
def note_behaviours_of(lead: Lead, facts: Sequence[BehaviourFact], *, at: datetime) -> None:
    """Keep what a client says of a known lead, and judge the lead again."""
    _judge(lead, facts, at=at)


def identify(visitor_id: str, lead: Lead, *, at: datetime) -> int:
    """Join what a visitor did until now to the lead who has just sent a form; return how much."""
    visitor = Visitor.objects.select_for_update(of=("self",)).filter(visitor=visitor_id).first()
    if visitor is None:
        return 0
    rows = list(Visit.objects.filter(visitor=visitor, joined=False).order_by("at", "id"))
    Visitor.objects.filter(pk=visitor.pk).update(lead=lead, identified_at=at, last_seen_at=at)
    Visit.objects.filter(pk__in=[row.pk for row in rows]).update(joined=True)
    if rows:
        note_behaviours(lead, [BehaviourFact(row.kind, row.at, _told(row)) for row in rows], at=at)
        data = {"visits": len(rows), "since": rows[0].at.isoformat()}
        record("lead.visits_joined", lead, by=None, at=at, data=data, thread=lead.pk)
    return len(rows)


def _told(row: Visit) -> dict[str, Any]:
    page = {"page": row.page} if row.page else {}
    again = {TIMES: row.times} if row.times > 1 else {}
    return {**row.properties, **page, **again}


@transaction.atomic
def forget_visits(*, since: datetime, limit: int) -> int:
    """Forget visits before this moment, and visitors nobody has seen since; copies with leads stay."""
    old = list(Visit.objects.filter(at__lt=since).order_by("at").values_list("pk", flat=True)[:limit])
    gone = Visit.objects.filter(pk__in=old).delete()[0]
    stale = Visitor.objects.filter(last_seen_at__lt=since, lead=None).exclude(pk__in=Visit.objects.values("visitor"))
    stale.delete()
    return gone
