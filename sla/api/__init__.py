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
from sla.api.calendars import CalendarPreview, Calendars
from sla.api.clocks import Breaches, ClockExplanation, Clocks
from sla.api.health import EngineHealth
from sla.api.months import Month, Months
from sla.api.targets import TargetCountersignature, Targets

__all__ = [
    "Agreement",
    "AgreementDiff",
    "AgreementLabels",
    "AgreementProposal",
    "AgreementSignatures",
    "Agreements",
    "Breaches",
    "CalendarPreview",
    "Calendars",
    "ClockExplanation",
    "Clocks",
    "EngineHealth",
    "Month",
    "Months",
    "SigningDeputy",
    "TargetCountersignature",
    "Targets",
]
