"""Saying afterwards that something had happened in time.

# Note [Whose word counts]
What a machine recorded at the time, told over a key that nobody holds who owned the clock, is proof: the breach is
voided at once and kept on record with both times. What a person types in is a claim: it stands on the record as
pending until the other side's head has answered it (see sla.consent). Neither can lie before the handover or in the
future.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from sla.actions.course import caught_up, happen, locked, record_of
from sla.actions.pleading import check_may_ask, check_none_open, close_pleas, locked_clock
from sla.clocks import FIGURES, EvidenceOutOfRange, Voided
from sla.models import Clock, Plea, Subject
from sla.queries.histories import History
from smarketing.lib.errors import DomainError
from tenants.models import Membership


class NothingToProve(DomainError):
    """No breach is on record that this could disprove."""

    code = "nothing_to_prove"


class EvidenceTooLate(DomainError):
    """What is said to have happened would have been late all the same."""

    code = "evidence_too_late"


@transaction.atomic
def prove_clock(
    subject: Subject,
    commitment: str,
    *,
    happened_at: datetime,
    waives: bool = False,
    by: Membership | None,
    at: datetime,
) -> Clock | None:
    """Let a machine's record speak: what was promised happened, or was needless, at ``happened_at``.

    A breach that it disproves is voided; one that it cannot is at least less late. What was kept or closed
    stays as it is. Returns the clock, or None when nothing was owed. Raises EvidenceOutOfRange.
    """
    clock = locked(subject, commitment)
    if clock is None:
        return None
    history, moment = caught_up(clock, at)
    return prove(clock, history, happened_at=happened_at, waives=waives, by=by, at=moment)


def prove(
    clock: Clock,
    history: History,
    *,
    happened_at: datetime,
    waives: bool = False,
    by: Membership | None,
    at: datetime,
) -> Clock:
    """Write down what proof means for a locked clock that was brought up to date. See Note [Whose word counts]."""
    _check_range(clock.subject, happened_at, at=at)
    # A clock that was started anew counts from there; what happened before made it needless.
    happened_at = max(happened_at, clock.started_at)
    in_time = clock.breached_at is None or happened_at <= clock.breached_at
    if not _says_something_new(clock, happened_at) or (waives and not in_time):
        return clock
    kind = "breach_voided" if clock.breached_at and in_time else "proved"
    if kind == "breach_voided":
        close_pleas(clock, at=at)
    # The sweep's time is the database's and may be ahead of the request's.
    told_at = max(at, clock.due_at + timedelta.resolution) if clock.breached_at else at
    fact = Voided(told_at, happened_at, waives)
    data = {"happened_at": happened_at.isoformat(), "waives": waives}
    return happen(clock, history, kind, fact, by=by, **data)


def _check_range(subject: Subject, happened_at: datetime, *, at: datetime) -> None:
    if not subject.opened_at <= happened_at <= at:
        raise EvidenceOutOfRange(_("The evidence must lie between the handover and now."))


def _says_something_new(clock: Clock, happened_at: datetime) -> bool:
    """Tell whether anything is left to say: not on what was kept, fell away or was disproved already."""
    if clock.unit in FIGURES or is_voided(clock):
        return False
    if clock.breached_at is None:
        return clock.is_open
    return clock.stopped_at is None or happened_at < clock.stopped_at


def is_voided(clock: Clock) -> bool:
    """Tell whether evidence has disproved the breach that is on record."""
    return clock.breached_at is not None and clock.state in (Clock.State.MET, Clock.State.WAIVED)


@transaction.atomic
def submit_evidence(
    clock: Clock,
    *,
    happened_at: datetime,
    note: str,
    by: Membership,
    at: datetime,
    by_machine: bool = False,
    waives: bool = False,
) -> Plea:
    """Say that a breached promise was kept in time. A machine's record counts at once, a person's word needs consent.

    Raises EvidenceOutOfRange, EvidenceTooLate, NothingToProve, PleaOpen, NotYoursToAsk.
    """
    check_may_ask(clock, by)
    clock = locked_clock(clock)
    history, moment = caught_up(clock, at)
    _check_range(clock.subject, happened_at, at=moment)
    _check_disproves(clock, happened_at)
    plea = _insert(clock, happened_at, note=note, by=by, at=moment, by_machine=by_machine, waives=waives)
    if by_machine:
        prove(clock, history, happened_at=happened_at, waives=waives, by=by, at=moment)
    else:
        data = {"plea": str(plea.pk), "happened_at": happened_at.isoformat()}
        record_of(clock, "evidence_offered", at=moment, by=by, **data)
    return plea


def _check_disproves(clock: Clock, happened_at: datetime) -> None:
    if clock.breached_at is None or is_voided(clock) or clock.unit in FIGURES:
        raise NothingToProve(_("No breach is on record that this could disprove."))
    if happened_at > clock.breached_at:
        raise EvidenceTooLate(_("That would have been late all the same."))
    check_none_open(clock, Plea.Kind.EVIDENCE)


def _insert(
    clock: Clock, happened_at: datetime, *, note: str, by: Membership, at: datetime, by_machine: bool, waives: bool
) -> Plea:
    return Plea.objects.create(
        clock=clock,
        kind=Plea.Kind.EVIDENCE,
        state=Plea.State.GRANTED if by_machine else Plea.State.OPEN,
        reason=note.strip(),
        happened_at=happened_at,
        waives=waives,
        by_machine=by_machine,
        requested_by=by,
        requested_at=at,
        decided_at=at if by_machine else None,
    )
