"""Teams: who shares work and figures."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership, Team
from tenants.roles import SIDES

TEAM_SIDES = ("marketing", "sales")


class TeamNameTaken(DomainError):
    """Two teams cannot have the same name."""

    code = "team_name_taken"


@transaction.atomic
def make_team(*, name: str, side: str, members: Sequence[Membership] = (), by: Membership, at: datetime) -> Team:
    """Make a team of one side. Raises InvalidInput, TeamNameTaken."""
    if side not in TEAM_SIDES:
        raise InvalidInput([FieldError("/side", "unknown_value", _("Choose marketing or sales."))])
    team = _named(Team(side=side), name)
    _seat(team, members)
    record("team.made", team, by=by, at=at, data={"side": side, "members": len(members)})
    return team


@transaction.atomic
def change_team(team: Team, *, name: str, members: Sequence[Membership], by: Membership, at: datetime) -> Team:
    """Rename a team and say who is in it; whoever was in another team changes over. Raises as make_team does."""
    team = _named(Team.objects.select_for_update().get(pk=team.pk), name)
    Membership.objects.filter(team=team).exclude(pk__in=[member.pk for member in members]).update(team=None)
    _seat(team, members)
    record("team.changed", team, by=by, at=at, data={"members": len(members)})
    return team


def _named(team: Team, name: str) -> Team:
    team.name = name.strip()
    if not team.name:
        raise InvalidInput([FieldError("/name", "missing", _("Give the team a name."))])
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as error:
        raise TeamNameTaken(_("There is a team of this name already.")) from error
    return team


def _seat(team: Team, members: Sequence[Membership]) -> None:
    for number, member in enumerate(members):
        if SIDES.isdisjoint(member.roles) or member.side not in ("", team.side):
            sentence = _("%(who)s belongs to another department.") % {"who": member.name}
            raise InvalidInput([FieldError(f"/members/{number}", "unknown_value", sentence)])
    Membership.objects.filter(pk__in=[member.pk for member in members]).update(team=team)
