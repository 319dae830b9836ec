"""Reading what was promised and whether it is kept."""

from sla.queries.agreements import (
    agreement_in_force,
    commitment_of,
    draft_of,
    last_signed,
    signatures_of,
    version_before,
)
from sla.queries.calendars import calendar_in_force, hours_by_id, hours_for
from sla.queries.clocks import ClockView, clock_view, clock_views
from sla.queries.compliance import (
    BreachRow,
    Compliance,
    OwnerRow,
    breach_rows,
    breaches_by_owner,
    compliance,
    days_since_last_breach,
    due_between,
    open_breach_clocks,
    open_breaches,
    past_breach_clocks,
)
from sla.queries.credit import CreditCounts, credit_counts, ledger_by_day
from sla.queries.health import EngineHealth, SweepStanding, engine_health, sweep_standing
from sla.queries.histories import History, clock_histories, clock_history
from sla.queries.months import (
    end_of_month,
    last_day,
    month_is_closed,
    next_month,
    start_of_month,
    zone_of_organisation,
)
from sla.queries.targets import TargetCell, TargetView, agreement_volume, month_state, target_for, targets_of_year

__all__ = [
    "BreachRow",
    "ClockView",
    "Compliance",
    "CreditCounts",
    "EngineHealth",
    "History",
    "OwnerRow",
    "SweepStanding",
    "TargetCell",
    "TargetView",
    "agreement_in_force",
    "agreement_volume",
    "breach_rows",
    "breaches_by_owner",
    "calendar_in_force",
    "clock_histories",
    "clock_history",
    "clock_view",
    "clock_views",
    "commitment_of",
    "compliance",
    "credit_counts",
    "days_since_last_breach",
    "draft_of",
    "due_between",
    "end_of_month",
    "engine_health",
    "hours_by_id",
    "hours_for",
    "last_day",
    "last_signed",
    "ledger_by_day",
    "month_is_closed",
    "month_state",
    "next_month",
    "open_breach_clocks",
    "open_breaches",
    "past_breach_clocks",
    "signatures_of",
    "start_of_month",
    "sweep_standing",
    "target_for",
    "targets_of_year",
    "version_before",
    "zone_of_organisation",
]
