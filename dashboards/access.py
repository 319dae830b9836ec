"""Which figures a member may see: those of one person by the organisation's rule. Meetings are for all."""

from collections.abc import Collection
from uuid import UUID

from django.http import Http404

from dashboards.models import Review, ReviewAction, ReviewItem
from tenants.access import get_or_404
from tenants.models import Membership
from tenants.queries import seen_among
from tenants.roles import SALES, Role

# Who hands out and erases what is held about a person, and who sees that it was done.
KEEPS_PRIVACY = (Role.ADMINISTRATOR,)
SEES_PRIVACY = (Role.ADMINISTRATOR, Role.AUDITOR)


def people_open_to(membership: Membership) -> list[Membership]:
    """Return the members of sales whose own figures this member may see, by the organisation's rule."""
    rows = Membership.objects.filter(is_active=True, roles__overlap=[str(role) for role in SALES])
    return seen_among(rows.order_by("name", "pk"), membership)


def get_owner(people: list[Membership], text: str) -> UUID | None:
    """Return the id of the person whose figures are asked for, None for everybody's; 404 for any other."""
    if not text:
        return None
    for member in people:
        if str(member.pk) == text:
            return member.pk
    raise Http404


def names_open_to(membership: Membership, member_ids: Collection[str]) -> dict[str, str]:
    """Return the names of those of these members whose figures this one may see, those who have left included."""
    rows = Membership.objects.filter(pk__in=member_ids).order_by("name", "pk")
    return {str(member.pk): member.name for member in seen_among(rows, membership)} if member_ids else {}


def get_review(membership: Membership, review_id: UUID) -> Review:
    """Return a meeting of both sides; every member may read it."""
    return get_or_404(Review.objects.all(), review_id)


def get_item(membership: Membership, review: Review, item_id: UUID) -> ReviewItem:
    """Return an item of a meeting's agenda."""
    return get_or_404(ReviewItem.objects.filter(review=review).select_related("review"), item_id)


def get_action(membership: Membership, action_id: UUID) -> ReviewAction:
    """Return what somebody took on in a meeting; every member may read it."""
    return get_or_404(ReviewAction.objects.select_related("owner", "review"), action_id)
