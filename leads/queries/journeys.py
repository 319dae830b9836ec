"""A lead's way from the first visit to the purchase: its milestones, and page by page what lies between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from leads import tellings, words
from leads.journey import Did, Session, sessions, times_told
from leads.models import Behaviour, Handover, Lead, StageEntry
from leads.queries.merging import threads_of
from tenants.models import Membership

LINES = 30
# So many things of one page are folded; whoever clicks more in one go fills a page alone.
MOST_BEHAVIOURS = 600
TURNS = (
    "lead.received", "lead.qualified", "lead.recycled", "lead.woke", "lead.moved", "lead.visits_joined", "lead.merged",
    "handover.sent", "handover.accepted", "handover.deemed_accepted", "handover.rejected", "handover.returned",
    "handover.settled", "handover.attempted", "handover.progressed", "handover.closed", "case.opened", "case.ruled",
    "submission.confirmed", "lead.erased",
)  # fmt: skip


@dataclass(frozen=True)
class Milestone:
    """One station; ``at`` is None while the person has not come there."""

    key: str
    label: str
    at: datetime | None
    # How long after the station before that was reached.
    after: timedelta | None = None


@dataclass(frozen=True)
class Line:
    """One line of the way: a visit, or a turn."""

    kind: str
    at: datetime
    icon: str
    text: str
    note: str = ""
    actor: str = ""
    tone: str = ""
    count: int = 1


@dataclass(frozen=True)
class Journey:
    """One page of the way, newest first; ``before`` asks for the next page, None at the beginning of the way."""

    milestones: list[Milestone]
    lines: list[Line]
    before: datetime | None


def journey_of(lead: Lead, *, before: datetime | None = None) -> Journey:
    """Return the way of a person; in queries whose number and cost do not grow with its length."""
    visits, whole_since = _visits(lead, before=before)
    turns = _turns(lead, before=before)
    lines = sorted([*visits, *turns], key=lambda line: line.at, reverse=True)
    # What is not known to be complete waits for the next page.
    lines = [line for line in lines if whole_since is None or line.at >= whole_since] or lines
    shown = lines[:LINES]
    goes_on = len(lines) > LINES or whole_since is not None
    return Journey(_milestones(lead), shown, shown[-1].at if goes_on and shown else None)


def _visits(lead: Lead, *, before: datetime | None) -> tuple[list[Line], datetime | None]:
    """Return the visits before a moment, and since when they are all there (None: from the beginning)."""
    rows = Behaviour.objects.filter(lead=lead)
    if before is not None:
        rows = rows.filter(at__lt=before)
    told = list(rows.order_by("-at", "-id").values_list("kind", "at", "properties")[: MOST_BEHAVIOURS + 1])
    done = [Did(kind, at, str(more.get("page", ""))[:80], times_told(more)) for kind, at, more in reversed(told)]
    found = sessions(done)
    if len(told) <= MOST_BEHAVIOURS:
        return [_visit(one) for one in found], None
    # The oldest may have begun earlier.
    whole = found[1:] or found
    return [_visit(one) for one in whole], whole[0].began_at


def _visit(one: Session) -> Line:
    parts = [_act(kind, times) for kind, times in one.acts.items()]
    if one.views:
        parts.append(ngettext("viewed %(n)d page", "viewed %(n)d pages", one.views) % {"n": one.views})
    pages = ", ".join(one.pages)
    if one.more:
        pages += " " + ngettext("and %(n)d more", "and %(n)d more", one.more) % {"n": one.more}
    if one.again:
        again = ngettext("%(n)d repetition folded", "%(n)d repetitions folded", one.again) % {"n": one.again}
        pages = f"{pages}; {again}" if pages else again
    return Line("visit", one.began_at, "eye", ", ".join(parts), note=pages, count=one.count)


def _act(kind: str, times: int) -> str:
    told = words.word(words.BEHAVIOURS, kind).replace("_", " ")
    return told if times == 1 else _("%(what)s (%(n)d times)") % {"what": told, "n": times}


def _turns(lead: Lead, *, before: datetime | None) -> list[Line]:
    name = Membership.objects.filter(pk=OuterRef("by_id")).values("name")[:1]
    rows = Event.objects.filter(thread_id__in=threads_of(lead), kind__in=TURNS).annotate(by_name=Subquery(name))
    if before is not None:
        rows = rows.filter(at__lt=before)
    return [_turn(event, lead, event.by_name or "") for event in rows.order_by("-at", "-id")[: LINES + 1]]


def _turn(event: Event, lead: Lead, by_name: str) -> Line:
    how = tellings.telling(event.kind)
    actor = lead.name if event.kind in tellings.OF_THE_PERSON else by_name
    return Line(event.kind, event.at, how.icon, tellings.event_text(event.kind, event.data), actor=actor, tone=how.tone)


def _milestones(lead: Lead) -> list[Milestone]:
    """Return the stations in their order: of the latest handover, and what led to it."""
    first = Behaviour.objects.filter(lead=lead).aggregate(at=Min("at"))["at"]
    rows = StageEntry.objects.filter(lead=lead, stage=Lead.Stage.MQL).order_by("at", "id")
    qualified = rows.values_list("at", flat=True).first()
    handover = Handover.objects.filter(lead=lead, merged_into=None).order_by("-number").first()
    # Who came by a form at once, or by a file, was never seen before.
    reached = [("first_visit", _("First visit"), first)] if first and first < lead.created_at else []
    reached += [("lead", _("Form"), lead.created_at), ("mql", _("MQL"), qualified)]
    return _spaced([*reached, *_of_handover(handover)])


def _of_handover(handover: Handover | None) -> list[tuple[str, str, datetime | None]]:
    if handover is None:
        return [("handover", _("Handover"), None), ("customer", _("Customer"), None)]
    refused = handover.decision == Handover.Decision.REJECTED
    ends = {
        Handover.Outcome.LOST: _("Lost"),
        Handover.Outcome.DISQUALIFIED: _("Disqualified"),
        Handover.Outcome.UNABLE_TO_REACH: _("Unable to reach"),
    }
    end = ends.get(Handover.Outcome(handover.outcome)) if handover.outcome else None
    return [
        ("handover", _("Handover"), handover.sent_at),
        ("decision", _("Rejected") if refused else _("Accepted"), handover.decided_at),
        ("contact", _("First contact"), handover.contacted_at),
        ("opportunity", _("Opportunity"), handover.opportunity_at),
        ("customer", end or _("Customer"), handover.closed_at if handover.outcome else None),
    ]


def _spaced(reached: Iterable[tuple[str, str, datetime | None]]) -> list[Milestone]:
    found: list[Milestone] = []
    last: datetime | None = None
    for key, label, at in reached:
        found.append(Milestone(key, label, at, at - last if at and last and at >= last else None))
        last = at or last
    return found


def total_of(milestones: Sequence[Milestone]) -> timedelta | None:
    """Return how long it took from the first station to the last one reached; None with fewer than two."""
    times = [one.at for one in milestones if one.at is not None]
    return max(times) - min(times) if len(times) > 1 else None
