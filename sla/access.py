"""The only road from an outside id to an agreement, a target, a calendar or a clock."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from sla.models import AgreementVersion, Calendar, Clock, Month, Plea, Target
from tenants.access import get_or_404, require
from tenants.models import Membership
from tenants.roles import Role

# Who only works on their own leads sees only their own promises.
SEES_OWN_ONLY = frozenset({Role.SALES_REP, Role.MARKETER})

# Who looks after the engine; who only audits starts nothing.
STARTS_CHECKS = (Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.EXECUTIVE, Role.ADMINISTRATOR)
READS_HEALTH = (*STARTS_CHECKS, Role.AUDITOR)


def sees_only_own(membership: Membership) -> bool:
    """Tell whether figures and clocks of colleagues are hidden from this member."""
    return set(membership.roles) <= SEES_OWN_ONLY


def visible_clocks(membership: Membership) -> QuerySet[Clock]:
    """Return the clocks that this member may read: a rep's own and unassigned ones, everybody else all."""
    rows = Clock.objects.all()
    if membership.has(Role.SALES_REP) and sees_only_own(membership):
        mine = Q(owner=membership) | Q(owner=None) | Q(subject__owner=membership) | Q(subject__sender=membership)
        return rows.filter(mine)
    return rows


def get_clock(membership: Membership, clock_id: UUID) -> Clock:
    """Return a clock with what its view needs."""
    return get_or_404(visible_clocks(membership).select_related("version", "subject", "owner__manager"), clock_id)


def get_plea(membership: Membership, plea_id: UUID) -> Plea:
    """Return a request about a clock that the member may read."""
    rows = Plea.objects.filter(clock__in=visible_clocks(membership))
    return get_or_404(rows.select_related("clock__subject", "requested_by", "consented_by"), plea_id)


def get_version(membership: Membership, number: int) -> AgreementVersion:
    """Return a version of the agreement by its number; every member may read it."""
    found = AgreementVersion.objects.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def get_version_by_id(membership: Membership, version_id: UUID) -> AgreementVersion:
    """Return a version of the agreement."""
    return get_or_404(AgreementVersion.objects.all(), version_id)


def get_target(membership: Membership, target_id: UUID) -> Target:
    """Return a proposed or signed target; every member may read it."""
    return get_or_404(Target.objects.all(), target_id)


def get_month(membership: Membership, text: str) -> Month:
    """Return a month given as 2026-03; every member may read it."""
    try:
        found = Month.objects.filter(month=date.fromisoformat(f"{text}-01")).first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def get_calendar(membership: Membership, calendar_id: UUID) -> Calendar:
    """Return a calendar in use; every member may read it."""
    return get_or_404(Calendar.objects.filter(retired_at=None), calendar_id)


def get_calendar_to_change(membership: Membership, calendar_id: UUID) -> Calendar:
    """Return a calendar in use; only administrators change one."""
    require(membership, Role.ADMINISTRATOR)
    return get_calendar(membership, calendar_id)
