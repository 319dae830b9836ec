"""Promises kept and broken: the figures of a period, and the breaches behind them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from sla.describing import Description, describe
from sla.models import Clock, Side
from sla.queries.clocks import clock_view, going_on, past_due, still_owed
from sla.queries.months import day_begins, last_day
from sla.tallies import Tally, Whose, tallies_of
from tenants.models import Membership


@dataclass(frozen=True)
class Compliance:
    """Obligations due in a period; what is open past its deadline counts as breached."""

    met: int
    breached: int
    running: int
    # In neither: the other side consented, or it ended before it could be kept or broken.
    excused: int
    cancelled: int

    @property
    def share(self) -> float | None:
        """Met of met and breached, in percent; None while nothing is decided."""
        decided = self.met + self.breached
        return self.met * 100 / decided if decided else None


@dataclass(frozen=True)
class BreachRow:
    """One broken promise as a table shows it."""

    id: UUID
    subject_id: UUID
    lead_id: UUID | None
    title: str
    sub: str
    owner_name: str
    owner_initials: str
    side: str
    commitment: str
    label: str
    due_at: datetime
    breached_at: datetime
    detected_at: datetime | None
    late_seconds: int
    state: str
    url: str
    # How a promise in points or shares fell short; empty for one of time.
    figures_text: str = ""


@dataclass(frozen=True)
class OwnerRow:
    """One person's promises in a period."""

    name: str
    initials: str
    side: str
    open: int
    month: int
    share: float | None


@dataclass(frozen=True)
class Kept:
    """What was due in a period, by side and owner."""

    tallies: Mapping[Whose, Tally]

    def of_side(self, side: str) -> Compliance:
        """Return how one side kept its promises."""
        return _sum(tally for (whose, _owner), tally in self.tallies.items() if whose == side)

    def of_owner(self, owner: UUID) -> Compliance:
        """Return how one person kept theirs, whatever side they were made for."""
        return _sum(tally for (_side, whose), tally in self.tallies.items() if whose == owner)

    @property
    def owners(self) -> set[UUID]:
        """Who owed something."""
        return {owner for _side, owner in self.tallies if owner}


def kept_in_month(month: date, *, zone: str, at: datetime) -> Kept:
    """Return how a month was kept, its first day given: as it was added up, or else from the rows."""
    told = tallies_of(month, at=at, zone=zone)
    return kept_between(month, last_day(month), zone=zone, at=at) if told is None else Kept(told)


def kept_between(first: date, last: date, *, zone: str, at: datetime) -> Kept:
    """Return how both sides kept what was due from ``first`` to ``last`` (days in ``zone``, both included)."""
    # Naming every side lets the index on side and deadline find the period whatever the history behind it.
    rows = due_between(first, last, zone=zone).filter(side__in=Side.values).order_by()
    found = rows.values_list("side", "owner").annotate(**_counts(at))
    tallies: dict[Whose, Tally] = {
        (side, owner): (met, breached, running, excused, cancelled)
        for side, owner, met, breached, running, excused, cancelled in found
    }
    # Whose clocks were all replaced or waived owed nothing.
    return Kept({whose: tally for whose, tally in tallies.items() if any(tally)})


def due_between(first: date, last: date, *, zone: str) -> QuerySet[Clock]:
    """Return the clocks whose deadline lies in these days."""
    begin, end = day_begins(first, zone=zone), day_begins(last + timedelta(days=1), zone=zone)
    return Clock.objects.filter(due_at__gte=begin, due_at__lt=end)


def open_breaches(
    *, at: datetime, zone: str, limit: int, side: str = "", owner: Membership | None = None
) -> list[BreachRow]:
    """Return the breaches about which somebody still has to do something, the latest deadline first."""
    rows = open_breach_clocks(at=at, side=side, owner=owner).order_by("-due_at", "-pk")
    return breach_rows(rows[:limit], at=at)


def open_breach_clocks(*, at: datetime, side: str = "", owner: Membership | None = None) -> QuerySet[Clock]:
    """Return the clocks past their deadline that nothing has stopped or closed."""
    rows = Clock.objects.filter(_is_breached(at), still_owed())
    # Silence is a decision too: the breach stays, but nobody owes a decision any more.
    rows = rows.exclude(commitment="decision", subject__decided_at__isnull=False)
    return _of(rows, side=side, owner=owner)


