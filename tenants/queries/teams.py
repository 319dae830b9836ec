"""Teams and who is in them."""

from dataclasses import dataclass
from uuid import UUID

from tenants.models import Membership, Team


@dataclass(frozen=True)
class TeamRow:
    """One team as the page prints it."""

    id: UUID
    name: str
    side: str
    members: list[str]


def team_rows() -> list[TeamRow]:
    """Return every team by side and name, with the names of its active members."""
    names: dict[UUID, list[str]] = {}
    members = Membership.objects.filter(is_active=True, team__isnull=False).order_by("name", "id")
    for team_id, name in members.values_list("team_id", "name"):
        names.setdefault(team_id, []).append(name)
    return [
        TeamRow(team.pk, team.name, team.side, names.get(team.pk, [])) for team in Team.objects.order_by("side", "name")
    ]
