"""Reading members."""

from collections.abc import Sequence

from tenants.models import Membership


def active_members(*, roles: Sequence[str]) -> list[Membership]:
    """Return the active members who hold one of the roles, in the order in which they joined."""
    rows = Membership.objects.filter(is_active=True, roles__overlap=[str(role) for role in roles])
    return list(rows.order_by("joined_at", "id"))