def past_breach_clocks(*, at: datetime, side: str = "", owner: Membership | None = None) -> QuerySet[Clock]:
    """Return every other breach, the newest first, those that evidence voided and consent excused included."""
    rows = Clock.objects.exclude(breached_at=None)
    rows = rows.exclude(pk__in=open_breach_clocks(at=at).values("pk"))
    return _of(rows, side=side, owner=owner).order_by("-breached_at", "-pk")


def breach_rows(clocks: "Iterable[Clock] | QuerySet[Clock]", *, at: datetime) -> list[BreachRow]:
    """Return breaches as finished rows, each named by the app that knows its subject."""
    if isinstance(clocks, QuerySet):
        clocks = clocks.select_related("subject", "version", "owner__manager")
    found = list(clocks)
    names = describe({clock.subject_id: clock.subject for clock in found}.values())
    return [_row(clock, names[clock.subject_id], at=at) for clock in found]


def breaches_by_owner(kept: Kept, *, at: datetime, owner: Membership | None = None) -> list[OwnerRow]:
    """Return who owes something late, and how each kept what was due; the most broken first. ``owner``: only theirs."""
    still_open = dict(_per_owner(open_breach_clocks(at=at, owner=owner)))
    owing = kept.owners & {owner.pk} if owner else kept.owners
    members = Membership.objects.filter(pk__in={*still_open, *owing})
    rows = [_owner_row(member, still_open.get(member.pk, 0), kept.of_owner(member.pk)) for member in members]
    return sorted(rows, key=lambda row: (-row.open, -row.month, row.name))


def days_since_last_breach(*, at: datetime) -> int | None:
    """Return the whole days since the newest breach, or None when there never was one."""
    newest = Clock.objects.exclude(breached_at=None).order_by("-breached_at").values_list("breached_at", flat=True)
    last = newest.first()
    return (at - last).days if last else None


def _is_breached(at: datetime) -> Q:
    return Q(state=Clock.State.BREACHED) | past_due(at=at)


def _of(rows: QuerySet[Clock], *, side: str = "", owner: Membership | None = None) -> QuerySet[Clock]:
    if side:
        rows = rows.filter(side=side)
    return rows.filter(owner=owner) if owner else rows


def _sum(tallies: Iterable[Tally]) -> Compliance:
    return Compliance(*map(sum, zip((0, 0, 0, 0, 0), *tallies, strict=True)))


def _counts(at: datetime) -> dict[str, Count]:
    is_running = going_on(at=at)
    return {
        "met": Count("pk", filter=Q(state=Clock.State.MET)),
        "breached": Count("pk", filter=_is_breached(at)),
        "running": Count("pk", filter=is_running),
        "excused": Count("pk", filter=Q(state=Clock.State.EXCUSED)),
        "cancelled": Count("pk", filter=Q(state=Clock.State.CANCELLED)),
    }


def _per_owner(rows: QuerySet[Clock]) -> "Sequence[tuple[UUID, int]]":
    counted = rows.exclude(owner=None).values_list("owner").annotate(n=Count("pk")).order_by("owner")
    return [(owner, number) for owner, number in counted]


def _owner_row(member: Membership, still_open: int, sums: Compliance) -> OwnerRow:
    return OwnerRow(
        name=member.name,
        initials=member.initials,
        side=member.side,
        open=still_open,
        month=sums.breached,
        share=sums.share,
    )


def _row(clock: Clock, name: Description, *, at: datetime) -> BreachRow:
    view = clock_view(clock, at=at)
    return BreachRow(
        id=clock.pk,
        subject_id=clock.subject_id,
        lead_id=name.lead_id,
        title=name.title,
        sub=name.sub,
        owner_name=view.owner_name,
        owner_initials=clock.owner.initials if clock.owner else "",
        side=clock.side,
        commitment=clock.commitment,
        label=view.label,
        due_at=clock.due_at,
        breached_at=view.breached_at or clock.due_at,
        detected_at=clock.detected_at,
        late_seconds=view.late_seconds or 0,
        figures_text=view.figures_text,
        state=view.state,
        url=name.url,
    )
