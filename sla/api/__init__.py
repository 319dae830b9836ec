"""The engine for REST clients: agreements, targets, clocks, breaches, calendars."""

from sla.api.agreements import Agreement, Agreements, AgreementSignatures
from sla.api.calendars import CalendarPreview, Calendars
from sla.api.clocks import Breaches, ClockExplanation, Clocks
from sla.api.targets import TargetCountersignature, Targets

__all__ = [
    "Agreement",
    "AgreementSignatures",
    "Agreements",
    "Breaches",
    "CalendarPreview",
    "Calendars",
    "ClockExplanation",
    "Clocks",
    "TargetCountersignature",
    "Targets",
]
