"""Which figures a member may see: those of one person only that person and their manager."""

from uuid import UUID

from django.http import Http404

from tenants.models import Membership
from tenants.roles import SALES, Role

# Who hands out and erases what is held about a person, and who sees that it was done.
KEEPS_PRIVACY = (Role.ADMINISTRATOR,)
SEES_PRIVACY = (Role.ADMINISTRATOR, Role.AUDITOR)


def people_open_to(membership: Membership) -> list[Membership]:
    """Return the members of sales whose own figures this member may see."""
    rows = Membership.objects.filter(is_active=True, roles__overlap=[str(role) for role in SALES])
    if membership.has(Role.SALES_MANAGER):
        return list(rows.filter(manager=membership).order_by("name", "pk"))
    return list(rows.filter(pk=membership.pk)) if membership.has(Role.SALES_REP) else []


def get_owner(people: list[Membership], text: str) -> UUID | None:
    """Return the id of the person whose figures are asked for, None for everybody's; 404 for any other."""
    if not text:
        return None
    for member in people:
        if str(member.pk) == text:
            return member.pk
    raise Http404
