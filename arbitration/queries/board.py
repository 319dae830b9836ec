"""Who sits on the board, and who has a hand in a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from arbitration.models import Case, Seat
from arbitration.rules import RULING_SEATS, Bar, Party, involved_in, may_rule
from leads.models import Handover, Rejection
from tenants.models import Membership

# What a case is read with wherever its parties matter.
WITH_PARTIES = ("handover__lead", "rejection__by", "filed_by", "version", "subject")


@dataclass(frozen=True)
class CaseParties:
    """The two sides of a case by id, and everybody who is involved (managers included)."""

    marketing: frozenset[UUID]
    sales: frozenset[UUID]
    involved: frozenset[UUID]


def seat_of(member: Membership) -> str:
    """Return the kind of the member's present seat on the board, "" without one."""
    return Seat.objects.filter(member=member, until=None).values_list("kind", flat=True).first() or ""


def chair() -> Membership | None:
    """Return who chairs the board now, or None."""
    seat = Seat.objects.select_related("member").filter(kind=Seat.Kind.CHAIR, until=None).first()
    return seat.member if seat else None


def case_parties(case: Case) -> CaseParties:
    """Return who has a hand in the case; needs its handover (with lead) and rejection."""
    return parties_of(case.handover, case.rejection, filed_by_id=case.filed_by_id)


def parties_of(handover: Handover, rejection: Rejection, *, filed_by_id: UUID | None) -> CaseParties:
    """Return who has a hand in the dispute about this rejection."""
    marketing = _known(handover.sent_by_id, filed_by_id, handover.lead.marketer_id)
    # Who ruled for acceptance has decided the case, not the handover that it is about.
    by_ruling = handover.decision == Handover.Decision.ACCEPTED_BY_RULING
    sales = _known(handover.assigned_to_id, None if by_ruling else handover.decided_by_id, rejection.by_id)
    acted = _known(handover.sent_by_id, filed_by_id) | sales
    managers = dict(Membership.objects.filter(pk__in=acted).values_list("pk", "manager_id"))
    return CaseParties(marketing, sales, involved_in(Party(pk, managers.get(pk)) for pk in acted))


def _known(*member_ids: UUID | None) -> frozenset[UUID]:
    return frozenset(pk for pk in member_ids if pk is not None)


def bar_of(member: Membership, parties: CaseParties) -> Bar:
    """Tell what keeps the member from ruling on a case with these parties."""
    return may_rule(member_id=member.pk, roles=member.roles, seat=seat_of(member), involved=parties.involved)


def eligible_to_rule(parties: CaseParties) -> list[Membership]:
    """Return the active chair and deputies who may rule on a case with these parties."""
    seats = Seat.objects.select_related("member").filter(until=None, kind__in=RULING_SEATS, member__is_active=True)
    return [seat.member for seat in seats.order_by("kind", "since") if _free(seat, parties.involved)]


def _free(seat: Seat, involved: Iterable[UUID]) -> bool:
    member = seat.member
    bar = may_rule(member_id=member.pk, roles=member.roles, seat=seat.kind, involved=frozenset(involved))
    return bar is Bar.FREE
