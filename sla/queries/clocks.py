"""Clocks as pages and clients see them; a clock past its deadline reads as breached even before the sweep."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from sla.business_time import ALWAYS, Hours
from sla.models import Clock
from sla.queries.calendars import hours_by_id
from sla.words import amount_text, commitment_label, figures_text

WAITING = "waiting"


@dataclass(frozen=True)
class ClockView:
    """Everything that is printed of a clock; durations in seconds, ``share`` from 0 to 100 in its own unit."""

    id: UUID
    subject_id: UUID
    commitment: str
    label: str
    side: str
    state: str
    cycle: int
    share: float
    due_at: datetime
    opens_at: datetime | None
    started_at: datetime
    left_seconds: int
    stopped_at: datetime | None
    breached_at: datetime | None
    early_seconds: int | None
    late_seconds: int | None
    pause_reason: str
    target_text: str
    rule_text: str
    marks: list[tuple[float, str]]
    warn_at: list[tuple[int, datetime]]
    escalates_to: str
    owner_id: UUID | None
    owner_name: str
    closed_at: datetime | None
    used_seconds: int
    target_seconds: int
    # How a promise in points or shares came out; empty for others, and until it is judged.
    figures_text: str = ""

    @property
    def is_open(self) -> bool:
        """Somebody still owes something."""
        owing = self.state in {WAITING, Clock.State.RUNNING, Clock.State.PAUSED, Clock.State.BREACHED}
        return owing and self.stopped_at is None and self.closed_at is None


def clock_views(
    subject_ids: Iterable[UUID], *, at: datetime, zone: str, whole: Collection[UUID] | None = None
) -> dict[UUID, list[ClockView]]:
    """Return the clocks of each subject, in one query: what is due first comes first, ended ones follow.

    Where a list shows only what is still owed, ``whole`` names the subjects whose ended clocks are wanted too.
    """
    found: dict[UUID, list[ClockView]] = {subject_id: [] for subject_id in subject_ids}
    rows = Clock.objects.filter(subject_id__in=list(found)).select_related("version", "owner__manager")
    if whole is not None:
        rows = rows.filter(still_owed() | Q(subject_id__in=whole))
    for clock in rows.defer("version__content").order_by("due_at", "pk"):
        found[clock.subject_id].append(clock_view(clock, at=at))
    for views in found.values():
        views.sort(key=lambda view: not view.is_open)
    return found


def still_owed() -> Q:
    """Select the clocks about which somebody still owes something, in the words of the index clock_open."""
    states = (Clock.State.RUNNING, Clock.State.BREACHED, Clock.State.PAUSED)
    return Q(stopped_at=None, closed_at=None, state__in=states)


def clock_view(clock: Clock, *, at: datetime) -> ClockView:
    """Return one clock (with its version and owner) as of ``at``."""
    hours = measure_of(clock)
    used = used_seconds(clock, hours, at=at)
    breached = breached_at(clock, at=at)
    opens_at = _opens_at(clock, hours, at=at)
    state = Clock.State.BREACHED.value if breached and clock.state == Clock.State.RUNNING else clock.state
    if opens_at and state == Clock.State.RUNNING:
        state = WAITING
    return ClockView(
        id=clock.pk,
        subject_id=clock.subject_id,
        commitment=clock.commitment,
        label=commitment_label(clock.commitment),
        side=clock.side,
        state=state,
        cycle=clock.cycle,
        share=_share(used, clock.target_seconds),
        due_at=clock.due_at,
        opens_at=opens_at,
        started_at=clock.started_at,
        left_seconds=max(clock.target_seconds - used, 0),
        stopped_at=clock.stopped_at,
        breached_at=breached,
        early_seconds=_early_seconds(clock, used),
        late_seconds=_late_seconds(clock, hours, breached, at=at),
        pause_reason=clock.pause_reason,
        target_text=amount_text(clock.amount, clock.unit),
        rule_text=_rule_text(clock),
        marks=[(float(share), f"{share} %") for share in clock.warn_shares],
        warn_at=warnings_of(clock),
        escalates_to=_manager_of(clock),
        owner_id=clock.owner_id,
        owner_name=clock.owner.name if clock.owner else "",
        closed_at=clock.closed_at,
        used_seconds=used,
        target_seconds=clock.target_seconds,
        figures_text="" if clock.delivered is None else figures_text(clock.amount, clock.delivered, clock.unit),
    )


def measure_of(clock: Clock) -> Hours:
    """Return the hours on which the clock's time counts."""
    return ALWAYS if clock.unit == "elapsed_hours" else hours_by_id(clock.calendar_version_id)


def used_seconds(clock: Clock, hours: Hours, *, at: datetime) -> int:
    """Return the time used as of ``at``, in the clock's own unit."""
    until = clock.stopped_at or clock.closed_at or at
    if clock.running_since is None or until <= clock.running_since:
        return clock.used_seconds
    return clock.used_seconds + hours.between(clock.running_since, until)


def breached_at(clock: Clock, *, at: datetime) -> datetime | None:
    """Return when it was breached, also where the sweep has not been yet."""
    if clock.state == Clock.State.RUNNING and clock.due_at < at and not clock.is_judged:
        return clock.due_at
    return clock.breached_at


def past_due(*, at: datetime) -> Q:
    """Select running clocks whose deadline is over, before the sweep has been; those judged by figures wait."""
    return Q(state=Clock.State.RUNNING, due_at__lt=at, next_event_at__isnull=False)


def going_on(*, at: datetime) -> Q:
    """Select clocks that are neither kept nor broken yet."""
    running = Q(state=Clock.State.RUNNING) & (Q(due_at__gte=at) | Q(next_event_at=None))
    return running | Q(state=Clock.State.PAUSED)


def warnings_of(clock: Clock) -> list[tuple[int, datetime]]:
    """Return share and moment of each warning, given or to come."""
    moments = [datetime.fromisoformat(text) for text in clock.warn_at]
    return list(zip(clock.warn_shares, moments, strict=True))


def _share(used: int, target: int) -> float:
    return used * 100 / target if target else 0.0


def _opens_at(clock: Clock, hours: Hours, *, at: datetime) -> datetime | None:
    if clock.state != Clock.State.RUNNING or clock.due_at < at or clock.is_judged:
        return None
    if clock.started_at > at:
        # Over the day's capacity: it has not begun.
        return clock.started_at
    if hours.is_open(at):
        return None
    return hours.next_opening(at)


def _early_seconds(clock: Clock, used: int) -> int | None:
    if clock.state != Clock.State.MET or clock.is_judged:
        return None
    return max(clock.target_seconds - used, 0)


def _late_seconds(clock: Clock, hours: Hours, breached: datetime | None, *, at: datetime) -> int | None:
    """Return how late it is in the clock's own unit; of an open one, how late by now."""
    if clock.late_seconds is not None or breached is None or clock.state == Clock.State.MET or clock.is_judged:
        return clock.late_seconds
    until = clock.closed_at or at
    return hours.between(breached, max(until, breached))


def _rule_text(clock: Clock) -> str:
    label = commitment_label(clock.commitment)
    return _("agreement v%(number)s, %(label)s") % {"number": clock.version.number, "label": label.lower()}


def _manager_of(clock: Clock) -> str:
    manager = clock.owner.manager if clock.owner else None
    return manager.name if manager and clock.is_open else ""
