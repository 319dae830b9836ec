"""Pages of the engine: targets, the agreement, breaches."""

from sla.views.agreement_editor import agreement_edit, agreement_preview
from sla.views.agreement_papers import agreement_diff, agreement_labels, agreement_pdf
from sla.views.agreements import (
    agreement,
    agreement_deputy,
    agreement_discard,
    agreement_draft,
    agreement_propose,
    agreement_reopen,
    agreement_sign,
)
from sla.views.breaches import breaches
from sla.views.calendar_imports import calendar_file, calendar_holidays
from sla.views.calendars import (
    calendar,
    calendar_clear,
    calendar_days,
    calendar_edit,
    calendar_history,
    calendar_new,
    calendar_retire,
    calendars,
)
from sla.views.explanations import evidence, excuse, explanation, plea_decide, plea_withdraw
from sla.views.health import health, health_check
from sla.views.months import month, months
from sla.views.targets import target_countersign, target_propose, targets, targets_countersign, targets_fill

__all__ = [
    "agreement",
    "agreement_deputy",
    "agreement_diff",
    "agreement_discard",
    "agreement_draft",
    "agreement_edit",
    "agreement_labels",
    "agreement_pdf",
    "agreement_preview",
    "agreement_propose",
    "agreement_reopen",
    "agreement_sign",
    "breaches",
    "calendar",
    "calendar_clear",
    "calendar_days",
    "calendar_edit",
    "calendar_file",
    "calendar_history",
    "calendar_holidays",
    "calendar_new",
    "calendar_retire",
    "calendars",
    "evidence",
    "excuse",
    "explanation",
    "health",
    "health_check",
    "month",
    "months",
    "plea_decide",
    "plea_withdraw",
    "target_countersign",
    "target_propose",
    "targets",
    "targets_countersign",
    "targets_fill",
]
