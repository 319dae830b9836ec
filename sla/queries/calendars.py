"""Working hours: which calendar version holds, compiled once per process."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from events.models import Event
from sla.business_time import ALWAYS, Hours, hours_of
from sla.content import AGREED_SIDES
from sla.models import AgreementVersion, Calendar, CalendarVersion, Clock
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id
from tenants.models import Job, Membership
from tenants.queries import JobRow, job_row

# Their weekly hours are part of every agreement; those of further calendars where a version says so.
AGREED = AGREED_SIDES

# Neither kept nor broken nor fallen away.
UNFINISHED = (Clock.State.RUNNING, Clock.State.PAUSED)

# The repetitions in a calendar file are followed so far.
FILE_LENGTH = timedelta(days=3 * 366)

# Versions never change, so what was read once stays true; the limit only bounds memory.
_KEPT = 1024
_hours: dict[tuple[int, UUID], Hours] = {}
_versions: dict[UUID, CalendarVersion] = {}


def calendar_in_force(key: str) -> CalendarVersion:
    """Return the newest version of the calendar that commitments call ``key``."""
    rows = CalendarVersion.objects.filter(calendar__key=key).select_related("calendar")
    return rows.order_by("-number")[:1].get()


# Asked with every handover.
NEWEST = Prepared(
    "calendars_newest",
    ["bigint", "text[]"],
    """
select c.key, v.id from sla_calendar c cross join lateral (
  select id from sla_calendarversion where organisation_id = $1 and calendar_id = c.id order by number desc limit 1
) v where c.organisation_id = $1 and c.key = any($2)
""",
)


def calendars_in_force(keys: Iterable[str]) -> dict[str, CalendarVersion]:
    """Return the newest version of each of these calendars, in one query."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    newest = dict(ask(NEWEST, current_organisation_id(), wanted))
    unread = [pk for pk in newest.values() if pk not in _versions]
    if unread and len(_versions) >= _KEPT:
        _versions.clear()
    known = {pk: _versions[pk] for pk in newest.values() if pk in _versions}
    read = {row.pk: row for row in CalendarVersion.objects.filter(pk__in=unread)} if unread else {}
    _versions.update(read)
    return {key: (known | read)[pk] for key, pk in newest.items()}


def newest_version(calendar: Calendar) -> CalendarVersion:
    """Return what the calendar says now."""
    return CalendarVersion.objects.filter(calendar=calendar).order_by("-number")[:1].get()


def agreed_keys(*, at: datetime) -> set[str]:
    """Return the calendars whose weekly hours both sides have signed: in a version in force, or one still to come."""
    hours = AgreementVersion.objects.filter(_signed(at)).values_list("content__hours", flat=True)
    return {*AGREED, *(key for given in hours for key in given)}


def _signed(at: datetime) -> Q:
    return Q(state=AgreementVersion.State.SIGNED) & (Q(ends_at=None) | Q(ends_at__gt=at))


def is_agreed(calendar: Calendar, *, at: datetime) -> bool:
    """Tell whether its weekly hours are part of the agreement."""
    return calendar.key in agreed_keys(at=at)


def calendar_names() -> dict[str, str]:
    """Return the names of the calendars that are offered, by key."""
    return dict(Calendar.objects.filter(retired_at=None).values_list("key", "name"))


def further_hours() -> dict[str, dict[str, Any]]:
    """Return the weeks of the calendars besides those of the sides, as an agreement would say them, by name."""
    rows = CalendarVersion.objects.filter(calendar__retired_at=None).exclude(calendar__key__in=AGREED)
    newest = rows.select_related("calendar").order_by("calendar", "-number").distinct("calendar")
    return {
        row.calendar.key: {"name": row.calendar.name, "zone": row.content["zone"], "weekly": row.content["weekly"]}
        for row in sorted(newest, key=lambda row: row.calendar.name.casefold())
    }


def uses_of(calendar: Calendar, *, at: datetime) -> list[str]:
    """Return in words what counts on the calendar, so that it cannot be put away."""
    being_worked_on = Q(state__in=[AgreementVersion.State.DRAFT, AgreementVersion.State.PROPOSED])
    versions = AgreementVersion.objects.filter(_signed(at) | being_worked_on, content__hours__has_key=calendar.key)
    states = set(versions.values_list("state", flat=True))
    uses = []
    if AgreementVersion.State.SIGNED in states or calendar.key == "board":
        uses.append(_("the agreement"))
    elif states:
        uses.append(_("the agreement that is being worked on"))
    if unfinished_clocks(calendar_version__calendar=calendar.pk).exists():
        uses.append(_("open deadlines"))
    return uses


def unfinished_clocks(**only: Any) -> QuerySet[Clock]:
    """Return clocks that run or are paused, by the index of what is owed, whose condition is named as a whole."""
    return Clock.objects.filter(state__in=UNFINISHED, stopped_at=None, closed_at=None, **only)


def hours_for(calendar_version: CalendarVersion) -> Hours:
    """Return the compiled hours of a calendar version."""
    key = (current_organisation_id(), calendar_version.pk)
    if key not in _hours:
        if len(_hours) >= _KEPT:
            _hours.clear()
        _hours[key] = hours_of(calendar_version.content)
    return _hours[key]


def hours_by_id(calendar_version_id: UUID | None) -> Hours:
    """Return the hours that a clock counts on; a clock without a calendar counts all time."""
    if calendar_version_id is None:
        return ALWAYS
    known = _hours.get((current_organisation_id(), calendar_version_id))
    return known or hours_for(CalendarVersion.objects.get(pk=calendar_version_id))


def file_stretch(version: CalendarVersion, *, at: datetime) -> tuple[date, date]:
    """Return from when to when a calendar file's days are read: this year and the next three."""
    today = at.astimezone(ZoneInfo(version.content["zone"])).date()
    return today.replace(month=1, day=1), today + FILE_LENGTH


def followers_of(version: CalendarVersion) -> int:
    """Return how many open clocks a change of the calendar has concerned."""
    event = Event.objects.filter(subject_id=version.pk, kind="calendar.changed").first()
    return int(event.data.get("open_clocks", 0)) if event else 0


def following_job(version: CalendarVersion, *, reader: Membership) -> JobRow | None:
    """Return the job that goes on dating clocks anew, while it lasts."""
    rows = Job.objects.filter(kind="sla.follow_calendar", params__version=str(version.pk), finished_at=None)
    job = rows.order_by("-created_at").first()
    return job_row(job, reader=reader) if job else None
