"""The lists that a member can open by a name."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from leads.access import visible_views
from leads.models import DefaultView, SavedView
from tenants.models import Membership
from tenants.roles import Role


@dataclass(frozen=True)
class SavedViewRow:
    """A kept list as pages and clients see it."""

    id: UUID
    name: str
    query: str
    is_shared: bool
    is_default: bool
    owner_name: str
    may_change: bool
    # Where it opens, and whether it is what the page shows; the view of the page knows.
    url: str = ""
    active: bool = False
    count: int | None = None


def saved_views_of(membership: Membership) -> list[SavedViewRow]:
    """Return what the member can open, by name."""
    mine = DefaultView.objects.filter(member=membership, view=OuterRef("pk"))
    views = visible_views(membership).annotate(opens_first=Exists(mine))
    return [saved_view_row(view, membership, is_default=view.opens_first) for view in views]


def saved_view_row(view: SavedView, membership: Membership, *, is_default: bool) -> SavedViewRow:
    """Return one view (with its owner) as the member sees it."""
    return SavedViewRow(
        id=view.pk,
        name=view.name,
        query=view.query,
        is_shared=view.is_shared,
        is_default=is_default,
        owner_name=view.owner.name,
        may_change=view.owner_id == membership.pk or membership.has(Role.ADMINISTRATOR),
    )


def default_view_id(membership: Membership) -> UUID | None:
    """Return the view with which the member's list opens."""
    return DefaultView.objects.filter(member=membership).values_list("view", flat=True).first()
