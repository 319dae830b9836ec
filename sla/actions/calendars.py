"""Changing working hours: every change is a new version, and what is open follows it.

# Note [Whose the hours are]
The weekly hours of marketing and sales are part of the signed agreement, and so are those of a further
calendar on which it promises something: they change when a version is concluded, from its first day on.
Dated rows (holidays, closing periods, special hours), the name and the rule for night shifts are
administrators' at any time; both heads are told. The board's hours and those of other calendars are in no
agreement; administrators change their weeks too, from today on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from events.actions import record
from sla.actions.recalculating import follow_calendar
from sla.business_time import CalendarInvalid, CalendarSpec, Week, parse_calendar
from sla.business_time.dated import HolidayRows, close_days
from sla.business_time.problem import Problem
from sla.calendar_words import FILE
from sla.models import AgreementVersion, Calendar, CalendarVersion
from sla.queries.calendars import AGREED, is_agreed, newest_version, uses_of
from sla.queries.zones import zone_data
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership

# More than countries in which anybody sells.
MOST_CALENDARS = 100


class HoursAreAgreed(DomainError):
    """Weekly hours that are agreed change with the agreement only."""

    code = "hours_are_agreed"


class CalendarChangedMeanwhile(DomainError):
    """Somebody else has changed the calendar since it was read."""

    code = "calendar_changed_meanwhile"


class CalendarInUse(DomainError):
    """Something still counts on it."""

    code = "calendar_in_use"


class TooManyCalendars(DomainError):
    """Somebody is trying something."""

    code = "too_many_calendars"


def read_content(content: Mapping[str, Any]) -> CalendarSpec:
    """Return the content as a calendar; raises InvalidInput with every fault at its field."""
    try:
        return parse_calendar(content)
    except CalendarInvalid as invalid:
        raise InvalidInput([_fault(problem) for problem in invalid.problems]) from invalid


def _fault(problem: Problem) -> FieldError:
    return FieldError(problem.pointer or "/", problem.code, _(problem.template) % problem.values)


@transaction.atomic
def open_calendar(*, content: Mapping[str, Any], by: Membership | None, at: datetime) -> CalendarVersion:
    """Add a named calendar, another country's for instance. Raises InvalidInput, TooManyCalendars."""
    spec = read_content(content)
    if spec.earlier:
        raise InvalidInput([FieldError("/earlier", "read_only", _("A new calendar has no earlier weeks."))])
    _refuse_taken(spec.name, None)
    if Calendar.objects.count() >= MOST_CALENDARS:
        raise TooManyCalendars(_("There are 100 calendars already."))
    return write_first_version(_free_key(spec.name), spec, by=by, at=at)


def write_first_version(key: str, spec: CalendarSpec, *, by: Membership | None, at: datetime) -> CalendarVersion:
    """Write a calendar with its first version."""
    calendar = Calendar.objects.create(key=key, name=spec.name, zone_data=zone_data(spec))
    version = CalendarVersion.objects.create(
        calendar=calendar, number=1, content=spec.as_content(), content_hash=spec.content_hash, created_at=at
    )
    data = {"calendar": str(calendar.pk), "key": key, "number": 1, "hash": spec.content_hash}
    record("calendar.opened", version, by=by, at=at, data=data)
    return version


@transaction.atomic
def change_calendar(
    calendar: Calendar, *, content: Mapping[str, Any], by: Membership | None, at: datetime, seen: int | None = None
) -> CalendarVersion:
    """Write what the calendar says now as its next version; the same content is no new version.

    ``seen`` is the number of the version on which the change was decided. See Note [Whose the hours are].
    Raises InvalidInput, HoursAreAgreed, CalendarChangedMeanwhile.
    """
    given = read_content(content)
    current = _locked(calendar, seen)
    old = parse_calendar(current.content)
    if given.earlier and given.earlier != old.earlier:
        raise InvalidInput([FieldError("/earlier", "read_only", _("Earlier weeks are kept as they were."))])
    if given.name != old.name:
        _refuse_taken(given.name, calendar)
    if given.week != old.week and is_agreed(calendar, at=at):
        raise HoursAreAgreed(_("These weekly hours are part of the agreement. They change with its next version."))
    dated = replace(given, zone=old.zone, weekly=old.weekly, earlier=old.earlier)
    if given.week != old.week:
        today = at.astimezone(ZoneInfo(given.zone)).date()
        dated = dated.with_week(given.week, first_day=today)
    return _write_next(calendar, current, dated, by=by, at=at)


