"""The only road from an outside id to a case or a rejection that can be disputed."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from arbitration.models import Case, CaseFile, Precedent, Seat, Sitting
from arbitration.queries.board import WITH_PARTIES, present_seats, seat_of
from arbitration.rules import RULED, WITHDRAWN
from leads.access import SEE_ALL, get_handover
from leads.models import Handover, Rejection
from tenants.access import get_or_404
from tenants.models import Membership
from tenants.roles import Role


def visible_cases(membership: Membership) -> "QuerySet[Case]":
    """Return the cases that a member may read: a rep their own, everybody else all of the organisation."""
    if membership.has(*SEE_ALL):
        return Case.objects.all()
    mine = Q(handover__assigned_to=membership) | Q(handover__decided_by=membership) | Q(rejection__by=membership)
    return Case.objects.filter(mine)


def readable_cases(membership: Membership, case_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of these cases that a member may open."""
    if membership.has(*SEE_ALL):
        return set(case_ids)
    return set(visible_cases(membership).filter(pk__in=case_ids).values_list("pk", flat=True))


def get_case(membership: Membership, case_id: UUID | str, *, for_update: bool = False) -> Case:
    """Return a case with its handover, lead, rejection and version, or 404."""
    return get_or_404(visible_cases(membership).select_related(*WITH_PARTIES), case_id, for_update=for_update)


def get_disputed(membership: Membership, handover_id: UUID | str) -> Rejection:
    """Return the last rejection of a handover that the member may see, with the handover's lead and version."""
    handover = get_handover(membership, handover_id)
    rows = Rejection.objects.select_related("by", "handover__lead", "handover__version").filter(handover=handover)
    # Nothing is left of a decision that was undone; a withdrawn appeal leaves its rejection.
    undone = Q(state=Rejection.State.WITHDRAWN, handover__decision=Handover.Decision.PENDING)
    rejection = rows.exclude(undone).order_by("-at", "-pk").first()
    if rejection is None:
        raise Http404
    return rejection


def get_seat(membership: Membership, seat_id: UUID | str) -> Seat:
    """Return a present seat on the board."""
    return get_or_404(present_seats(), seat_id)


def get_precedent(membership: Membership, precedent_id: UUID | str) -> Precedent:
    """Return a precedent; what rulings teach is for everybody."""
    rows = Precedent.objects.select_related("ruling__case", "version")
    rows = rows.defer("ruling__case__evidence", "version__content")
    return get_or_404(rows, precedent_id)


def sees_votes(membership: Membership, case: Case) -> bool:
    """Tell whether a member may read the advisory votes: the board at once, the parties once it is decided."""
    if case.stage in (RULED, WITHDRAWN) or membership.has(Role.EXECUTIVE, Role.AUDITOR):
        return True
    return bool(seat_of(membership))


def get_sitting(membership: Membership, sitting_id: UUID | str) -> Sitting:
    """Return a meeting of the board; its docket shows each reader the cases that they may see."""
    return get_or_404(Sitting.objects.all(), sitting_id)


def reads_minutes(membership: Membership) -> bool:
    """Tell whether a member reads the minutes: they speak of all cases, and a rep sees only their own."""
    return membership.has(*SEE_ALL)


def get_case_file(membership: Membership, case_id: UUID | str, file_id: UUID | str) -> CaseFile:
    """Return a file put before the board in a case that the member may read, or 404."""
    rows = CaseFile.objects.filter(case__in=visible_cases(membership).values("pk"), case=case_id)
    return get_or_404(rows.select_related("case", "file", "by").defer("case__evidence"), file_id)
