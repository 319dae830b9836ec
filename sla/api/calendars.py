"""Working hours and what they make of a promise."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from msgspec import UNSET, Meta, Struct, UnsetType, to_builtins
from rest_framework.request import Request
from rest_framework.response import Response

from sla import access, actions, answers, queries
from sla.api.shapes import LONGEST_AMOUNT, Moment
from sla.business_time.calendar_file import LARGEST_BYTES, read_calendar_file
from sla.business_time.dated import HolidayRows
from sla.models import Calendar, CalendarVersion
from sla.queries.calendars import file_stretch
from sla.queries.holidays import MOST_YEARS, Wanted, countries, subdivisions_of
from sla.serializers import (
    calendar_changed_row,
    calendar_row,
    calendar_version_row,
    file_days,
    holiday_rows,
)
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import FreeForm, Page, operation
from smarketing.lib.pagination import page, page_together
from tenants.access import require
from tenants.rest import KeyView, answer
from tenants.roles import Role


class PreviewBody(Struct, forbid_unknown_fields=True):
    """A promise to try on a calendar."""

    start: Moment
    amount: Decimal
    unit: Literal["elapsed_hours", "business_hours", "business_days"]


class CalendarBody(Struct, forbid_unknown_fields=True):
    """A calendar as it is read; `holidays` and `sources` stay where they are left out, the server's own fields too."""

    name: str
    zone: str
    weekly: dict[str, list[list[str]]]
    closed: list[str] = []
    exceptions: dict[str, list[list[str]]] = {}
    holiday_cuts_night_shift: bool = False
    holidays: dict[str, str] | UnsetType = UNSET
    sources: dict[str, str] | UnsetType = UNSET
    earlier: list[FreeForm] = []
    id: str = ""
    key: str = ""
    version: int = 0
    content_hash: str = ""
    open_deadlines: int = 0

    def content(self) -> dict[str, Any]:
        """Return what the calendar is to say; what was left out is left out."""
        given: dict[str, Any] = to_builtins(self)
        return {name: value for name, value in given.items() if name not in _SERVERS}


# What a calendar's content does not say.
_SERVERS = frozenset({"id", "key", "version", "content_hash", "open_deadlines"})

Year = Annotated[int, Meta(ge=2000, le=2150)]


class HolidaysQuery(Struct, forbid_unknown_fields=True):
    """Which country's holidays, of which years; left out: the list that the calendar has, this year and two more."""

    country: Annotated[str, Meta(max_length=2)] = ""
    first_year: Year | None = None
    last_year: Year | None = None
    subdivision: Annotated[str, Meta(max_length=30)] = ""


class CalendarFileBody(Struct, forbid_unknown_fields=True):
    """The text of a calendar file; nothing is changed while `dry_run` is true."""

    text: str
    dry_run: bool = True


