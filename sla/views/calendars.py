"""Working hours: the calendars, one of them, its week, its dated rows, its versions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sla import access, actions, queries
from sla.business_time import BUSINESS_HOURS, parse_calendar
from sla.business_time.dated import clear_days, close_days
from sla.forms.calendars import AgreedCalendarForm, CalendarForm, DaysForm, TrialForm
from sla.models import Calendar, CalendarVersion
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.htmx import render_page
from tenants.access import MemberRequest, members_only
from tenants.roles import Role

VERSIONS_A_PAGE = 20


@require_GET
@members_only()
def calendars(request: MemberRequest) -> HttpResponse:
    """Show every calendar in use."""
    context = {"cards": queries.calendar_cards(at=now()), "may_change": request.membership.has(Role.ADMINISTRATOR)}
    return render_page(request, "sla/calendars.html", context)


@require_GET
@members_only()
def calendar(request: MemberRequest, calendar_id: UUID) -> HttpResponse:
    """Show one calendar; with a promise in the query also what it would come to."""
    found = access.get_calendar(request.membership, calendar_id)
    return _page(request, found, days=DaysForm(initial={"seen": queries.newest_version(found).number}))


@require_http_methods(["GET", "POST"])
@members_only(Role.ADMINISTRATOR)
def calendar_new(request: MemberRequest) -> HttpResponseBase:
    """Ask for another calendar, or add it."""
    week = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    form = CalendarForm(request.POST or None, weekly=week, initial={"zone": request.organisation.zone})
    if "copy" in request.POST:
        return _editor(request, _copied(form), None)
    if form.is_bound and form.is_valid():
        try:
            version = actions.open_calendar(content=form.changes(), by=request.membership, at=now())
        except InvalidInput as invalid:
            form.show(list(invalid.errors))
        else:
            messages.success(request, _("Added. Now take over its holidays."))
            return _to("calendar_holidays", request, version.calendar_id)
    return _editor(request, form, None)


@require_http_methods(["GET", "POST"])
@members_only(Role.ADMINISTRATOR)
def calendar_edit(request: MemberRequest, calendar_id: UUID) -> HttpResponseBase:
    """Ask for another name, week or rule for night shifts, or change them."""
    found = access.get_calendar_to_change(request.membership, calendar_id)
    version = queries.newest_version(found)
    form = _form_of(request, found, version)
    if "copy" in request.POST and isinstance(form, CalendarForm):
        return _editor(request, _copied(form), found)
    if form.is_bound and form.is_valid():
        content = {**version.content, **form.changes()}
        try:
            return _change(request, found, content, seen=form.cleaned_data["seen"])
        except InvalidInput as invalid:
            form.show(list(invalid.errors))
    return _editor(request, form, found)


def _form_of(request: MemberRequest, found: Calendar, version: CalendarVersion) -> CalendarForm | AgreedCalendarForm:
    initial = {**version.content, "seen": version.number}
    data = request.POST if request.method == "POST" else None
    if queries.is_agreed(found, at=now()):
        return AgreedCalendarForm(data, initial=initial)
    return CalendarForm(data, initial=initial, weekly=version.content["weekly"])


def _copied(form: CalendarForm) -> CalendarForm:
    """Return the form as it was filled in, Monday's hours on every working day; nothing is saved."""
    given = form.copied_from_monday()
    weekly: dict[str, list[list[str]]] = {}
    for day in form.weekdays():
        pairs = [(given.get(f"{day['key']}_{n}_begin", ""), given.get(f"{day['key']}_{n}_end", "")) for n in range(6)]
        weekly[day["key"]] = [[begin, end] for begin, end in pairs if begin or end]
    return CalendarForm(initial=given, weekly=weekly)


def _editor(request: MemberRequest, form: CalendarForm | AgreedCalendarForm, found: Calendar | None) -> HttpResponse:
    context = {"form": form, "calendar": found, "is_agreed": isinstance(form, AgreedCalendarForm)}
    return render_page(request, "sla/calendar_edit.html", context, status=422 if form.errors else 200)


@require_POST
@members_only(Role.ADMINISTRATOR)
def calendar_days(request: MemberRequest, calendar_id: UUID) -> HttpResponseBase:
    """Close days, or give them hours of their own."""
    found = access.get_calendar_to_change(request.membership, calendar_id)
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _page(request, found, days=form, status=422)
    spec, given = parse_calendar(queries.newest_version(found).content), form.cleaned_data
    if given["kind"] == "closed":
        content = close_days(spec, form.days(), name=given["name"]).as_content()
    else:
        content = clear_days(spec, [day for day in form.days() if day in spec.closed]).as_content()
        content["exceptions"] |= {day.isoformat(): form.windows() for day in form.days()}
    try:
        return _change(request, found, content, seen=given["seen"])
    except InvalidInput as invalid:
        form.show(list(invalid.errors))
        return _page(request, found, days=form, status=422)


