"""Who hears of a deadline at which share of its time: the ladder of an agreement, and which of its steps have passed.

Pure: no Django, no wall clock. Shares are percentages of the commitment's own time, counted in its own unit on its
own calendar, before the deadline (80) as well as after it (125).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

BREACH = 100
OWNER = "owner"


@dataclass(frozen=True)
class EscalationStep:
    """Whom to tell at which percentage of the time, and whether somebody else takes over then."""

    share: int
    to: tuple[str, ...]
    reassign: bool = False


@dataclass(frozen=True)
class PassedStep:
    """A step whose moment has come; ``skipped`` when the next one has passed as well, so that nobody is told."""

    number: int
    share: int
    at: datetime
    skipped: bool


def steps_of(content: Mapping[str, Any]) -> tuple[EscalationStep, ...]:
    """Return the ladder of an agreement in order. Whoever owes something always hears that its deadline has passed."""
    steps = {
        step["share"]: EscalationStep(step["share"], tuple(step["to"]), step["reassign"]) for step in _given(content)
    }
    at_breach = steps.get(BREACH, EscalationStep(BREACH, ()))
    if OWNER not in at_breach.to:
        steps[BREACH] = EscalationStep(BREACH, (OWNER, *at_breach.to), at_breach.reassign)
    return tuple(steps[share] for share in sorted(steps))


def step_at(content: Mapping[str, Any], share: int) -> EscalationStep | None:
    """Return the step of this share, or None where the agreement has none."""
    return next((step for step in steps_of(content) if step.share == share), None)


def passed_steps(dates: Sequence[tuple[int, datetime | None]], *, given: int, at: datetime) -> tuple[PassedStep, ...]:
    """Return the steps after the first ``given`` ones that have passed by ``at``; ``dates`` are all shares in order.

    A deadline is passed only once its second is over. Of several that passed unseen only the last is told.
    """
    passed = [(number, share, when) for number, (share, when) in enumerate(dates) if when is not None and when < at]
    new = [step for step in passed if step[0] >= given]
    return tuple(PassedStep(number, share, when, number < new[-1][0]) for number, share, when in new)


def _given(content: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = content["escalation"]
    return found
