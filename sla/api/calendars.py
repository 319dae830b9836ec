"""Working hours and what they make of a promise."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from msgspec import Struct
from rest_framework.request import Request
from rest_framework.response import Response

from sla import access, queries
from sla.api.shapes import LONGEST_AMOUNT, Moment
from sla.business_time import due_after
from sla.models import Calendar, CalendarVersion
from sla.serializers import (
    calendar_row,
)
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import operation
from smarketing.lib.pagination import page
from tenants.rest import KeyView, answer


class PreviewBody(Struct, forbid_unknown_fields=True):
    """A promise to try on a calendar."""

    start: Moment
    amount: Decimal
    unit: Literal["elapsed_hours", "business_hours", "business_days"]


class Calendars(KeyView):
    """Working hours."""

    scopes: ClassVar = {"GET": "sla:read"}

    @operation("List the calendars", answers={200: "A page of calendars as they stand."}, problems=(401, 403))
    def get(self, request: Request) -> Response:
        """List the calendars as they stand."""
        newest = CalendarVersion.objects.order_by("calendar", "-number").distinct("calendar")
        by_calendar = {version.calendar_id: version for version in newest.select_related("calendar")}
        return answer(page(request, Calendar.objects.all(), lambda row: calendar_row(by_calendar[row.pk])))


class CalendarPreview(KeyView):
    """What a promise would mean on a calendar."""

    scopes: ClassVar = {"POST": "sla:read"}

    @operation(
        "Try a promise on a calendar",
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
        hours = queries.hours_for(queries.calendar_in_force(calendar.key))
        due_at = due_after(given.start, given.amount, given.unit, hours)
        if given.unit == "elapsed_hours":
            segments = [(given.start, due_at)]
        else:
            segments = list(hours.segments_between(given.start, due_at))
        return answer({"due_at": due_at, "segments": segments})


def _refuse_extremes(given: PreviewBody) -> None:
    faults = []
    if not given.amount.is_finite() or not 0 < given.amount <= LONGEST_AMOUNT:
        faults.append(FieldError("/amount", "out_of_range", f"More than 0 and at most {LONGEST_AMOUNT}."))
    if not date(1972, 1, 2) <= given.start.date() <= date(2150, 12, 31):
        faults.append(FieldError("/start", "out_of_range", "From 1972 to 2150."))
    if faults:
        raise InvalidInput(faults)
