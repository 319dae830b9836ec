"""What clients are answered about reports."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Moment


class ReportPlan(TypedDict):
    """When a report comes to the key's member, on the clock of their zone; weekday 0 is Monday."""

    kind: str
    active: bool
    weekday: int | None
    day: int | None
    hour: int
    zone: str
    form: str
    next_at: Moment | None


class ReportPlans(TypedDict):
    """Both kinds of report."""

    weekly: ReportPlan
    monthly: ReportPlan


class SentReport(TypedDict):
    """A report that was sent; the dates are the days that it is about, both included."""

    id: UUID
    kind: str
    state: str
    at: Moment
    member: UUID
    first_date: date | None
    last_date: date | None
    has_paper: bool
    attempts: int
    error: str | None
