"""The pure state machine of a clock: facts and terms in, state and verdict out.

Pure: no Django, no settings, no wall clock. The stored row is a copy of what
`derive` says after the last fact; `explain` says why; `used_by_owner` says whose
time it was; `count_attempts` judges spaced attempts.
"""

from sla.clocks.attempts import (
    Attempt,
    AttemptTerms,
    AttemptVerdict,
    JudgedAttempt,
    count_attempts,
)
from sla.clocks.explanation import Explanation, Segment, Sentence, explain
from sla.clocks.facts import (
    CalendarChanged,
    Cancelled,
    Excused,
    Fact,
    Merged,
    Paused,
    Resumed,
    Shortened,
    Started,
    Stopped,
    Superseded,
    Voided,
    Waived,
)
from sla.clocks.ownership import used_by_owner
from sla.clocks.run import (
    BREACHED,
    CANCELLED,
    EXCUSED,
    MERGED,
    MET,
    PAUSED,
    RUNNING,
    STATES,
    SUPERSEDED,
    WAIVED,
    ClockEnded,
    ClockNotBreached,
    ClockNotPaused,
    ClockNotRunning,
    ClockNotStarted,
    EvidenceOutOfRange,
)
from sla.clocks.state import ClockState, derive
from sla.clocks.steps import Step, steps_between
from sla.clocks.terms import Terms

__all__ = [
    "BREACHED",
    "CANCELLED",
    "EXCUSED",
    "MERGED",
    "MET",
    "PAUSED",
    "RUNNING",
    "STATES",
    "SUPERSEDED",
    "WAIVED",
    "Attempt",
    "AttemptTerms",
    "AttemptVerdict",
    "CalendarChanged",
    "Cancelled",
    "ClockEnded",
    "ClockNotBreached",
    "ClockNotPaused",
    "ClockNotRunning",
    "ClockNotStarted",
    "ClockState",
    "EvidenceOutOfRange",
    "Excused",
    "Explanation",
    "Fact",
    "JudgedAttempt",
    "Merged",
    "Paused",
    "Resumed",
    "Segment",
    "Sentence",
    "Shortened",
    "Started",
    "Step",
    "Stopped",
    "Superseded",
    "Terms",
    "Voided",
    "Waived",
    "count_attempts",
    "derive",
    "explain",
    "steps_between",
    "used_by_owner",
]
