"""Who sits on the board, and who has a hand in a case."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import QuerySet

from arbitration.models import Case, Recusal, Seat
from arbitration.rules import RULING_SEATS, Bar, Party, involved_in, may_rule, may_vote
from events.models import Event
from leads.models import Handover, Rejection
from tenants.models import Membership

# What a case is read with wherever its parties matter.
WITH_PARTIES = ("handover__lead", "rejection__by", "filed_by", "version", "subject")


@dataclass(frozen=True)
class CaseParties:
    """The two sides of a case by id, everybody who is involved (managers included), and who recused themselves."""

    marketing: frozenset[UUID]
    sales: frozenset[UUID]
    involved: frozenset[UUID]
    recused: frozenset[UUID] = frozenset()


def seat_of(member: Membership) -> str:
    """Return the kind of the member's present seat on the board, "" without one."""
    return Seat.objects.filter(member=member, until=None).values_list("kind", flat=True).first() or ""


def chair() -> Membership | None:
    """Return who chairs the board now, or None."""
    seat = Seat.objects.select_related("member").filter(kind=Seat.Kind.CHAIR, until=None).first()
    return seat.member if seat else None


def case_parties(case: Case) -> CaseParties:
    """Return who has a hand in the case; needs its handover (with lead) and rejection."""
    parties = parties_of(case.handover, case.rejection, filed_by_id=case.filed_by_id)
    recused = Recusal.objects.filter(case=case).values_list("member", flat=True)
    return replace(parties, recused=frozenset(recused))


def parties_of(handover: Handover, rejection: Rejection, *, filed_by_id: UUID | None) -> CaseParties:
    """Return who has a hand in the dispute about this rejection."""
    marketing = _known(handover.sent_by_id, filed_by_id, handover.lead.marketer_id)
    # Who ruled for acceptance has decided the case, not the handover that it is about.
    by_ruling = handover.decision == Handover.Decision.ACCEPTED_BY_RULING
    sales = _known(handover.assigned_to_id, None if by_ruling else handover.decided_by_id, rejection.by_id)
    acted = _known(handover.sent_by_id, filed_by_id) | sales | _ever_assigned(handover)
    managers = dict(Membership.objects.filter(pk__in=acted).values_list("pk", "manager_id"))
    return CaseParties(marketing, sales, involved_in(Party(pk, managers.get(pk)) for pk in acted))


def _ever_assigned(handover: Handover) -> frozenset[UUID]:
    """Return everybody who had the handover at some time, not only who has it now."""
    told = Event.objects.filter(subject_id=handover.pk, data__has_key="assigned_to")
    return frozenset(UUID(to) for to in told.values_list("data__assigned_to", flat=True) if to)


def _known(*member_ids: UUID | None) -> frozenset[UUID]:
    return frozenset(pk for pk in member_ids if pk is not None)


def bar_of(member: Membership, parties: CaseParties) -> Bar:
    """Tell what keeps the member from ruling on a case with these parties."""
    return _bar(member, seat_of(member), parties)


def _bar(member: Membership, seat: str, parties: CaseParties) -> Bar:
    if not member.is_active:
        return Bar.NO_SEAT
    return may_rule(
        member_id=member.pk, roles=member.roles, seat=seat, involved=parties.involved, recused=parties.recused
    )


def vote_bar_of(member: Membership, parties: CaseParties) -> Bar:
    """Tell what keeps the member from voting on a case with these parties."""
    seat = seat_of(member) if member.is_active else ""
    return may_vote(member_id=member.pk, seat=seat, involved=parties.involved, recused=parties.recused)


def bar_of_seat(seat: Seat, parties: CaseParties) -> Bar:
    """Tell what keeps the holder of a seat from ruling on a case with these parties."""
    return _bar(seat.member, seat.kind, parties)


def eligible_to_rule(parties: CaseParties) -> list[Membership]:
    """Return the active chair and deputies who may rule on a case with these parties."""
    seats = present_seats().filter(kind__in=RULING_SEATS, member__is_active=True)
    return [seat.member for seat in seats if bar_of_seat(seat, parties) is Bar.FREE]


def present_seats() -> "QuerySet[Seat]":
    """Return who sits on the board now: the chair, the deputies, the members."""
    return Seat.objects.select_related("member").filter(until=None).order_by("kind", "since", "pk")