class Calendars(KeyView):
    """Working hours."""

    scopes: ClassVar = {"GET": "sla:read", "POST": "sla:write"}

    @operation(
        "List the calendars",
        gives=Page[answers.Calendar],
        answers={200: "A page of calendars as they stand."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """List the calendars as they stand."""
        newest = CalendarVersion.objects.order_by("calendar", "-number").distinct("calendar")
        by_calendar = {version.calendar_id: version for version in newest.select_related("calendar")}
        rows = Calendar.objects.filter(retired_at=None)
        return answer(page(request, rows, lambda row: calendar_row(by_calendar[row.pk])))

    @operation(
        "Add a calendar",
        gives=answers.Calendar,
        tagged=True,
        body=CalendarBody,
        answers={201: "The calendar."},
        problems=(401, 403, 409, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        """Add a named calendar, another country's for instance; only for administrators."""
        require(self.member, Role.ADMINISTRATOR)
        version = actions.open_calendar(content=self.body(CalendarBody).content(), by=self.member, at=self.at)
        location = f"/api/v1/calendars/{version.calendar_id}"
        return answer(calendar_row(version), status=201, revision=version.number, location=location)


class OneCalendar(KeyView):
    """One calendar."""

    scopes: ClassVar = {"GET": "sla:read", "PUT": "sla:write"}

    @operation(
        "Read a calendar",
        gives=answers.Calendar,
        tagged=True,
        answers={200: "The calendar as it stands."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request, calendar_id: UUID) -> Response:
        """Read a calendar; its ETag is the number of its version."""
        version = queries.newest_version(access.get_calendar(self.member, calendar_id))
        return answer(calendar_row(version), revision=version.number)

    @operation(
        "Change a calendar",
        gives=answers.Calendar,
        tagged=True,
        body=CalendarBody,
        answers={200: "The calendar, with how many open deadlines follow it."},
        problems=(401, 403, 404, 409, 412, 422, 428),
    )
    def put(self, request: Request, calendar_id: UUID) -> Response:
        """Write what the calendar says now; open deadlines follow. A week that is agreed: 409."""
        calendar = access.get_calendar_to_change(self.member, calendar_id)
        current = queries.newest_version(calendar)
        self.expect(current.number)
        kept = {name: current.content[name] for name in ("holidays", "sources") if name in current.content}
        content = {**kept, **self.body(CalendarBody).content()}
        version = actions.change_calendar(calendar, content=content, by=self.member, at=self.at, seen=current.number)
        return answer(calendar_changed_row(version), revision=version.number)


class CalendarVersions(KeyView):
    """What a calendar has said."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation(
        "List the versions of a calendar",
        gives=Page[answers.CalendarVersion],
        answers={200: "A page of versions with their changes."},
        problems=(401, 403, 404),
    )
    def get(self, request: Request, calendar_id: UUID) -> Response:
        """List the versions with what each changed, in words."""
        calendar = access.get_calendar(self.member, calendar_id)
        versions = CalendarVersion.objects.filter(calendar=calendar)
        return answer(page_together(request, versions, lambda rows: _version_rows(calendar, rows)))


def _version_rows(calendar: Calendar, versions: list[CalendarVersion]) -> list[Mapping[str, Any]]:
    return [calendar_version_row(row) for row in queries.version_rows(calendar, versions)]


class CalendarHolidays(KeyView):
    """A country's public holidays for a calendar: shown, then taken over."""

    scopes: ClassVar = {"GET": "sla:write", "POST": "sla:write"}

    @operation(
        "Preview public holidays",
        gives=answers.Holidays,
        query=HolidaysQuery,
        answers={200: "The rows that would be added, are there, would be removed."},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, calendar_id: UUID) -> Response:
        """Show what `country`, `subdivision`, `first_year`, `last_year` would change; nothing is stored."""
        calendar = access.get_calendar_to_change(self.member, calendar_id)
        return answer(holiday_rows(self._offered(calendar, self.query(HolidaysQuery))))

    @operation(
        "Take over public holidays",
        gives=answers.Calendar,
        tagged=True,
        body=HolidaysQuery,
        answers={200: "The calendar with these rows."},
        problems=(401, 403, 404, 422),
        posts=True,
    )
    def post(self, request: Request, calendar_id: UUID) -> Response:
        """Let the rows that the preview shows become the calendar's."""
        calendar = access.get_calendar_to_change(self.member, calendar_id)
        rows = self._offered(calendar, self.body(HolidaysQuery))
        version = actions.take_over_holidays(calendar, rows, by=self.member, at=self.at)
        return answer(calendar_changed_row(version), revision=version.number)

    def _offered(self, calendar: Calendar, asked: HolidaysQuery) -> HolidayRows:
        version = queries.newest_version(calendar)
        usual = queries.wanted_next(version, country=self.organisation.country, at=self.at)
        first = asked.first_year or usual.first_year
        wanted = queries.Wanted(
            country=asked.country or usual.country,
            subdivision=asked.subdivision if asked.country else usual.subdivision,
            first_year=first,
            last_year=asked.last_year or max(first, usual.last_year),
        )
        _refuse_unlisted(wanted)
        return queries.offered_holidays(version, wanted)


def _refuse_unlisted(wanted: Wanted) -> None:
    faults = []
    if not 0 <= wanted.last_year - wanted.first_year < MOST_YEARS:
        faults.append(FieldError("/last_year", "out_of_range", _("Give up to ten years, in their order.")))
    if wanted.country not in dict(countries()):
        faults.append(FieldError("/country", "unknown_value", _("No holidays are listed for this country.")))
    elif wanted.subdivision and wanted.subdivision not in dict(subdivisions_of(wanted.country)):
        faults.append(FieldError("/subdivision", "unknown_value", _("The country has no such part.")))
    if faults:
        raise InvalidInput(faults)


class CalendarFile(KeyView):
    """A calendar file for a calendar."""

    scopes: ClassVar = {"POST": "sla:write"}
    max_body_bytes: ClassVar[int] = 2 * LARGEST_BYTES

    @operation(
        "Close the days of a calendar file",
        gives=answers.FileDays,
        tagged=True,
        body=CalendarFileBody,
        answers={200: "The days of the file; the calendar's version."},
        problems=(401, 403, 404, 413, 422),
        posts=True,
    )
    def post(self, request: Request, calendar_id: UUID) -> Response:
        """Read whole-day events as closed days; they are closed once `dry_run` is false."""
        calendar = access.get_calendar_to_change(self.member, calendar_id)
        given, current = self.body(CalendarFileBody), queries.newest_version(calendar)
        first, last = file_stretch(current, at=self.at)
        found = read_calendar_file(given.text.encode(), first=first, last=last)
        version = current
        if not given.dry_run:
            version = actions.take_over_file(calendar, found.days, by=self.member, at=self.at)
        return answer({**file_days(found), "version": version.number}, revision=version.number)


class CalendarRetirement(KeyView):
    """Putting a calendar away."""

    scopes: ClassVar = {"POST": "sla:write"}

    @operation(
        "Put a calendar away",
        gives=answers.Calendar,
        answers={201: "The calendar, no longer offered."},
        problems=(401, 403, 404, 409),
        posts=True,
    )
    def post(self, request: Request, calendar_id: UUID) -> Response:
        """Put away a calendar on which nothing counts; its versions stay."""
        self.no_body()
        calendar = access.get_calendar_to_change(self.member, calendar_id)
        actions.retire_calendar(calendar, by=self.member, at=self.at)
        return answer({**calendar_row(queries.newest_version(calendar)), "retired_at": self.at}, status=201)


class CalendarPreview(KeyView):
    """What a promise would mean on a calendar."""

    scopes: ClassVar = {"POST": "sla:read"}

    @operation(
        "Try a promise on a calendar",
        gives=answers.Trial,
        body=PreviewBody,
        answers={200: "The due time and the counted segments."},
        problems=(401, 403, 404, 422),
        posts=True,
    )
    def post(self, request: Request, calendar_id: UUID) -> Response:
        """Return the due time and the segments that would count; nothing is stored."""
        given = self.body(PreviewBody)
        calendar = access.get_calendar(self.member, calendar_id)
        _refuse_extremes(given)
        hours = queries.hours_for(queries.newest_version(calendar))
        trial = queries.try_promise(hours, start=given.start, amount=given.amount, unit=given.unit)
        return answer({"due_at": trial.due_at, "segments": [(piece.begin_at, piece.end_at) for piece in trial.pieces]})


def _refuse_extremes(given: PreviewBody) -> None:
    faults = []
    if not given.amount.is_finite() or not 0 < given.amount <= LONGEST_AMOUNT:
        faults.append(FieldError("/amount", "out_of_range", f"More than 0 and at most {LONGEST_AMOUNT}."))
    if not date(1972, 1, 2) <= given.start.date() <= date(2150, 12, 31):
        faults.append(FieldError("/start", "out_of_range", "From 1972 to 2150."))
    if faults:
        raise InvalidInput(faults)
