"""What people do, told by a server: of a lead, or of a visitor who is not known yet."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response

from intake import access, actions, answers
from intake.api.shapes import facts_from
from intake.body import Behaviour
from intake.models import MachineDay
from leads.access import get_lead
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import require
from tenants.rest import KeyView, answer


class BehaviourBody(Behaviour, forbid_unknown_fields=True):
    """One behaviour, and whose it is: a lead's id, or a visitor's (32 hexadecimal digits)."""

    lead: UUID | None = None
    visitor: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None


class MachineVisits(KeyView):
    """What machines looked at."""

    scopes: ClassVar = {"GET": "leads:read"}

    @operation(
        "List visits of machines",
        gives=Page[answers.MachineDay],
        answers={200: "Days on which machines came, the newest first: counted, never noted."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        require(self.member, *access.READERS)
        return answer(page(request, MachineDay.objects.all(), _day))


def _day(row: MachineDay) -> dict[str, Any]:
    return {"day": row.day, "visits": row.visits}


class Behaviours(KeyView):
    """Behaviours that a client tells."""

    scopes: ClassVar = {"POST": "leads:write"}

    @operation(
        "Tell what somebody did",
        gives=answers.Noted,
        body=BehaviourBody,
        answers={201: "Noted; ``new`` is false for a repetition within half a minute."},
        problems=(400, 401, 403, 404, 413, 415, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *access.PUSHERS)
        given = self.body(BehaviourBody)
        if (given.lead is None) == (given.visitor is None):
            raise InvalidInput([FieldError("/lead", "missing", "Name either a lead or a visitor.")])
        facts = facts_from([given])
        if given.visitor is not None:
            return answer({"new": bool(actions.note_visits(given.visitor, facts, at=self.at))}, status=201)
        lead = get_lead(self.member, given.lead or "")
        actions.note_behaviours_of(lead, facts, at=self.at)
        return answer({"new": True}, status=201)
