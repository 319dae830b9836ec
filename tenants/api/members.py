"""Members for REST clients."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from msgspec import Struct
from rest_framework.request import Request
from rest_framework.response import Response

from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants import access, actions, answers
from tenants.access import require
from tenants.models import Membership
from tenants.rest import KeyView, answer
from tenants.roles import HEADS, Role


class ManagerBody(Struct, forbid_unknown_fields=True):
    """The direct manager's id; null for nobody."""

    manager: UUID | None


class AccessBody(Struct, forbid_unknown_fields=True):
    """Whether the member has access."""

    is_active: bool


class Members(KeyView):
    """Who belongs to the organisation."""

    scopes: ClassVar[dict[str, str]] = {"GET": "leads:read"}

    @operation(
        "List members",
        gives=Page[answers.Member],
        answers={200: "Members, the newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        """Answer names, roles, teams and managers: the ids are those that leads and handovers name."""
        return answer(page(request, Membership.objects.all(), _row))


class ManagerOf(KeyView):
    """Somebody's direct manager."""

    scopes: ClassVar[dict[str, str]] = {"PUT": "handovers:write"}

    @operation(
        "Say who a member's manager is",
        gives=answers.Member,
        body=ManagerBody,
        answers={200: "The member."},
        problems=(400, 401, 403, 404, 409, 422),
    )
    def put(self, request: Request, member_id: UUID) -> Response:
        """Set or, with null, take away the manager."""
        require(self.member, Role.ADMINISTRATOR, *HEADS)
        member = access.get_member(self.member, member_id)
        wanted = self.body(ManagerBody).manager
        manager = self._colleague(wanted) if wanted else None
        return answer(_row(actions.set_manager(member, manager, by=self.member, at=self.at)))

    def _colleague(self, wanted: UUID) -> Membership:
        try:
            return access.get_member(self.member, wanted)
        except Http404 as error:
            raise InvalidInput([FieldError("/manager", "unknown_value", "There is no such member.")]) from error


class AccessOf(KeyView):
    """Whether somebody has access."""

    scopes: ClassVar[dict[str, str]] = {"PUT": "handovers:write"}

    @operation(
        "End a member's access, or give it back",
        gives=answers.Member,
        body=AccessBody,
        answers={200: "The member."},
        problems=(400, 401, 403, 404, 409, 422),
    )
    def put(self, request: Request, member_id: UUID) -> Response:
        """Switch the access off or on; with it goes that of every key that acts for the member."""
        require(self.member, Role.ADMINISTRATOR)
        member = access.get_member(self.member, member_id)
        switch = actions.restore_membership if self.body(AccessBody).is_active else actions.end_membership
        return answer(_row(switch(member, by=self.member, at=self.at)))


def _row(member: Membership) -> dict[str, Any]:
    return {
        "id": member.pk,
        "name": member.name,
        "title": member.title,
        "roles": member.roles,
        "team": member.team_id,
        "manager": member.manager_id,
        "is_active": member.is_active,
    }
