"""Calendars as pages show them: cards, dated rows, versions with what each changed, and a promise tried out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from events.models import Event
from sla.business_time import ELAPSED_HOURS, CalendarSpec, Hours, due_after, parse_calendar
from sla.business_time.changes import changes_between
from sla.business_time.spec import Windows
from sla.calendar_words import change_text, hours_text, period_text, source_text
from sla.models import Calendar, CalendarVersion
from sla.queries.calendars import AGREED, agreed_keys
from sla.queries.holidays import countries
from sla.words import week_text
from tenants.models import Membership

_NEXT = 3
# In the order of the loop; the organisation's own calendars follow by name.
_ORDER = {key: number for number, key in enumerate((*AGREED, "board"))}


@dataclass(frozen=True)
class DatedRow:
    """One day, or equal days in a row, on which the week does not hold."""

    first: date
    last: date
    text: str
    name: str
    hours: str
    source: str

    @property
    def is_closed(self) -> bool:
        """No work on it, rather than other hours."""
        return not self.hours


@dataclass(frozen=True)
class WeekRow:
    """A week and from when on it holds."""

    first: date | None
    text: str
    zone: str
    is_present: bool


@dataclass(frozen=True)
class CalendarCard:
    """A calendar in a list."""

    id: UUID
    name: str
    zone: str
    week: str
    is_agreed: bool
    number: int
    changed_at: datetime
    coming: list[DatedRow]
    holidays_until: date | None
    known_for_a_year: bool


@dataclass(frozen=True)
class CalendarPage:
    """One calendar as it stands."""

    card: CalendarCard
    weeks: list[WeekRow]
    rows: list[DatedRow]
    past: list[DatedRow]
    has_night_shift: bool
    cuts: bool


def calendar_cards(*, at: datetime) -> list[CalendarCard]:
    """Return every calendar in use, those of the agreement first."""
    rows = CalendarVersion.objects.filter(calendar__retired_at=None).select_related("calendar")
    newest = rows.order_by("calendar", "-number").distinct("calendar")
    ordered = sorted(newest, key=lambda row: (_ORDER.get(row.calendar.key, len(_ORDER)), row.calendar.name.lower()))
    agreed = agreed_keys(at=at)
    return [_card(version, parse_calendar(version.content), agreed=agreed, at=at) for version in ordered]


def calendar_page(version: CalendarVersion, *, at: datetime) -> CalendarPage:
    """Return one calendar with everything that is dated; needs the calendar itself."""
    spec = parse_calendar(version.content)
    today = _today(spec, at)
    rows = dated_rows(spec)
    return CalendarPage(
        card=_card(version, spec, agreed=agreed_keys(at=at), at=at),
        weeks=_weeks(spec, today),
        rows=[row for row in rows if row.last >= today],
        past=[row for row in reversed(rows) if row.last < today],
        has_night_shift=any(end > 24 * 60 for windows in spec.weekly for _begin, end in windows),
        cuts=spec.holiday_cuts_night_shift,
    )


def _card(version: CalendarVersion, spec: CalendarSpec, *, agreed: Collection[str], at: datetime) -> CalendarCard:
    today = _today(spec, at)
    holidays_until = max((day for day, _name in spec.holidays), default=None)
    week = spec.week_on(today)
    return CalendarCard(
        id=version.calendar_id,
        name=version.calendar.name,
        zone=week.zone,
        week=week_text(week.as_content()["weekly"]),
        is_agreed=version.calendar.key in agreed,
        number=version.number,
        changed_at=version.created_at,
        coming=[row for row in dated_rows(spec) if row.last >= today][:_NEXT],
        holidays_until=holidays_until,
        known_for_a_year=holidays_until is not None and holidays_until >= today + timedelta(days=365),
    )


def dated_rows(spec: CalendarSpec) -> list[DatedRow]:
    """Return what is dated, equal neighbours as one row, in order."""
    names, origins, own = dict(spec.holidays), dict(spec.sources), dict(spec.exceptions)
    found: list[DatedRow] = []
    for day in sorted({*names, *own, *spec.closed}):
        row = _dated(day, names.get(day, ""), own.get(day, ()), origins.get(day, ""))
        last = found[-1] if found else None
        if last and last.last + timedelta(days=1) == day and _same(last, row):
            found[-1] = replace(last, last=day, text=period_text(last.first, day))
        else:
            found.append(row)
    return found


def _dated(day: date, name: str, windows: Windows, source: str) -> DatedRow:
    origin = source_text(source, dict(countries())) if source else _("by hand")
    return DatedRow(day, day, period_text(day, day), name, hours_text(windows), origin)


def _same(one: DatedRow, other: DatedRow) -> bool:
    return (one.name, one.hours, one.source) == (other.name, other.hours, other.source)


def _weeks(spec: CalendarSpec, today: date) -> list[WeekRow]:
    """Return the present week and those that are to come."""
    beginnings = [None, *(until for until, _week in spec.earlier)]
    weeks = [*(week for _until, week in spec.earlier), spec.week]
    rows = [
        WeekRow(first, week_text(week.as_content()["weekly"]), week.zone, is_present=week == spec.week_on(today))
        for first, week in zip(beginnings, weeks, strict=True)
    ]
    present = next(number for number, row in enumerate(rows) if row.is_present)
    return rows[present:]


def _today(spec: CalendarSpec, at: datetime) -> date:
    return at.astimezone(ZoneInfo(spec.zone)).date()


# Versions


@dataclass(frozen=True)
class VersionRow:
    """One version and what it changed."""

    number: int
    at: datetime
    by_name: str
    changes: list[str]
    open_clocks: int
    job_id: str


def version_rows(calendar: Calendar, versions: Sequence[CalendarVersion]) -> list[VersionRow]:
    """Return versions (the newest first) with their authors and changes, in three queries."""
    numbers = {version.number for version in versions} | {version.number - 1 for version in versions}
    specs = {
        row.number: parse_calendar(row.content)
        for row in CalendarVersion.objects.filter(calendar=calendar, number__in=numbers)
    }
    events = {event.subject_id: event for event in Event.objects.filter(subject_id__in=[row.pk for row in versions])}
    names = _names([event.by_id for event in events.values()])
    return [_version_row(version, specs, events.get(version.pk), names) for version in versions]


def _version_row(
    version: CalendarVersion, specs: dict[int, CalendarSpec], event: Event | None, names: dict[UUID, str]
) -> VersionRow:
    before = specs.get(version.number - 1)
    data = event.data if event else {}
    return VersionRow(
        number=version.number,
        at=version.created_at,
        by_name=names.get(event.by_id, "") if event and event.by_id else "",
        changes=changes_in_words(before, specs[version.number]) if before else [],
        open_clocks=data.get("open_clocks", 0),
        job_id=data.get("job", ""),
    )


def changes_in_words(old: CalendarSpec, new: CalendarSpec) -> list[str]:
    """Return what differs between two states of a calendar, a sentence each."""
    return [change_text(change) for change in changes_between(old, new)]


def _names(ids: Sequence[UUID | None]) -> dict[UUID, str]:
    wanted = [member_id for member_id in ids if member_id]
    return {member.pk: member.name for member in Membership.objects.filter(pk__in=wanted).select_related("user")}


# A promise tried out


@dataclass(frozen=True)
class Piece:
    """A counted segment, and where it lies on a bar of a thousand."""

    begin_at: datetime
    end_at: datetime
    text: str
    seconds: int
    x: int
    width: int


@dataclass(frozen=True)
class Trial:
    """What a promise would come to on a calendar."""

    due_at: datetime
    start_text: str
    due_text: str
    pieces: list[Piece]
    zone: str

    @property
    def seconds(self) -> int:
        """All that would count."""
        return sum(piece.seconds for piece in self.pieces)


def try_promise(hours: Hours, *, start: datetime, amount: Decimal, unit: str) -> Trial:
    """Return when a promise given at ``start`` would be due, and which time would count."""
    due_at = due_after(start, amount, unit, hours)
    segments = [(start, due_at)] if unit == ELAPSED_HOURS else list(hours.segments_between(start, due_at))
    zone = ZoneInfo(hours.spec.zone)
    return Trial(
        due_at=due_at,
        start_text=_on_the_wall(start, zone),
        due_text=_on_the_wall(due_at, zone),
        pieces=[_piece(begin, end, start, due_at, zone) for begin, end in segments],
        zone=hours.spec.zone,
    )


def _piece(begin: datetime, end: datetime, start: datetime, due_at: datetime, zone: ZoneInfo) -> Piece:
    thousandth = (due_at - start) / 1000
    first, last = begin.astimezone(zone), end.astimezone(zone)
    until = format_date(last, "H:i" if last.date() == first.date() else "D j M Y, H:i")
    return Piece(
        begin_at=begin,
        end_at=end,
        text=f"{_on_the_wall(begin, zone)}–{until}",
        seconds=(end - begin) // timedelta(seconds=1),
        x=int((begin - start) / thousandth),
        # A segment that is too short to see is drawn all the same.
        width=max(round((end - begin) / thousandth), 2),
    )


def _on_the_wall(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment as clocks there show it."""
    return format_date(at.astimezone(zone), "D j M Y, H:i")
