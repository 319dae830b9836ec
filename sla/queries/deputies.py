"""Who may sign in a head's place."""

from uuid import UUID

from sla.models import SigningDeputy
from tenants.models import Membership
from tenants.roles import MARKETING, SALES, side_of


def deputy_seat(member: Membership) -> Membership | None:
    """Return the active head in whose place the member may sign, or None."""
    rows = SigningDeputy.objects.filter(deputy=member, ended_at=None, head__is_active=True)
    row = rows.select_related("head").order_by("named_at").first()
    return row.head if row else None


def deputy_named_by(head: Membership) -> Membership | None:
    """Return whom a head has named, or None."""
    row = SigningDeputy.objects.filter(head=head, ended_at=None).select_related("deputy").first()
    return row.deputy if row else None


def signing_deputies() -> list[UUID]:
    """Return the members who may sign in a head's place."""
    return list(SigningDeputy.objects.filter(ended_at=None).order_by("named_at").values_list("deputy_id", flat=True))


def deputies_open_to(head: Membership) -> list[Membership]:
    """Return the active members of the head's side, whom the head may name."""
    side = side_of(set(head.roles))
    roles = {"marketing": MARKETING, "sales": SALES}.get(side, frozenset())
    rows = Membership.objects.filter(is_active=True, roles__overlap=[str(role) for role in roles]).exclude(pk=head.pk)
    return [member for member in rows.order_by("name", "pk") if side_of(set(member.roles)) == side]