@require_POST
@members_only(Role.ADMINISTRATOR)
def calendar_clear(request: MemberRequest, calendar_id: UUID, first: str, last: str) -> HttpResponseBase:
    """Let the week hold again on days that were closed or had hours of their own."""
    found = access.get_calendar_to_change(request.membership, calendar_id)
    begin, end = _day(first), _day(last)
    spec = parse_calendar(queries.newest_version(found).content)
    dated = {day for day, _name in spec.holidays} | {day for day, _hours in spec.exceptions} | spec.closed
    chosen = [day for day in dated if begin <= day <= end]
    if not chosen:
        raise Http404
    return _change(request, found, clear_days(spec, chosen).as_content(), seen=None)


@require_POST
@members_only(Role.ADMINISTRATOR)
def calendar_retire(request: MemberRequest, calendar_id: UUID) -> HttpResponseBase:
    """Put a calendar away."""
    found = access.get_calendar_to_change(request.membership, calendar_id)
    actions.retire_calendar(found, by=request.membership, at=now())
    messages.success(request, _("%(name)s is put away.") % {"name": found.name})
    return redirect("sla:calendars", slug=request.organisation.slug)


@require_GET
@members_only()
def calendar_history(request: MemberRequest, calendar_id: UUID) -> HttpResponse:
    """Show every version with what it changed, or the difference between two."""
    found = access.get_calendar(request.membership, calendar_id)
    versions = CalendarVersion.objects.filter(calendar=found).order_by("-number")
    page_obj = Paginator(versions, VERSIONS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "calendar": found,
        "page_obj": page_obj,
        "rows": queries.version_rows(found, list(page_obj)),
        "compared": _compared(request, found),
    }
    return render_page(request, "sla/calendar_history.html", context)


def _compared(request: MemberRequest, found: Calendar) -> dict[str, Any] | None:
    numbers = [request.GET.get(name, "") for name in ("from", "to")]
    # Nine digits are more than any calendar has, and fewer than a column cannot hold.
    if not all(text.isdecimal() and len(text) < 10 for text in numbers):
        return None
    one, other = sorted(int(text) for text in numbers)
    rows = {row.number: row for row in CalendarVersion.objects.filter(calendar=found, number__in=(one, other))}
    if len(rows) < 2:
        return None
    old, new = (parse_calendar(rows[number].content) for number in (one, other))
    return {"first": one, "second": other, "changes": queries.changes_in_words(old, new)}


def _page(request: MemberRequest, found: Calendar, *, days: DaysForm, status: int = 200) -> HttpResponse:
    version, at = queries.newest_version(found), now()
    trial_form, trial = _trial(request, version, at)
    context = {
        "page": queries.calendar_page(version, at=at),
        "may_change": request.membership.has(Role.ADMINISTRATOR),
        "may_retire": request.membership.has(Role.ADMINISTRATOR) and not queries.uses_of(found, at=at),
        "days": days,
        "trial_form": trial_form,
        "trial": trial,
        "job": queries.following_job(version, reader=request.membership),
    }
    return render_page(request, "sla/calendar.html", context, partial="trial", status=_status(trial_form, status))


def _status(trial_form: TrialForm, status: int) -> int:
    return 422 if trial_form.errors else status


def _trial(request: MemberRequest, version: CalendarVersion, at: datetime) -> tuple[TrialForm, "queries.Trial | None"]:
    """Return the form for a promise, and what it would come to once it is asked."""
    zone = ZoneInfo(version.content["zone"])
    if "amount" not in request.GET:
        start = at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
        return TrialForm(initial={"start": start, "amount": Decimal(8), "unit": BUSINESS_HOURS}), None
    form = TrialForm(request.GET)
    if not form.is_valid():
        return form, None
    given = form.cleaned_data
    # The field's time is a wall clock's, where the calendar is.
    start = given["start"].replace(tzinfo=zone)
    hours = queries.hours_for(version)
    return form, queries.try_promise(hours, start=start, amount=given["amount"], unit=given["unit"])


def _change(request: MemberRequest, found: Calendar, content: dict[str, Any], *, seen: int | None) -> HttpResponseBase:
    before = queries.newest_version(found)
    version = actions.change_calendar(found, content=content, by=request.membership, at=now(), seen=seen)
    return say_and_return(request, version, before)


def say_and_return(request: MemberRequest, version: CalendarVersion, before: CalendarVersion) -> HttpResponseBase:
    """Say what follows a change, and go back to the calendar."""
    if version.pk != before.pk:
        messages.success(request, said_of(version))
    else:
        messages.info(request, _("Nothing was changed."))
    return _to("calendar", request, version.calendar_id)


def said_of(version: CalendarVersion) -> str:
    """Say what a change has set going."""
    count = queries.followers_of(version)
    if not count:
        return _("Changed. No open deadline counts on it.")
    text = ngettext(
        "Changed. %(n)s open deadline is dated anew.", "Changed. %(n)s open deadlines are dated anew.", count
    )
    return text % {"n": f"{count:,}"}


def _to(name: str, request: MemberRequest, calendar_id: UUID) -> HttpResponseBase:
    return redirect(f"sla:{name}", slug=request.organisation.slug, calendar_id=calendar_id)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
