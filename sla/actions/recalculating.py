"""Deadlines follow an edited calendar: what is open is dated anew, verdicts stand and are flagged.

# Note [What follows a calendar]
Every clock that runs or is paused on the calendar goes over to its newest version, also where its
deadline stays: after a pause it may reach days that were changed. Each leaves one event with the
old and the new deadline. Up to 500 follow in the transaction of the change; more follow in a job, the
soonest due first. A clock that began on the old version while the change was made is found by a round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from events.models import Event
from sla.actions.course import notice, record_of, store
from sla.business_time import CalendarSpec, parse_calendar
from sla.business_time.changes import ChangedHours, changed_hours
from sla.clocks import CalendarChanged
from sla.models import CalendarVersion, Clock, Side
from sla.queries.calendars import UNFINISHED, hours_for, unfinished_clocks
from sla.queries.histories import History, clock_histories
from tenants.actions import start_job
from tenants.jobs import Step
from tenants.models import Job, Membership

KIND = "sla.follow_calendar"
AT_ONCE = 500
BATCH = 100

# Timelines tell of the first only: the other left the deadline where it was.
FOLLOWED = ("clock.recalculated", "clock.rehoured")
FLAGGED = "clock.calendar_changed_after_verdict"

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Followed:
    """How many clocks a change concerns, and the job that goes on with them when they are many."""

    open_clocks: int
    verdicts: int
    job: Job | None = None

    def as_data(self) -> dict[str, Any]:
        """Return it as the change's event tells it."""
        job = {"job": str(self.job.pk)} if self.job else {}
        return {"open_clocks": self.open_clocks, "verdicts": self.verdicts, **job}


@transaction.atomic
def follow_calendar(version: CalendarVersion, *, before: CalendarSpec, by: Membership | None, at: datetime) -> Followed:
    """Let what counts on the calendar follow its newest version. See Note [What follows a calendar]."""
    changed = changed_hours(before, parse_calendar(version.content))
    if not changed:
        return Followed(0, 0)
    going_on, judged = behind(version).count(), touched(version, changed, at=at).count()
    if going_on + judged > AT_ONCE:
        params = {"version": str(version.pk), "before": before.as_content(), "at": at.isoformat()}
        job = start_job(kind=KIND, params=params, by=by, at=at, total=going_on + judged)
        return Followed(going_on, judged, job)
    follow_some(locked_rows(behind(version)), version, by=by, at=at)
    flagged = flag_some(list(touched(version, changed, at=at)), version, changed, by=by, at=at)
    return Followed(going_on, len(flagged))


def behind(version: CalendarVersion) -> QuerySet[Clock]:
    """Return what goes on and counts on an older version of the same calendar, the soonest due first."""
    older = CalendarVersion.objects.filter(calendar=version.calendar_id, number__lt=version.number)
    rows = unfinished_clocks(calendar_version__in=older.values("pk"))
    return rows.order_by("due_at", "pk")


def touched(version: CalendarVersion, changed: ChangedHours, *, at: datetime) -> QuerySet[Clock]:
    """Return the verdicts in whose counted time a day may have changed afterwards."""
    zone = ZoneInfo(version.content["zone"])
    past = [day for day in changed.days if day <= at.astimezone(zone).date()]
    if not past:
        return Clock.objects.none()
    begins = datetime.combine(past[0], time(), zone)
    ends = datetime.combine(past[-1] + _DAY * (2 if changed.overnight else 1), time(), zone)
    # The sides are named so that the index by side and due date serves.
    rows = Clock.objects.filter(side__in=Side.values, due_at__gte=begins, started_at__lt=ends)
    rows = rows.filter(calendar_version__calendar=version.calendar_id).exclude(state__in=UNFINISHED)
    return rows.exclude(Q(stopped_at__lt=begins) | Q(closed_at__lt=begins)).order_by("pk")


def _is_touched(clock: Clock, changed: ChangedHours, zone: ZoneInfo) -> bool:
    ended_at = min(moment for moment in (clock.due_at, clock.stopped_at, clock.closed_at) if moment)
    return changed.touches(clock.started_at.astimezone(zone).date(), ended_at.astimezone(zone).date())


def follow_some(
    clocks: Sequence[Clock], version: CalendarVersion, *, by: Membership | None, at: datetime
) -> list[Clock]:
    """Date locked clocks anew on this version, each once; return those whose deadline has moved."""
    fresh = _without_event(clocks, version, *FOLLOWED)
    histories = clock_histories([clock.pk for clock in fresh])
    return [clock for clock in fresh if _follow(clock, histories[clock.pk], version, by=by, at=at)]


