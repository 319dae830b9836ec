"""The whole story of one deadline: why it is due when it is, whose time it was, what was asked about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from events.models import Event
from events.queries import histories_of, history_of
from sla.clocks import FIGURES, Explanation, Owned, owned_parts
from sla.describing import describe
from sla.models import Clock
from sla.queries.agreements import commitment_of
from sla.queries.clocks import ClockView, clock_view
from sla.queries.happenings import Happening, happenings_of, people_in
from sla.queries.histories import History, history_from
from sla.queries.pleas import PleaRow, pleas_of, speaks_for
from sla.words import commitment_sentence, sentence_text
from tenants.models import Membership

# What changes the owner.
_OWNED = frozenset({"clock.started", "clock.reassigned", "clock.taken_over", "clock.given_back"})
# Moments are told apart in a bar of a hundred parts.
_LEAST_WIDTH = 0.4


@dataclass(frozen=True)
class OwnerPart:
    """A piece of the promised time and who had it; nobody while it was unassigned."""

    owner_id: UUID | None
    name: str
    begin_at: datetime
    end_at: datetime
    seconds: int


@dataclass(frozen=True)
class OwnerShare:
    """All the promised time that one owner had."""

    owner_id: UUID | None
    name: str
    seconds: int


@dataclass(frozen=True)
class BarPart:
    """A piece of the bar from the start to the end, in percent of its width; kind is counted, paused or late."""

    x: str
    width: str
    kind: str


@dataclass(frozen=True)
class Bar:
    """A line from the start to whatever came last, with the deadline marked on it."""

    parts: list[BarPart]
    due_mark: str
    begin_at: datetime
    end_at: datetime


@dataclass(frozen=True)
class Story:
    """One deadline as a page or a client is told of it."""

    clock: ClockView
    title: str
    sub: str
    url: str
    lead_id: UUID | None
    version: int
    rule: str
    explanation: Explanation
    sentences: list[str]
    short: list[str]
    owners: list[OwnerPart]
    shares: list[OwnerShare]
    bar: Bar
    happenings: list[Happening]
    pleas: list[PleaRow]
    may_excuse: bool
    may_prove: bool

    @property
    def is_voided(self) -> bool:
        """Evidence has disproved the breach that is on record."""
        return self.clock.breached_at is not None and self.clock.state in (Clock.State.MET, Clock.State.WAIVED)


def story_of(clock: Clock, *, reader: Membership, at: datetime, zone: str) -> Story:
    """Return the story of a clock (with version, subject and owner), in a fixed number of queries."""
    events = history_of(clock.pk)
    history = history_from(events)
    # A fact may be dated a moment ahead of this request's reading of the time.
    moment = max(at, history.last_at)
    explanation = history.explanation(at=moment)
    names = dict(Membership.objects.filter(pk__in=people_in(events)).values_list("pk", "name"))
    name = describe([clock.subject])[clock.subject_id]
    owners = _owner_parts(events, history, names, at=moment)
    terms = commitment_of(clock.version, clock.commitment, tier=clock.subject.tier)
    view = clock_view(clock, at=at)
    pleas = pleas_of(clock, reader=reader)
    may_ask = speaks_for(reader, clock)
    asked = {plea.kind for plea in pleas if plea.state == "open"}
    return Story(
        clock=view,
        title=name.title,
        sub=name.sub,
        url=name.url,
        lead_id=name.lead_id,
        version=clock.version.number,
        rule=commitment_sentence(terms) if terms else "",
        explanation=explanation,
        sentences=[sentence_text(sentence, zone=zone) for sentence in explanation.sentences],
        # The bar and the list beside it show what counted, piece by piece.
        short=[sentence_text(part, zone=zone) for part in explanation.sentences if part.code != "counted"],
        owners=owners,
        shares=_shares(owners),
        bar=_bar(explanation, view, at=moment),
        happenings=happenings_of(events, names),
        pleas=pleas,
        may_excuse=may_ask and view.state == Clock.State.BREACHED and "excuse" not in asked,
        may_prove=may_ask and _can_be_disproved(clock, view) and "evidence" not in asked,
    )


def _can_be_disproved(clock: Clock, view: ClockView) -> bool:
    return clock.unit not in FIGURES and view.state in (Clock.State.BREACHED, Clock.State.EXCUSED)


def shared_time(clock_ids: Sequence[UUID], *, at: datetime) -> dict[UUID, list[OwnerShare]]:
    """Return the promised time per owner of those of the clocks that had several owners."""
    moved = Event.objects.filter(subject_id__in=list(clock_ids), kind="clock.reassigned")
    ids = set(moved.values_list("subject_id", flat=True))
    told = histories_of(ids) if ids else {}
    people = people_in(event for events in told.values() for event in events)
    names = dict(Membership.objects.filter(pk__in=people).values_list("pk", "name")) if ids else {}
    return {
        clock_id: _shares(_owner_parts(events, history_from(events), names, at=at)) for clock_id, events in told.items()
    }


def _owner_parts(
    events: Sequence[Event], history: History, names: Mapping[UUID, str], *, at: datetime
) -> list[OwnerPart]:
    if history.terms.is_judged:
        return []
    changes = [(event.at, _owner(event)) for event in events if event.kind in _OWNED]
    parts: tuple[Owned[UUID], ...] = owned_parts(history.facts, history.terms, changes, at=max(at, history.last_at))
    return [OwnerPart(part.owner, _name(part.owner, names), part.begin_at, part.end_at, part.seconds) for part in parts]


def _owner(event: Event) -> UUID | None:
    return UUID(event.data["owner"]) if event.data["owner"] else None


def _name(owner: UUID | None, names: Mapping[UUID, str]) -> str:
    return names.get(owner, _("somebody who left")) if owner else _("nobody")


def _shares(parts: Sequence[OwnerPart]) -> list[OwnerShare]:
    found: dict[UUID | None, OwnerShare] = {}
    for part in parts:
        before = found.get(part.owner_id)
        seconds = part.seconds + (before.seconds if before else 0)
        found[part.owner_id] = OwnerShare(part.owner_id, part.name, seconds)
    return list(found.values())


def _bar(explanation: Explanation, view: ClockView, *, at: datetime) -> Bar:
    """Lay the counted pieces, the pauses and the lateness on a line from the start to whatever came last."""
    begin_at = view.started_at
    ended_at = view.stopped_at or view.closed_at
    end_at = max(view.due_at, ended_at or (at if view.breached_at else view.due_at))
    whole = max((end_at - begin_at).total_seconds(), 1)

    def part(first: datetime, last: datetime, kind: str) -> BarPart:
        x = (max(first, begin_at) - begin_at).total_seconds() * 100 / whole
        width = max((min(last, end_at) - max(first, begin_at)).total_seconds() * 100 / whole, _LEAST_WIDTH)
        return BarPart(f"{x:.2f}", f"{min(width, 100 - x):.2f}", kind)

    parts = [part(piece.begin_at, piece.end_at, "counted") for piece in explanation.segments]
    parts += [part(pause.begin_at, pause.end_at or end_at, "paused") for pause in explanation.pauses]
    if end_at > view.due_at and view.breached_at:
        parts.append(part(view.due_at, end_at, "late"))
    mark = (view.due_at - begin_at).total_seconds() * 100 / whole
    return Bar(parts, f"{min(mark, 99.5):.2f}", begin_at, end_at)
