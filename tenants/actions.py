"""Everything that can happen to organisations, people, invitations and keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import global_scope, tenant_scope
from tenants.access import sets_password
from tenants.digests import digest
from tenants.keys import SCOPES, invitation_secret, new_public_id, new_secret
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


class InvitationOver(DomainError):
    """The invitation was used, withdrawn or is too old."""

    code = "invitation_over"
    status = 410


class SignInFirst(DomainError):
    """This e-mail has an account already; only its owner may join with it."""

    code = "sign_in_first"


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


@transaction.atomic
def invite(*, email: str, roles: Sequence[str], by: Membership | None, at: datetime, title: str = "") -> NewInvitation:
    """Keep a seat for somebody and return the link's token. Raises RolesClash and AlreadyMember."""
    email = User.objects.normalise(email)
    if not may_combine(set(roles)) or not set(roles) <= set(Role):
        raise RolesClash(_("These roles cannot go together: an executive belongs to neither side."))
    if Membership.objects.filter(email=email, is_active=True).exists():
        raise AlreadyMember(_("This person is a member already."))
    return _seat_token(email=email, roles=roles, by=by, at=at, membership=None, title=title)


def _seat_token(
    *,
    email: str,
    roles: Sequence[str],
    by: Membership | None,
    at: datetime,
    membership: Membership | None,
    title: str = "",
) -> NewInvitation:
    public_id = new_public_id()
    secret = invitation_secret(public_id)
    invitation = Invitation.objects.create(
        email=email,
        roles=[str(role) for role in roles],
        public_id=public_id,
        secret_hash=digest(secret),
        title=title,
        invited_by=by,
        created_at=at,
        expires_at=at + INVITATION_FOR,
        membership=membership,
    )
    Directory.objects.create(public_id=invitation.public_id, organisation_id=invitation.organisation_id)
    # A link for an existing member is handed out by hand; only a new seat is told by mail.
    record("invitation.sent", invitation, by=by, at=at, data={"roles": invitation.roles, "by_mail": not membership})
    return NewInvitation(invitation, f"{invitation.public_id}-{secret}")


def sign_in_link(membership: Membership, *, at: datetime) -> NewInvitation:
    """Return an invitation with which an existing member sets a password and signs in (first administrator)."""
    return _seat_token(email=membership.email, roles=membership.roles, by=None, at=at, membership=membership)


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, signed_in: User | None, name: str = "", password: str = "", at: datetime
) -> Membership:
    """Take the seat that an invitation keeps, once; a new person gets this name and password.

    Raises InvitationOver when it was used or has ended, SignInFirst when the e-mail has an account whose owner
    is not the one who is signed in.
    """
    locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if locked.accepted_at is not None or locked.expires_at <= at:
        raise InvitationOver(_("This invitation was used or has ended. Ask for a new one."))
    user = _invited_person(locked, signed_in=signed_in, name=name, password=password)
    membership = locked.membership or add_member(user, roles=locked.roles, title=locked.title, by=None, at=at)
    if name.strip():
        Membership.objects.filter(pk=membership.pk).update(name=name.strip())
    Invitation.objects.filter(pk=locked.pk).update(accepted_at=at, membership=membership)
    record("invitation.accepted", locked, by=membership, at=at)
    return membership


def _invited_person(invitation: Invitation, *, signed_in: User | None, name: str, password: str) -> User:
    email = invitation.email
    user = User.objects.select_for_update().filter(email=email).first()
    if user is None:
        return User.objects.create_user(email, password, name=name.strip() or _name_from(email))
    if not sets_password(invitation, user):
        # Whoever holds the link might not be the person: it must never reset a password.
        if signed_in is None or signed_in.pk != user.pk:
            raise SignInFirst(_("This e-mail has an account. Sign in with it, then open the link again."))
        return user
    user.set_password(password)
    user.name = name.strip() or user.name
    user.save(update_fields=["password", "name"])
    return user


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Membership, at: datetime) -> None:
    """End an invitation that nobody has used; ending it twice changes nothing."""
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, expires_at__gt=at).update(expires_at=at):
        record("invitation.withdrawn", invitation, by=by, at=at)


@transaction.atomic
def change_profile(membership: Membership, *, name: str, preferences: Mapping[str, object]) -> None:
    """Change how a person is called here and how the application looks for them (zone, language, theme, keys)."""
    User.objects.filter(pk=membership.user_id).update(name=name, **preferences)
    Membership.objects.filter(pk=membership.pk).update(name=name)


def seat_person(
    *, organisation: Organisation, email: str, roles: Sequence[str], at: datetime, name: str = "", title: str = ""
) -> Membership:
    """Give somebody a seat from outside any scope (a command); makes the person when nobody has this e-mail."""
    user = _person(email, name=name)
    with tenant_scope(organisation.pk):
        return add_member(user, roles=roles, title=title, by=None, at=at)
