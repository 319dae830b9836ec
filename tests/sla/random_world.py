"""Clocks that live at random, by the real actions and the real sweep, in the order of time."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sla import actions
from sla.models import Clock, Subject
from sla.queries import agreement_in_force
from smarketing.lib.errors import DomainError
from tests.sla.support import ZONE, make_subject, vienna
from tests.support import Cast

BEGIN = vienna("2026-01-05 08:00")
COMMITMENTS = ("decision", "first_contact", "attempts")

Sweep = Callable[[datetime], object]


def live(scope: Callable[[], Any], cast: Cast, *, seed: int, subjects: int, days: int, sweep: Sweep) -> datetime:
    """Let so many subjects live for so many days; return when it ended."""
    dice = random.Random(seed)
    begin = BEGIN + timedelta(minutes=dice.randrange(600))
    minutes = sorted(dice.randrange(days * 1440) for _number in range(subjects * 5))
    births = set(dice.sample(range(len(minutes) // 2), subjects))
    living: list[Subject] = []
    for number, minute in enumerate(minutes):
        at = begin + timedelta(minutes=minute, seconds=dice.randrange(60))
        if dice.random() < 0.4:
            sweep(at)
        with scope():
            if number in births:
                living.append(_born(dice, cast, at))
            elif living:
                _something_happens(dice, cast, living, at)
    end = begin + timedelta(days=days)
    sweep(end)
    return end


def _born(dice: random.Random, cast: Cast, at: datetime) -> Subject:
    version = agreement_in_force(at=at)
    assert version is not None
    version.content["reassignment_restarts"] = dice.random() < 0.5
    for terms in version.content["commitments"]:
        if terms["key"] == "decision":
            terms["amount"] = dice.choice((1, 4, 8, 24))
    owner = dice.choice((cast.sam, cast.sina, None))
    subject = make_subject(at=at, version=version, owner=owner, sender=cast.mara)
    actions.start_clocks(subject, at=at)
    return subject


def _something_happens(dice: random.Random, cast: Cast, living: list[Subject], at: datetime) -> None:
    key, subject, other = dice.choice(COMMITMENTS), dice.choice(living), dice.choice(living)
    earlier = at - timedelta(minutes=dice.randrange(1, 2000))
    happenings: list[Callable[[], object]] = [
        lambda: actions.stop_clock(subject, key, at=at, by=cast.sam),
        lambda: actions.pause_clocks(subject, side="sales", reason="rejected", at=at, by=cast.sam),
        lambda: actions.resume_clocks(subject, side="sales", at=at, by=cast.rita),
        lambda: actions.unpause_clocks(subject, side="sales", at=at, by=cast.sam),
        lambda: actions.reopen_clock(subject, key, at=at, by=cast.sam),
        lambda: actions.waive_clocks(subject, commitments=["attempts"], at=at, by=cast.sam),
        lambda: actions.shorten_clock(subject, "first_contact", at=at, by=cast.mara),
        lambda: actions.shorten_clock(subject, "decision", at=at, by=cast.mara, due_at=at + timedelta(hours=1)),
        lambda: actions.reassign_clocks(subject, owner=dice.choice((cast.sam, cast.sina)), at=at, by=cast.sina),
        lambda: actions.cancel_clocks(subject, commitments=[key], at=at, by=cast.rita),
        lambda: actions.prove_clock(subject, key, happened_at=earlier, by=cast.sam, at=at),
        lambda: actions.cover_clocks(subject, side="sales", owner=cast.sina, at=at, by=None),
        lambda: other.pk != subject.pk and actions.merge_clocks(subject, other, at=at, by=cast.marc),
        lambda: _excuse(subject, cast, at),
    ]
    weights = (4, 4, 4, 1, 1, 1, 2, 1, 3, 1, 2, 2, 1, 4)
    (happening,) = dice.choices(happenings, weights)
    try:
        happening()
    except DomainError:
        # What the rules refuse does not happen, in a life at random neither.
        return


def _excuse(subject: Subject, cast: Cast, at: datetime) -> None:
    """Sales asks for a breach not to count; marketing consents a while later."""
    clock = Clock.objects.filter(subject=subject, state="breached").order_by("pk").first()
    if clock is not None:
        plea = actions.request_excuse(clock, reason="the phone was dead", by=cast.sina, at=at)
        actions.decide_plea(plea, granted=True, note="", by=cast.marc, at=at + timedelta(seconds=30))


def rows_of(scope: Callable[[], Any]) -> list[Clock]:
    """Return every clock of the open world."""
    with scope():
        return list(Clock.objects.order_by("pk"))


__all__ = ["BEGIN", "ZONE", "live", "rows_of"]