def _follow(clock: Clock, history: History, version: CalendarVersion, *, by: Membership | None, at: datetime) -> bool:
    moment = max(at, history.last_at)
    notice(clock, at=moment)
    if clock.state not in UNFINISHED:
        # Its deadline had passed before the change, only nobody had noticed yet.
        _flag(clock, version, by=by, at=moment)
        return False
    told = told_of(clock, history, at=moment)
    hours = hours_for(version)
    changed = history.and_then(CalendarChanged(moment, hours, told))
    # See Note [Hours opened afterwards] in sla.clocks.run: it may stay on the hours that it had.
    keeps = changed.governing(at=moment)[1].hours is not hours
    if not keeps:
        clock.calendar_version = version
    data = {"calendar_version": str(version.pk), "number": version.number, "told": list(told), "keeps": keeps}
    moved = changed.state(at=moment).due_at != clock.due_at
    store(clock, changed, "recalculated" if moved else "rehoured", at=moment, by=by, **data)
    return moved


def told_of(clock: Clock, history: History, *, at: datetime) -> tuple[int, ...]:
    """Return the warnings that were given of the promise that governs."""
    since, _terms = history.governing(at=at)
    given = zip(clock.warn_shares[: clock.step], clock.warn_at[: clock.step], strict=True)
    return tuple(share for share, when in given if datetime.fromisoformat(when) >= since)


def flag_some(
    clocks: Sequence[Clock], version: CalendarVersion, changed: ChangedHours, *, by: Membership | None, at: datetime
) -> list[Clock]:
    """Note on closed verdicts that their calendar has changed since, and return them; they stay as they are."""
    zone = ZoneInfo(version.content["zone"])
    concerned = [clock for clock in clocks if _is_touched(clock, changed, zone)]
    fresh = _without_event(concerned, version, FLAGGED)
    for clock in fresh:
        _flag(clock, version, by=by, at=at)
    return fresh


def _flag(clock: Clock, version: CalendarVersion, *, by: Membership | None, at: datetime) -> None:
    data = {"calendar_version": str(version.pk), "number": version.number}
    record_of(clock, "calendar_changed_after_verdict", at=at, by=by, **data)


def _without_event(clocks: Sequence[Clock], version: CalendarVersion, *kinds: str) -> list[Clock]:
    """Leave out what has been there already: a step that is repeated does nothing twice."""
    rows = Event.objects.filter(subject_id__in=[clock.pk for clock in clocks], kind__in=kinds)
    done = set(rows.filter(data__calendar_version=str(version.pk)).values_list("subject_id", flat=True))
    return [clock for clock in clocks if clock.pk not in done]


# Many clocks: a job


def follow_step(job: Job, at: datetime) -> Step:
    """Let the next clocks of a job follow: first what is open by its deadline, then the verdicts by their ids."""
    version = CalendarVersion.objects.get(pk=job.params["version"])
    cursor = dict(job.cursor) or {"part": "open", "after": None}
    is_open_part = cursor["part"] == "open"
    count, after = (_open_part if is_open_part else _judged_part)(job, version, cursor["after"], at=at)
    cursor["after"] = after
    if count < BATCH and is_open_part:
        cursor = {"part": "judged", "after": None}
    done = job.done + count
    finished = count < BATCH and not is_open_part
    return Step(cursor=cursor, done=done, total=max(job.total, done), finished=finished, result={"clocks": done})


def _open_part(job: Job, version: CalendarVersion, after: Any, *, at: datetime) -> tuple[int, Any]:
    rows = behind(version)
    if after:
        due, pk = after
        # Those that keep their old hours stay behind; the cursor passes them.
        rows = rows.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk))
    chosen = list(rows.values_list("due_at", "pk")[:BATCH])
    follow_some(locked_rows(rows.filter(pk__in=[pk for _due, pk in chosen])), version, by=job.by, at=at)
    return len(chosen), [chosen[-1][0].isoformat(), str(chosen[-1][1])] if chosen else None


def _judged_part(job: Job, version: CalendarVersion, after: Any, *, at: datetime) -> tuple[int, Any]:
    changed = changed_hours(parse_calendar(job.params["before"]), parse_calendar(version.content))
    rows = touched(version, changed, at=datetime.fromisoformat(job.params["at"]))
    clocks = list((rows.filter(pk__gt=after) if after else rows)[:BATCH])
    flag_some(clocks, version, changed, by=job.by, at=at)
    return len(clocks), str(clocks[-1].pk) if clocks else None


def locked_rows(rows: QuerySet[Clock]) -> list[Clock]:
    """Return the clocks locked in the order in which everybody locks several."""
    return list(rows.order_by("pk").select_for_update(of=("self",)))
