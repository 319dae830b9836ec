"""What was asked about breaches, and who may answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events.models import Event
from sla.consent import Asked, Person, may_ask, may_decide, missing_consents
from sla.describing import Description, describe
from sla.models import Clock, Plea
from sla.words import commitment_label
from tenants.models import Membership
from tenants.roles import LABELS


@dataclass(frozen=True)
class PleaRow:
    """One request with its answer, and what the reader may do about it."""

    id: UUID
    clock_id: UUID
    kind: str
    kind_label: str
    state: str
    state_label: str
    title: str
    sub: str
    url: str
    side: str
    label: str
    due_at: datetime
    reason: str
    happened_at: datetime | None
    by_machine: bool
    requested_by: str
    requested_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str
    waits_for: str
    may_decide: bool
    may_withdraw: bool


def open_pleas(*, reader: Membership, clocks: "QuerySet[Clock]", limit: int = 50) -> list[PleaRow]:
    """Return what waits for an answer about these clocks, the oldest first."""
    rows = Plea.objects.filter(state=Plea.State.OPEN, clock__in=clocks).order_by("requested_at", "pk")
    return plea_rows(rows.select_related(*_WITH)[:limit], reader=reader)


def pleas_of(clock: Clock, *, reader: Membership) -> list[PleaRow]:
    """Return everything that was asked about one clock, the newest first."""
    rows = Plea.objects.filter(clock=clock).order_by("-requested_at", "-pk")
    return plea_rows(rows.select_related(*_WITH), reader=reader)


def plea_rows(pleas: Iterable[Plea], *, reader: Membership) -> list[PleaRow]:
    """Return requests as finished rows."""
    found = list(pleas)
    names = describe({plea.clock.subject_id: plea.clock.subject for plea in found}.values())
    return [_row(plea, names[plea.clock.subject_id], reader) for plea in found]


_WITH = ("clock__subject", "requested_by", "decided_by", "consented_by")


def asked_of(plea: Plea, clock: Clock) -> Asked:
    """Return a request as the rules see it."""
    first = plea.consented_by
    return Asked(
        side=clock.side,
        owner=clock.owner_id,
        requested_by=plea.requested_by_id,
        consented_by=plea.consented_by_id,
        consented_roles=frozenset(first.roles) if first else frozenset(),
    )


def person_of(member: Membership) -> Person:
    """Return a member as the rules see one."""
    return Person(member.pk, frozenset(member.roles))


def concerned_by(clock: Clock) -> frozenset[UUID]:
    """Return who owns the clock, or whose subject it is."""
    own: dict[str, UUID | None] = {"marketing": clock.subject.sender_id, "sales": clock.subject.owner_id}
    return frozenset(pk for pk in (clock.owner_id, own.get(clock.side)) if pk is not None)


def speaks_for(member: Membership, clock: Clock) -> bool:
    """Tell whether a member may ask something about a clock (with its subject)."""
    return may_ask(person_of(member), side=clock.side, concerned=concerned_by(clock))


def has_owned(member: Membership, clock: Clock) -> bool:
    """Tell whether a member owns a clock or ever owned it: then what they say is a person's word, not a record.

    What nobody owns is anybody's of the side.
    """
    concerned = concerned_by(clock)
    if not concerned or member.pk in concerned:
        return True
    told = Event.objects.filter(subject_id=clock.pk, kind__in=("clock.started", "clock.reassigned"))
    return any(event.data["owner"] == str(member.pk) for event in told)


def _row(plea: Plea, name: Description, reader: Membership) -> PleaRow:
    clock, asked = plea.clock, asked_of(plea, plea.clock)
    is_open = plea.state == Plea.State.OPEN
    return PleaRow(
        id=plea.pk,
        clock_id=clock.pk,
        kind=plea.kind,
        kind_label=_("to be excused") if plea.kind == Plea.Kind.EXCUSE else _("happened in time"),
        state=plea.state,
        state_label=_states()[Plea.State(plea.state)],
        title=name.title,
        sub=name.sub,
        url=name.url,
        side=clock.side,
        label=commitment_label(clock.commitment),
        due_at=clock.due_at,
        reason=plea.reason,
        happened_at=plea.happened_at,
        by_machine=plea.by_machine,
        requested_by=plea.requested_by.name if plea.requested_by else "",
        requested_at=plea.requested_at,
        decided_by=plea.decided_by.name if plea.decided_by else "",
        decided_at=plea.decided_at,
        note=plea.note,
        waits_for=", ".join(str(LABELS[role]) for role in missing_consents(asked)) if is_open else "",
        may_decide=is_open and may_decide(person_of(reader), asked),
        may_withdraw=is_open and (plea.requested_by_id == reader.pk or speaks_for(reader, clock)),
    )


def _states() -> dict[Plea.State, str]:
    return {
        Plea.State.OPEN: _("waits for an answer"),
        Plea.State.GRANTED: _("granted"),
        Plea.State.REFUSED: _("refused"),
        Plea.State.WITHDRAWN: _("withdrawn"),
    }
