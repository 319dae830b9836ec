"""Who sits on the board, and who has a hand in a case."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from arbitration.models import Case, Recusal, Seat
from arbitration.rules import OPEN_STAGES, RULING_SEATS, Bar, Party, involved_in, may_rule, may_vote
from events.models import Event
from leads.models import Handover
from tenants.models import Membership

# What a case is read with wherever its parties matter.
WITH_PARTIES = ("handover__lead", "rejection__by", "filed_by", "version", "subject")
HEAVY_OF_CASE = ("evidence", "handover__snapshot", "version__content", "version__labels")
# Open cases are few: the board has ten business days for each.
LOOKED_AT = 300


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
    return parties_in([case])[case.pk]


def parties_in(cases: Sequence[Case]) -> dict[UUID, CaseParties]:
    """Return who has a hand in each of these cases, in as many queries as for one."""
    had = _ever_assigned({case.handover_id for case in cases})
    sides = {case.pk: _sides(case) for case in cases}
    acted = {case.pk: _known(case.handover.sent_by_id, case.filed_by_id) | sides[case.pk][1] for case in cases}
    for case in cases:
        acted[case.pk] |= had.get(case.handover_id, frozenset())
    everybody = {member for members in acted.values() for member in members}
    managers = dict(Membership.objects.filter(pk__in=everybody).values_list("pk", "manager_id"))
    recused = _recused(cases)
    return {
        pk: CaseParties(*sides[pk], involved_in(Party(member, managers.get(member)) for member in members), recused[pk])
        for pk, members in acted.items()
    }


def _sides(case: Case) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Return who answers for the handover on marketing's side, and on sales'."""
    handover = case.handover
    marketing = _known(handover.sent_by_id, case.filed_by_id, handover.lead.marketer_id)
    # Who ruled for acceptance has decided the case, not the handover that it is about.
    by_ruling = handover.decision == Handover.Decision.ACCEPTED_BY_RULING
    return marketing, _known(
        handover.assigned_to_id, None if by_ruling else handover.decided_by_id, case.rejection.by_id
    )


def _ever_assigned(handovers: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Return everybody who had each handover at some time, not only who has it now."""
    told = Event.objects.filter(subject_id__in=handovers, data__has_key="assigned_to")
    found: dict[UUID, frozenset[UUID]] = {}
    for handover, member in told.values_list("subject_id", "data__assigned_to"):
        found[handover] = found.get(handover, frozenset()) | ({UUID(member)} if member else frozenset())
    return found


def _recused(cases: Sequence[Case]) -> dict[UUID, frozenset[UUID]]:
    found: dict[UUID, frozenset[UUID]] = {case.pk: frozenset() for case in cases}
    for case, member in Recusal.objects.filter(case__in=list(found)).values_list("case", "member"):
        found[case] |= {member}
    return found


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
    return [seat.member for seat in ruling_seats() if bar_of_seat(seat, parties) is Bar.FREE]


def ruling_seats() -> "QuerySet[Seat]":
    """Return the seats of the active chair and deputies."""
    return present_seats().filter(kind__in=RULING_SEATS, member__is_active=True)


def cases_nobody_rules() -> list[Case]:
    """Return the open cases, oldest first, on which nobody of the board may rule: a deputy is needed."""
    rows = Case.objects.filter(stage__in=OPEN_STAGES).select_related(*WITH_PARTIES).defer(*HEAVY_OF_CASE)
    cases = list(rows.order_by("filed_at")[:LOOKED_AT])
    seats, parties = list(ruling_seats()), parties_in(cases)
    return [case for case in cases if not any(bar_of_seat(seat, parties[case.pk]) is Bar.FREE for seat in seats)]


def present_seats() -> "QuerySet[Seat]":
    """Return who sits on the board now: the chair, the deputies, the members."""
    return Seat.objects.select_related("member").filter(until=None).order_by("kind", "since", "pk")
