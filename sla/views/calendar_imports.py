"""Taking over days from elsewhere: a country's public holidays, a calendar file. First shown, then taken."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sla import access, actions, queries
from sla.business_time import parse_calendar
from sla.business_time.calendar_file import MOST_DAYS, CalendarFileInvalid, FileDays, read_calendar_file
from sla.business_time.dated import HolidayRows
from sla.calendar_words import left_out_text
from sla.forms.calendars import CalendarFileForm, HolidayForm
from sla.models import Calendar, CalendarVersion
from sla.queries.calendars import file_stretch
from sla.views.calendars import say_and_return
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import Role


class DaysUnreadable(DomainError):
    """The days that were shown did not come back as they were."""

    code = "days_unreadable"
    status = 422


@require_http_methods(["GET", "POST"])
@members_only(Role.ADMINISTRATOR)
def calendar_holidays(request: MemberRequest, calendar_id: UUID) -> HttpResponseBase:
    """Show what a country's list would add, leave and remove; take it over when it is posted."""
    found = access.get_calendar_to_change(request.membership, calendar_id)
    version = queries.newest_version(found)
    at = now()
    asked = request.POST or (request.GET if "country" in request.GET else None)
    form = HolidayForm(asked, initial=_proposed(request, version, at))
    rows = _rows(form, version) if form.is_bound and form.is_valid() else None
    if request.method == "POST" and rows is not None:
        try:
            changed = actions.take_over_holidays(
                found, rows, by=request.membership, at=at, seen=form.cleaned_data["seen"]
            )
            return say_and_return(request, changed, version)
        except InvalidInput as invalid:
            form.add_error(None, [error.detail for error in invalid.errors][:3])
    context = {"calendar": found, "form": form, "rows": rows, "version": version.number}
    status = 422 if form.errors else 200
    return render_page(request, "sla/calendar_holidays.html", context, partial="preview", status=status)


def _proposed(request: MemberRequest, version: CalendarVersion, at: datetime) -> dict[str, Any]:
    return asdict(queries.wanted_next(version, country=request.organisation.country, at=at))


def _rows(form: HolidayForm, version: CalendarVersion) -> HolidayRows:
    wanted = {name: form.cleaned_data[name] for name in ("country", "subdivision", "first_year", "last_year")}
    return queries.offered_holidays(version, queries.Wanted(**wanted))


@require_http_methods(["GET", "POST"])
@members_only(Role.ADMINISTRATOR)
def calendar_file(request: MemberRequest, calendar_id: UUID) -> HttpResponseBase:
    """Ask for a calendar file, show the days that it would close, close them when they are posted back."""
    found = access.get_calendar_to_change(request.membership, calendar_id)
    version = queries.newest_version(found)
    if "days" in request.POST:
        return _take_over(request, found, version)
    form = CalendarFileForm(request.POST or None, request.FILES or None, initial={"seen": version.number})
    if request.method == "GET" or not form.is_valid():
        return _file_page(request, found, form, None)
    try:
        days = _read(form.cleaned_data["file"], version)
    except CalendarFileInvalid as invalid:
        form.add_error("file", _(invalid.sentence))
        return _file_page(request, found, form, None)
    return _file_page(request, found, form, _preview(days, version))


def _read(raw: bytes, version: CalendarVersion) -> FileDays:
    first, last = file_stretch(version, at=now())
    return read_calendar_file(raw, first=first, last=last)


def _preview(found: FileDays, version: CalendarVersion) -> dict[str, Any]:
    spec = parse_calendar(version.content)
    new = [(day, name) for day, name in found.days if not spec.is_closed(day)]
    return {
        "added": new,
        "there": [(day, name) for day, name in found.days if spec.is_closed(day)],
        "left_out": [left_out_text(reason, count) for reason, count in sorted(found.left_out.items())],
        # Shown, and sent back with the button: no copy of the file is kept.
        "days": json.dumps([[day.isoformat(), name] for day, name in new]),
        "version": version.number,
    }


def _take_over(request: MemberRequest, found: Calendar, version: CalendarVersion) -> HttpResponseBase:
    seen = request.POST.get("seen", "")
    days = _posted(request.POST["days"])
    try:
        changed = actions.take_over_file(
            found, days, by=request.membership, at=now(), seen=int(seen) if seen.isdecimal() else version.number
        )
        return say_and_return(request, changed, version)
    except InvalidInput as invalid:
        raise DaysUnreadable(invalid.errors[0].detail) from invalid


def _posted(text: str) -> list[tuple[date, str]]:
    """Return the days as they were shown; they come from a browser, so nothing is taken on trust."""
    try:
        given = json.loads(text)
        days = [(date.fromisoformat(day), str(name)[:100]) for day, name in given]
    except (ValueError, TypeError, RecursionError) as error:
        raise DaysUnreadable(_("These days cannot be read. Choose the file again.")) from error
    if len(days) > MOST_DAYS or any("\x00" in name for _day, name in days):
        raise DaysUnreadable(_("These days cannot be read. Choose the file again."))
    return days


def _file_page(
    request: MemberRequest, found: Calendar, form: CalendarFileForm, preview: dict[str, Any] | None
) -> HttpResponse:
    context = {"calendar": found, "form": form, "preview": preview}
    return render_page(request, "sla/calendar_file.html", context, status=422 if form.errors else 200)