def take_over_holidays(
    calendar: Calendar, rows: HolidayRows, *, by: Membership | None, at: datetime, seen: int | None = None
) -> CalendarVersion:
    """Let the rows that a preview has shown become the calendar's. Raises CalendarChangedMeanwhile."""
    content = rows.applied_to(parse_calendar(newest_version(calendar).content)).as_content()
    return change_calendar(calendar, content=content, by=by, at=at, seen=seen)


def take_over_file(
    calendar: Calendar,
    days: Iterable[tuple[date, str]],
    *,
    by: Membership | None,
    at: datetime,
    seen: int | None = None,
) -> CalendarVersion:
    """Close the days of a calendar file that are not closed yet. Raises InvalidInput, CalendarChangedMeanwhile."""
    spec = parse_calendar(newest_version(calendar).content)
    for day, name in days:
        if not spec.is_closed(day):
            spec = close_days(spec, [day], name=name or _("Closed"), source=FILE)
    return change_calendar(calendar, content=spec.as_content(), by=by, at=at, seen=seen)


@transaction.atomic
def apply_agreement_hours(version: AgreementVersion, *, by: Membership | None, at: datetime) -> list[CalendarVersion]:
    """Let the weekly hours of a concluded agreement hold from its first day; return the calendars' new versions."""
    if version.starts_at is None:
        raise ValueError("A version without a start is not concluded.")
    changed = []
    for key, hours in version.content["hours"].items():
        given = read_content({"name": key, **hours})
        first_day = version.starts_at.astimezone(ZoneInfo(given.zone)).date()
        found = _apply(key, given.week, first_day, by=by, at=at)
        changed += [found] if found else []
    return changed


def _apply(key: str, week: Week, first_day: date, *, by: Membership | None, at: datetime) -> CalendarVersion | None:
    calendar = Calendar.objects.filter(key=key).first()
    if calendar is None:
        return None
    current = _locked(calendar, None)
    spec = parse_calendar(current.content)
    if spec.week_on(first_day) == week:
        # It holds then already; a later week that is agreed too stays.
        return None
    return _write_next(calendar, current, spec.with_week(week, first_day=first_day), by=by, at=at)


@transaction.atomic
def retire_calendar(calendar: Calendar, *, by: Membership, at: datetime) -> None:
    """Put a calendar away; its versions stay for what was counted on them. Raises CalendarInUse."""
    if uses := uses_of(calendar, at=at):
        raise CalendarInUse(_("This calendar is in use: %(uses)s.") % {"uses": ", ".join(uses)})
    if Calendar.objects.filter(pk=calendar.pk, retired_at=None).update(retired_at=at):
        record("calendar.retired", calendar, by=by, at=at, data={"calendar": str(calendar.pk), "key": calendar.key})


def _locked(calendar: Calendar, seen: int | None) -> CalendarVersion:
    """Return the newest version, nobody else changing the calendar until the transaction ends."""
    Calendar.objects.select_for_update().get(pk=calendar.pk)
    current = newest_version(calendar)
    if seen is not None and seen != current.number:
        raise CalendarChangedMeanwhile(
            _("Somebody has changed this calendar meanwhile. Look at it again, then decide."), version=current.number
        )
    return current


def _write_next(
    calendar: Calendar, current: CalendarVersion, spec: CalendarSpec, *, by: Membership | None, at: datetime
) -> CalendarVersion:
    # Read once more as a whole: what was put together from two halves may overlap or be too much.
    spec = read_content(spec.as_content())
    if spec.content_hash == current.content_hash:
        return current
    version = CalendarVersion.objects.create(
        calendar=calendar,
        number=current.number + 1,
        content=spec.as_content(),
        content_hash=spec.content_hash,
        created_at=at,
    )
    Calendar.objects.filter(pk=calendar.pk).update(name=spec.name)
    calendar.name = spec.name
    followed = follow_calendar(version, before=parse_calendar(current.content), by=by, at=at)
    data = {"calendar": str(calendar.pk), "key": calendar.key, "number": version.number, "hash": version.content_hash}
    record("calendar.changed", version, by=by, at=at, data={**data, **followed.as_data()})
    return version


def _refuse_taken(name: str, calendar: Calendar | None) -> None:
    rows = Calendar.objects.filter(name__iexact=name, retired_at=None)
    if (rows.exclude(pk=calendar.pk) if calendar else rows).exists():
        raise InvalidInput([FieldError("/name", "name_taken", _("Another calendar has this name."))])


def _free_key(name: str) -> str:
    stem = slugify(name)[:40] or "calendar"
    taken = set(Calendar.objects.filter(key__startswith=stem).values_list("key", flat=True)) | {*AGREED, "board"}
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, MOST_CALENDARS + 4))) if key not in taken)
