"""Who gets a seat."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from smarketing.lib.scope import global_scope, tenant_scope
from tenants.access import may_set_manager_of
from tenants.actions.absences import NotYourPeople
from tenants.models import Membership, Organisation, Team, User
from tenants.roles import Role, may_combine


class RolesClash(DomainError):
    """An executive belongs to neither side; an unknown role is no role."""

    code = "roles_clash"


class AlreadyMember(DomainError):
    """This person is in the organisation already."""

    code = "already_member"


class ManagesThemselves(DomainError):
    """Nobody is their own manager, not over others either."""

    code = "manages_themselves"


def person_with(email: str, *, name: str = "") -> User:
    with global_scope():
        found = User.objects.filter(email=User.objects.normalise(email)).first()
        return found or User.objects.create_user(email, name=name or name_from(email))


def name_from(email: str) -> str:
    return email.split("@", maxsplit=1)[0].replace(".", " ").title()


def add_member(
    user: User,
    *,
    roles: Sequence[str],
    by: Membership | None,
    at: datetime,
    title: str = "",
    team: Team | None = None,
    manager: Membership | None = None,
) -> Membership:
    """Give a person a seat in the organisation of the scope.

    Raises RolesClash for unknown or clashing roles, AlreadyMember when they have a seat.
    """
    if not may_combine(set(roles)) or not set(roles) <= set(Role):
        raise RolesClash(_("These roles cannot go together: an executive belongs to neither side."))
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=user,
                name=user.name or user.email,
                email=user.email,
                title=title,
                roles=[str(role) for role in roles],
                team=team,
                manager=manager,
                joined_at=at,
            )
    except IntegrityError as error:
        raise AlreadyMember(_("This person is a member already.")) from error
    record("member.joined", membership, by=by, at=at, data={"roles": membership.roles})
    return membership


def seat_person(
    *, organisation: Organisation, email: str, roles: Sequence[str], at: datetime, name: str = "", title: str = ""
) -> Membership:
    """Give somebody a seat from outside any scope (a command); makes the person when nobody has this e-mail."""
    user = person_with(email, name=name)
    with tenant_scope(organisation.pk):
        return add_member(user, roles=roles, title=title, by=None, at=at)


@transaction.atomic
def set_manager(member: Membership, manager: Membership | None, *, by: Membership, at: datetime) -> Membership:
    """Say who a member's direct manager is, or that they have none. A head may for the people of their side.

    Escalations go to the manager, who counts as involved in their people's cases. Raises NotYourPeople,
    ManagesThemselves, InvalidInput for somebody who is not active.
    """
    if not may_set_manager_of(by, member):
        raise NotYourPeople(_("You can do this for the people of your department."))
    if manager is not None and not manager.is_active:
        raise InvalidInput([FieldError("/manager", "unknown_value", _("This member is not active."))])
    # One at a time: two changes at once could close a circle.
    list(Membership.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    _refuse_circle(member, manager)
    Membership.objects.filter(pk=member.pk).update(manager=manager)
    member.manager = manager
    data = {"manager": str(manager.pk) if manager else None}
    record("member.manager_set", member, by=by, at=at, data=data)
    return member


def _refuse_circle(member: Membership, manager: Membership | None) -> None:
    above = dict(Membership.objects.values_list("pk", "manager"))
    following = manager.pk if manager else None
    while following is not None:
        if following == member.pk:
            raise ManagesThemselves(_("Nobody can be their own manager, not over others either."))
        following = above.get(following)
