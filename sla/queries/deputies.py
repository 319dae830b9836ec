"""Who may sign in a head's place."""

from uuid import UUID

from sla.models import SigningDeputy
from tenants.models import Membership


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
