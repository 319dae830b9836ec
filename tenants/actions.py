"""Everything that can happen to organisations, people, invitations and keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import global_scope, tenant_scope
from tenants.keys import SCOPES, digest, new_public_id, new_secret
from tenants.models import Directory, Invitation, Key, Membership, Organisation, Team, User
from tenants.roles import Role, may_combine

# An invitation that nobody used is no open door for ever.
INVITATION_FOR = timedelta(days=14)


class RolesClash(DomainError):
    """An executive belongs to neither side; an unknown role is no role."""

    code = "roles_clash"


class AlreadyMember(DomainError):
    """This person is in the organisation already."""

    code = "already_member"


class LastAdministrator(DomainError):
    """An organisation without an administrator could never be helped."""

    code = "last_administrator"


class InvitationOver(DomainError):
    """The invitation was used, withdrawn or is too old."""

    code = "invitation_over"
    status = 410


class ScopeUnknown(DomainError):
    """A key can only be given scopes that exist."""

    code = "scope_unknown"


@dataclass(frozen=True)
class NewOrganisation:
    """What create_organisation made."""

    organisation: Organisation
    administrator: Membership


@dataclass(frozen=True)
class NewKey:
    """A key and its full text, which is shown once and stored nowhere."""

    key: Key
    text: str


def create_organisation(
    *, name: str, country: str, zone: str, admin_email: str, admin_name: str = "", at: datetime, muted: bool = False
) -> NewOrganisation:
    """Make an organisation with its administrator; calendars and the first agreement follow by the wiring.

    ``country`` is ISO 3166 alpha-2, ``zone`` an IANA name. Call outside any scope; opens its own.
    """
    organisation = _insert_organisation(name=name, country=country, zone=zone, at=at, muted=muted)
    user = _person(admin_email, name=admin_name)
    with tenant_scope(organisation.pk):
        administrator = add_member(user, roles=[Role.ADMINISTRATOR], by=None, at=at)
        record(
            "organisation.created",
            administrator,
            by=None,
            at=at,
            data={"country": country, "zone": zone},
            once="organisation.created",
        )
    return NewOrganisation(organisation, administrator)


def _insert_organisation(*, name: str, country: str, zone: str, at: datetime, muted: bool) -> Organisation:
    base = slugify(name)[:50] or "organisation"
    number = 1
    while True:
        # A taken slug gets a suffix instead of an answer: nobody learns who else is here.
        slug = base if number == 1 else f"{base}-{number}"
        try:
            with global_scope(lookup=slug), transaction.atomic():
                return Organisation.objects.create(
                    slug=slug, name=name, country=country.upper(), zone=zone, created_at=at, muted=muted
                )
        except IntegrityError:
            number += 1


def _person(email: str, *, name: str = "") -> User:
    with global_scope():
        found = User.objects.filter(email=User.objects.normalise(email)).first()
        return found or User.objects.create_user(email, name=name or _name_from(email))


def _name_from(email: str) -> str:
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


def create_key(
    *,
    name: str,
    scopes: Sequence[str],
    acts_for: Membership,
    by: Membership,
    at: datetime,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a secret key that acts for a member; its text is returned once and stored nowhere.

    Raises ScopeUnknown for a scope that does not exist.
    """
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ScopeUnknown(_("Choose at least one scope from the list."))
    secret = new_secret()
    key = _insert_key(
        kind=Key.Kind.SECRET, name=name, scopes=sorted(scopes), acts_for=acts_for, secret_hash=digest(secret),
        by=by, at=at, expires_at=expires_at,
    )  # fmt: skip
    return NewKey(key, f"sk_live_{key.public_id}_{secret}")


def create_form_key(*, name: str, allowed_origins: Sequence[str], by: Membership, at: datetime) -> NewKey:
    """Make a public form key that may only create submissions from its origins."""
    key = _insert_key(
        kind=Key.Kind.FORM, name=name, allowed_origins=list(allowed_origins), by=by, at=at, expires_at=None
    )
    return NewKey(key, f"fk_{key.public_id}")


def _insert_key(*, by: Membership, at: datetime, **fields: object) -> Key:
    key = Key.objects.create(public_id=new_public_id(), created_by=by, created_at=at, **fields)
    Directory.objects.create(public_id=key.public_id, organisation_id=key.organisation_id)
    record("key.created", key, by=by, at=at, data={"kind": key.kind, "scopes": key.scopes})
    return key


def revoke_key(key: Key, *, by: Membership, at: datetime) -> None:
    """End a key at once; ending it twice changes nothing."""
    if Key.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        record("key.revoked", key, by=by, at=at)


@dataclass(frozen=True)
class NewInvitation:
    """An invitation and the token of its link, which is shown once."""

    invitation: Invitation
    token: str


def invite(*, email: str, roles: Sequence[str], by: Membership | None, at: datetime) -> NewInvitation:
    """Keep a seat for somebody and return the link's token. Raises RolesClash and AlreadyMember."""
    email = User.objects.normalise(email)
    if not may_combine(set(roles)) or not set(roles) <= set(Role):
        raise RolesClash(_("These roles cannot go together: an executive belongs to neither side."))
    if Membership.objects.filter(email=email, is_active=True).exists():
        raise AlreadyMember(_("This person is a member already."))
    return _seat_token(email=email, roles=roles, by=by, at=at, membership=None)


def _seat_token(
    *, email: str, roles: Sequence[str], by: Membership | None, at: datetime, membership: Membership | None
) -> NewInvitation:
    secret = new_secret()
    invitation = Invitation.objects.create(
        email=email,
        roles=[str(role) for role in roles],
        public_id=new_public_id(),
        secret_hash=digest(secret),
        invited_by=by,
        created_at=at,
        expires_at=at + INVITATION_FOR,
        membership=membership,
    )
    Directory.objects.create(public_id=invitation.public_id, organisation_id=invitation.organisation_id)
    record("invitation.sent", invitation, by=by, at=at, data={"roles": invitation.roles})
    return NewInvitation(invitation, f"{invitation.public_id}-{secret}")


def sign_in_link(membership: Membership, *, at: datetime) -> NewInvitation:
    """Return an invitation with which an existing member sets a password and signs in (first administrator)."""
    return _seat_token(email=membership.email, roles=membership.roles, by=None, at=at, membership=membership)
