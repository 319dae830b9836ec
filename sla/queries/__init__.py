"""Reading what was promised and whether it is kept."""

from sla.queries.agreements import agreement_in_force, commitment_of
from sla.queries.calendars import calendar_in_force, hours_by_id, hours_for
from sla.queries.clocks import ClockView, clock_view, clock_views
from sla.queries.histories import History, clock_histories, clock_history

__all__ = [
    "ClockView",
    "History",
    "agreement_in_force",
    "calendar_in_force",
    "clock_histories",
    "clock_history",
    "clock_view",
    "clock_views",
    "commitment_of",
    "hours_by_id",
    "hours_for",
]
