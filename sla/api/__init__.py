"""The engine for REST clients: agreements, targets, clocks, breaches, calendars."""

from sla.api.agreements import (
    Agreement,
    AgreementDiff,
    AgreementLabels,
    AgreementProposal,
    Agreements,
    AgreementSignatures,
    SigningDeputy,
)
from sla.api.calendars import (
    CalendarFile,
    CalendarHolidays,
    CalendarPreview,
    CalendarRetirement,
    Calendars,
    CalendarVersions,
    OneCalendar,
)
from sla.api.clocks import Breaches, ClockExplanation, Clocks
from sla.api.health import EngineHealth
from sla.api.months import Month, Months
from sla.api.pleas import (
    Evidence,
    EvidenceDecision,
    EvidenceWithdrawal,
    Excuse,
    ExcuseDecision,
    ExcuseWithdrawal,
)
from sla.api.targets import TargetCountersignature, Targets

__all__ = [
    "Agreement",
    "AgreementDiff",
    "AgreementLabels",
    "AgreementProposal",
    "AgreementSignatures",
    "Agreements",
    "Breaches",
    "CalendarFile",
    "CalendarHolidays",
    "CalendarPreview",
    "CalendarRetirement",
    "CalendarVersions",
    "Calendars",
    "ClockExplanation",
    "Clocks",
    "EngineHealth",
    "Evidence",
    "EvidenceDecision",
    "EvidenceWithdrawal",
    "Excuse",
    "ExcuseDecision",
    "ExcuseWithdrawal",
    "Month",
    "Months",
    "OneCalendar",
    "SigningDeputy",
    "TargetCountersignature",
    "Targets",
]
