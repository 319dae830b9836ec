"""What clients are answered about agreements, targets, clocks and calendars: the shapes that the document names."""

from sla.answers.agreements import ClauseChange, Comparison, Deputy, SectionChanges, Signature, Version, WholeVersion
from sla.answers.calendars import Calendar, CalendarVersion, FileDays, Holidays, Trial
from sla.answers.clocks import (
    Clock,
    ClockEvent,
    Day,
    Explanation,
    OwnedTime,
    Pause,
    Plea,
    Rule,
    Segment,
    Sentence,
    UsedTime,
)
from sla.answers.health import Check, Health, Sweep
from sla.answers.months import Correction, Month, MonthProof, Promise, WholeMonth
from sla.answers.targets import Target, TargetInForce, TargetList

__all__ = [
    "Calendar",
    "CalendarVersion",
    "Check",
    "ClauseChange",
    "Clock",
    "ClockEvent",
    "Comparison",
    "Correction",
    "Day",
    "Deputy",
    "Explanation",
    "FileDays",
    "Health",
    "Holidays",
    "Month",
    "MonthProof",
    "OwnedTime",
    "Pause",
    "Plea",
    "Promise",
    "Rule",
    "SectionChanges",
    "Segment",
    "Sentence",
    "Signature",
    "Sweep",
    "Target",
    "TargetInForce",
    "TargetList",
    "Trial",
    "UsedTime",
    "Version",
    "WholeMonth",
    "WholeVersion",
]
