"""The way of a lead for REST clients."""

from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID

from msgspec import Struct
from rest_framework.request import Request
from rest_framework.response import Response

from leads import access, answers
from leads.api.shapes import READ
from leads.queries import journey_of
from smarketing.lib.openapi import operation
from tenants.rest import KeyView, answer


class JourneyAsked(Struct, forbid_unknown_fields=True):
    """Only what came before a moment: the next page."""

    before: datetime | None = None


class LeadJourney(KeyView):
    """The way from the first visit to the purchase."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "Read a lead's way to the purchase",
        query=JourneyAsked,
        gives=answers.Journey,
        answers={200: "Its stations, and visits and turns, the newest first."},
        problems=READ,
    )
    def get(self, request: Request, lead_id: UUID) -> Response:
        """Read the stations a lead came to, and page by page its visits (each folded into one line) and turns."""
        lead = access.get_lead(self.member, lead_id)
        before = self.query(JourneyAsked).before
        found = journey_of(lead, before=before if before is None or before.tzinfo else before.replace(tzinfo=self.zone))
        lines = [
            {"kind": line.kind, "at": line.at, "text": line.text, "pages": line.note, "count": line.count}
            for line in found.lines
        ]
        return answer(
            {
                "milestones": [{"key": one.key, "at": one.at} for one in found.milestones],
                "results": lines,
                "next": _address_of(request, found.before) if found.before else None,
            }
        )


def _address_of(request: Request, before: datetime) -> str:
    return request.build_absolute_uri(f"{request.path}?{urlencode({'before': before.isoformat()})}")
