"""Open deadlines follow the rules of their zone; what did not follow its calendar is found.

# Note [Rules of zones]
Instants depend on the zone's rules too, which governments change. A round notices that the rules of a
calendar's zone are not those with which its clocks were dated, and dates the open ones anew: up to 500 at once,
more in a job, 100 a step. Closed ones never change; a deadline that would have passed already by the new rules
stays where it was.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from sla.actions.course import notice, store
from sla.actions.recalculating import AT_ONCE, BATCH, behind, follow_some, locked_rows, told_of
from sla.actions.recalculating import KIND as FOLLOW_CALENDAR
from sla.business_time import parse_calendar
from sla.clocks import CalendarChanged
from sla.models import Calendar, Clock
from sla.queries.calendars import hours_for, newest_version, unfinished_clocks
from sla.queries.histories import History, clock_histories
from sla.queries.zones import zone_data
from tenants.actions import start_job
from tenants.jobs import Step
from tenants.models import Job

log = logging.getLogger(__name__)

KIND = "sla.rederive_clocks"


@dataclass(frozen=True)
class Rederived:
    """Some open clocks of a calendar that were looked at, how many deadlines moved, and behind which to go on."""

    seen: int
    moved: int
    after: list[str] | None


def follow_calendars(at: datetime) -> None:
    """Let stragglers follow their calendar, and notice that a zone has other rules than before (a round)."""
    for calendar in Calendar.objects.order_by("pk"):
        version = newest_version(calendar)
        if not Job.objects.filter(kind=FOLLOW_CALENDAR, finished_at=None).exists():
            ids = list(behind(version).values_list("pk", flat=True)[:AT_ONCE])
            follow_some(locked_rows(behind(version).filter(pk__in=ids)), version, by=None, at=at)
        rules = zone_data(parse_calendar(version.content))
        if rules != calendar.zone_data:
            _follow_rules(calendar, rules, at=at)


def _follow_rules(calendar: Calendar, rules: str, *, at: datetime) -> None:
    """Date the calendar's clocks anew where its zone has other rules now. See Note [Rules of zones]."""
    if not calendar.zone_data:
        note_rules(calendar, rules)
        return
    count = _open_on(calendar).count()
    if count <= AT_ONCE:
        rederive_clocks(calendar, at=at)
    elif not Job.objects.filter(kind=KIND, finished_at=None, params__calendar=str(calendar.pk)).exists():
        params = {"calendar": str(calendar.pk), "rules": rules}
        start_job(kind=KIND, params=params, by=None, at=at, total=count)


@transaction.atomic
def rederive_clocks(calendar: Calendar, *, at: datetime) -> int:
    """Date the open clocks of a calendar anew by the zone's present rules; return how many deadlines moved.

    For some hundreds of them; more are done piece by piece with ``rederive_some``. See Note [Rules of zones].
    """
    moved, part = 0, rederive_some(calendar, after=None, at=at)
    while part.seen:
        moved, part = moved + part.moved, rederive_some(calendar, after=part.after, at=at)
    note_rules(calendar, zone_data(parse_calendar(newest_version(calendar).content)))
    log.info("Calendar %s: open clocks derived again, %d deadlines moved", calendar.pk, moved)
    return moved


@transaction.atomic
def rederive_some(calendar: Calendar, *, after: Any, at: datetime) -> Rederived:
    """Date the next open clocks anew, the soonest due first; ``after`` is where the last part ended."""
    rows = _open_on(calendar).order_by("due_at", "pk")
    if after:
        # One that was moved behind this place is looked at twice and found dated.
        rows = rows.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], pk__gt=after[1]))
    chosen = list(rows.values_list("due_at", "pk")[:BATCH])
    moved = _rederive([pk for _due, pk in chosen], at=at)
    return Rederived(len(chosen), moved, [chosen[-1][0].isoformat(), str(chosen[-1][1])] if chosen else None)


def rederive_step(job: Job, at: datetime) -> Step:
    """Date the next clocks of a job; with the last one the calendar is noted to follow the rules of its beginning."""
    calendar = Calendar.objects.get(pk=job.params["calendar"])
    cursor = dict(job.cursor) or {"after": None, "moved": 0}
    part = rederive_some(calendar, after=cursor["after"], at=at)
    done, moved = job.done + part.seen, cursor["moved"] + part.moved
    finished = part.seen < BATCH
    if finished:
        note_rules(calendar, job.params["rules"])
        log.info("Calendar %s: %d open clocks derived again, %d deadlines moved", calendar.pk, done, moved)
    cursor = {"after": part.after, "moved": moved}
    return Step(cursor=cursor, done=done, total=max(job.total, done), finished=finished, result={"moved": moved})


def note_rules(calendar: Calendar, rules: str) -> None:
    """Note by which rules of its zone the calendar's clocks are dated."""
    Calendar.objects.filter(pk=calendar.pk).update(zone_data=rules)


def _open_on(calendar: Calendar) -> QuerySet[Clock]:
    return unfinished_clocks(calendar_version__calendar=calendar.pk)


def _rederive(ids: list[UUID], *, at: datetime) -> int:
    rows = unfinished_clocks(pk__in=ids).select_related("calendar_version")
    clocks, histories = locked_rows(rows), clock_histories(ids)
    return sum(_redate(clock, histories[clock.pk], at=at) for clock in clocks)


def _redate(clock: Clock, history: History, *, at: datetime) -> bool:
    moment = max(at, history.last_at)
    state = history.state(at=moment)
    if clock.due_at < moment or clock.calendar_version is None or state.due_at == clock.due_at:
        return False
    if state.due_at <= moment:
        log.warning("Clock %s keeps its deadline: by the zone's new rules it would have passed already", clock.pk)
        return False
    notice(clock, at=moment)
    told = told_of(clock, history, at=moment)
    fact = CalendarChanged(moment, hours_for(clock.calendar_version), told)
    data = {"calendar_version": str(clock.calendar_version_id), "told": list(told), "reason": "zone_data"}
    store(clock, history.and_then(fact), "recalculated", at=moment, by=None, **data)
    return True
