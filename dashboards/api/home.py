"""Where a member's day starts, for REST clients: the same needs and figures as the page."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from dashboards import answers
from dashboards.api.tagging import TaggedView
from dashboards.home_page import figures_of, is_own, todos_of
from dashboards.serializers import home as serializers
from smarketing.lib.openapi import operation


class Home(TaggedView):
    """What waits for the key's member, and how we stand."""

    scopes: ClassVar = {"GET": "reports:read"}

    @operation(
        "Read what needs the member now",
        gives=answers.Home,
        answers={200: "What waits for the key's member with deadlines and pages, and the figures of their roles."},
        tagged=True,
    )
    def get(self, request: Request) -> Response:
        """Read what waits for the key's member, by deadline, and how we stand this month."""
        at, zone, slug = self.at, self.zone.key, self.organisation.slug
        found = todos_of(self.member, at=at, zone=zone, slug=slug)
        needs = [serializers.need(*pair, at=at, whole=request.build_absolute_uri) for pair in found]
        cards = figures_of(self.member, at=at, zone=zone, slug=slug)
        return self.tagged(
            {
                "member": self.member.pk,
                "as_of": at,
                "needs": needs,
                "late": sum(need["is_late"] for need in needs),
                "month": f"{at.astimezone(self.zone):%Y-%m}",
                "is_own": is_own(self.member),
                "figures": [serializers.card(card, whole=request.build_absolute_uri) for card in cards],
            }
        )
