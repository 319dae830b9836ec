"""What would have become of a clock under other terms (pure): the same facts, another promise.

# Note [What a replay can and cannot say]
People act by the deadlines that they see. A replay does not guess how they would have acted under
others: every call, decision and pause stays where it was, and only the promise is exchanged. Where
silence ended something (a lead counted as accepted when nobody decided), a longer time would have
left room that nobody had; that is told as unclear, not as kept or broken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sla.clocks import (
    BREACHED,
    MET,
    PAUSED,
    RUNNING,
    Attempt,
    AttemptTerms,
    CalendarChanged,
    ClockNotBreached,
    Excused,
    Fact,
    Shortened,
    Stopped,
    Terms,
    Waived,
    count_attempts,
    derive,
)

OPEN, OTHER, NONE, UNCLEAR = "open", "other", "none", "unclear"
# What is not replayed: other definitions would have let other leads through.
LEFT_OUT = ("definitions",)
OUTCOMES = (MET, BREACHED, OPEN, OTHER, UNCLEAR, NONE)


@dataclass(frozen=True)
class Outcome:
    """What became of a promise, and when it was due."""

    kind: str
    due_at: datetime | None = None


NOT_PROMISED = Outcome(NONE)


def outcome_of(facts: Sequence[Fact], terms: Terms, *, at: datetime) -> Outcome:
    """Return what the facts amount to under these terms."""
    try:
        state = derive(facts, terms, at=at)
    except ClockNotBreached:
        # What was excused is kept under these terms, so there is nothing to excuse.
        state = derive([fact for fact in facts if not isinstance(fact, Excused)], terms, at=at)
    kinds = {MET: MET, BREACHED: BREACHED, RUNNING: OPEN, PAUSED: OPEN}
    return Outcome(kinds.get(state.state, OTHER), state.due_at)


def under_other_hours(facts: Iterable[Fact], *, shorter: Terms | None) -> list[Fact]:
    """Return the facts for other terms: a later request brings in the other version's promise to hand-raisers."""
    kept: list[Fact] = []
    for fact in facts:
        # The other version's hours hold throughout.
        if isinstance(fact, CalendarChanged):
            continue
        if isinstance(fact, Shortened):
            if shorter is not None:
                kept.append(Shortened(fact.at, shorter))
            continue
        kept.append(fact)
    return kept


def with_contact(facts: Iterable[Fact], contact_at: datetime | None) -> list[Fact]:
    """Return the facts as if the contact had happened at another moment, or never."""
    kept = [fact for fact in facts if not isinstance(fact, Stopped)]
    return kept if contact_at is None else [*kept, Stopped(contact_at)]


def with_attempts(
    facts: Sequence[Fact], attempts: Sequence[Attempt], spaced: AttemptTerms, terms: Terms, *, at: datetime
) -> list[Fact]:
    """Return the facts with the attempts counted by other rules."""
    kept = [fact for fact in facts if not isinstance(fact, Stopped | Waived)]
    started_at, due_at = kept[0].at, derive(kept, terms, at=at).due_at
    verdict = count_attempts(attempts, spaced, started_at=started_at, due_at=due_at)
    closed_at = derive(kept, terms, at=at).closed_at
    if verdict.fact is None or (closed_at is not None and closed_at < verdict.fact.at):
        return kept
    return [*kept, verdict.fact]


def after_silence(then: Outcome, now: Outcome) -> Outcome:
    """Return a decision's outcome, unclear where a longer time would have left room that nobody had."""
    later = then.due_at is not None and now.due_at is not None and now.due_at > then.due_at
    return Outcome(UNCLEAR, now.due_at) if then.kind == BREACHED and later and now.kind != MET else now
