"""Who has no more access to the organisation, and who gets it back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError
from tenants.models import Membership
from tenants.roles import Role


class LastAdministrator(DomainError):
    """Somebody has to be able to let people in."""

    code = "last_administrator"


@transaction.atomic
def end_membership(member: Membership, *, by: Membership, at: datetime) -> Membership:
    """Take a member's access away at once, their keys' too; what they did stays under their name.

    Whoever listens to ``member.left`` passes on what is in their hands. Ending it twice changes nothing.
    Raises LastAdministrator for the only one who is left.
    """
    member = _locked(member)
    if not member.is_active:
        return member
    others = Membership.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR]).exclude(pk=member.pk)
    if member.has(Role.ADMINISTRATOR) and not others.exists():
        raise LastAdministrator(_("This is the only administrator. Make somebody else one first."))
    return _switched(member, "member.left", is_active=False, by=by, at=at)


@transaction.atomic
def restore_membership(member: Membership, *, by: Membership, at: datetime) -> Membership:
    """Give a member back their access, with the roles they had. Restoring it twice changes nothing."""
    member = _locked(member)
    return member if member.is_active else _switched(member, "member.returned", is_active=True, by=by, at=at)


def _locked(member: Membership) -> Membership:
    # All of them: two administrators who end each other's access at once would leave none.
    return {row.pk: row for row in Membership.objects.select_for_update().order_by("pk")}[member.pk]


def _switched(member: Membership, kind: str, *, is_active: bool, by: Membership, at: datetime) -> Membership:
    member.is_active = is_active
    member.save(update_fields=["is_active"])
    record(kind, member, by=by, at=at)
    return member
