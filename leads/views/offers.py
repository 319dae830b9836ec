"""What the list lets a member do to several leads."""

from collections.abc import Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse

from leads.actions.changing_many import MOST
from tenants.access import MemberRequest
from tenants.models import Membership
from tenants.roles import MARKETING


def bulk_offer(request: MemberRequest, people: Sequence[Membership]) -> dict[str, Any] | None:
    """Return what the list's bar of acts needs, or None for who may only look."""
    if not request.membership.has(*MARKETING):
        return None
    return {
        "marketers": [person for person in people if person.has(*MARKETING)],
        "most": MOST,
        "hand_over_url": _hand_over_url(request),
    }


def _hand_over_url(request: MemberRequest) -> str:
    try:
        return reverse("leads:bulk_handover", args=[request.organisation.slug])
    except NoReverseMatch:
        return ""
