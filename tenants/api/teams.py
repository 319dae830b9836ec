"""Teams for REST clients."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import whole
from tenants import access, actions, answers
from tenants.access import require
from tenants.models import Membership, Team
from tenants.rest import KeyView, answer
from tenants.roles import Role

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Ids = Annotated[list[UUID], Meta(max_length=500)]


class NewTeamBody(Struct, forbid_unknown_fields=True):
    """A team of one side."""

    name: Name
    side: Literal["marketing", "sales"]
    members: Ids = []


class TeamBody(Struct, forbid_unknown_fields=True):
    """A team's name and everybody who is in it."""

    name: Name
    members: Ids


class Teams(KeyView):
    """The teams."""

    scopes: ClassVar[dict[str, str]] = {"GET": "leads:read", "POST": "handovers:write"}

    @operation(
        "List teams",
        gives=Page[answers.Team],
        answers={200: "Every team with the ids of its members."},
        problems=(401, 403),
    )
    def get(self, request: Request) -> Response:
        """Answer every team."""
        return answer(whole(_row(team) for team in Team.objects.order_by("name")))

    @operation(
        "Make a team",
        gives=answers.Team,
        body=NewTeamBody,
        answers={201: "The team."},
        problems=(400, 401, 403, 409, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        """Make a team of one side."""
        require(self.member, Role.ADMINISTRATOR)
        told = self.body(NewTeamBody)
        members = _members(told.members)
        made = actions.make_team(name=told.name, side=told.side, members=members, by=self.member, at=self.at)
        return answer(_row(made), status=201, location=f"/api/v1/teams/{made.pk}")


class OneTeam(KeyView):
    """One team."""

    scopes: ClassVar[dict[str, str]] = {"PUT": "handovers:write"}

    @operation(
        "Change a team",
        gives=answers.Team,
        body=TeamBody,
        answers={200: "The team."},
        problems=(400, 401, 403, 404, 409, 422),
    )
    def put(self, request: Request, team_id: UUID) -> Response:
        """Rename a team and say who is in it."""
        require(self.member, Role.ADMINISTRATOR)
        team = access.get_team(self.member, team_id)
        told = self.body(TeamBody)
        members = _members(told.members)
        return answer(_row(actions.change_team(team, name=told.name, members=members, by=self.member, at=self.at)))


def _members(ids: list[UUID]) -> list[Membership]:
    found = {member.pk: member for member in Membership.objects.filter(pk__in=ids, is_active=True)}
    faults = [
        FieldError(f"/members/{number}", "unknown_value", "There is no such member.")
        for number, pk in enumerate(ids)
        if pk not in found
    ]
    if faults:
        raise InvalidInput(faults)
    return [found[pk] for pk in ids]


def _row(team: Team) -> dict[str, Any]:
    ids = Membership.objects.filter(team=team).order_by("name", "id").values_list("pk", flat=True)
    return {"id": team.pk, "name": team.name, "side": team.side, "members": list(ids)}
