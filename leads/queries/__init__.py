"""Reading leads and handovers."""

from leads.queries.detail import can_undo, gate_gaps, handover_detail, lead_detail, seconds_left
from leads.queries.inbox import (
    PAGE,
    VIEWS,
    Overview,
    Picked,
    Queue,
    grouped,
    on_time_of,
    overview_of,
    queue_for,
    queue_ids,
)
from leads.queries.lists import Asked, answered_returns, answers_open_to, lead_rows, leads_in, returns_for
from leads.queries.shapes import LeadDetail, LeadRow, QueueRow, ReturnRow

__all__ = [
    "PAGE",
    "VIEWS",
    "Asked",
    "LeadDetail",
    "LeadRow",
    "Overview",
    "Picked",
    "Queue",
    "QueueRow",
    "ReturnRow",
    "answered_returns",
    "answers_open_to",
    "can_undo",
    "gate_gaps",
    "grouped",
    "handover_detail",
    "lead_detail",
    "lead_rows",
    "leads_in",
    "on_time_of",
    "overview_of",
    "queue_for",
    "queue_ids",
    "returns_for",
    "seconds_left",
]
