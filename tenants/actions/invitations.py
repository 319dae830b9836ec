"""Seats kept for somebody, by a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import current_organisation_id
from tenants.access import sets_password
from tenants.actions.members import AlreadyMember, RolesClash, add_member, name_from
from tenants.actions.profile import prove_address
from tenants.digests import digest
from tenants.keys import new_public_id
from tenants.links import invitation_secret
from tenants.models import Directory, Invitation, Membership, User
from tenants.roles import Role, may_combine


class ProveAddressFirst(DomainError):
    """An account whose address nobody has proved stays in the organisation that made it."""

    code = "prove_address_first"


class TooManyInvitations(DomainError):
    """Nobody's mailbox is flooded, and no organisation sends mail to half the world."""

    code = "too_many_invitations"


# How many invitations may leave within a day: of an organisation, and to one address.
A_DAY = timedelta(days=1)
MOST_A_DAY = 100
MOST_TO_ONE = 3
# An invitation that nobody used is no open door for ever.
INVITATION_FOR = timedelta(days=14)


class InvitationOver(DomainError):
    """The invitation was used, withdrawn or is too old."""

    code = "invitation_over"
    status = 410


class SignInFirst(DomainError):
    """This e-mail has an account already; only its owner may join with it."""

    code = "sign_in_first"


@dataclass(frozen=True)
class NewInvitation:
    """An invitation and the token of its link, which is shown once."""

    invitation: Invitation
    token: str


@transaction.atomic
def invite(*, email: str, roles: Sequence[str], by: Membership | None, at: datetime, title: str = "") -> NewInvitation:
    """Keep a seat for somebody and return the link's token.

    Raises RolesClash, AlreadyMember, and TooManyInvitations past the limits of a day.
    """
    email = User.objects.normalise(email)
    if not may_combine(set(roles)) or not set(roles) <= set(Role):
        raise RolesClash(_("These roles cannot go together: an executive belongs to neither side."))
    if Membership.objects.filter(email=email, is_active=True).exists():
        raise AlreadyMember(_("This person is a member already."))
    _refuse_flood(email, at=at)
    return _seat_token(email=email, roles=roles, by=by, at=at, membership=None, title=title)


def _refuse_flood(email: str, *, at: datetime) -> None:
    """Count what was sent within a day; one transaction of an organisation counts and sends at a time."""
    _wait_for_others()
    rows = Invitation.objects.filter(created_at__gt=at - A_DAY, membership=None)
    sent = list(rows.values_list("email", flat=True)[:MOST_A_DAY])
    if sent.count(email) >= MOST_TO_ONE:
        text = _("%(email)s was invited %(n)d times within a day. Wait until tomorrow, or hand the link over yourself.")
        raise TooManyInvitations(text % {"email": email, "n": MOST_TO_ONE})
    if len(sent) >= MOST_A_DAY:
        raise TooManyInvitations(_("%(n)d people were invited within a day. Go on tomorrow.") % {"n": MOST_A_DAY})


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        key = f"invitations:{current_organisation_id()}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


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
    invitation: Invitation,
    *,
    signed_in: User | None,
    name: str = "",
    password: str = "",
    by_mail: bool = False,
    at: datetime,
) -> Membership:
    """Take the seat that an invitation keeps, once; a new person gets this name and password.

    ``by_mail`` tells that the link came to the address by mail, which proves it. Raises InvitationOver when it was used
    or has ended, SignInFirst when the e-mail has an account whose owner is not the one who is signed in,
    ProveAddressFirst when nobody has proved that it is theirs.
    """
    locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if locked.accepted_at is not None or locked.expires_at <= at:
        raise InvitationOver(_("This invitation was used or has ended. Ask for a new one."))
    user = _invited_person(locked, signed_in=signed_in, name=name, password=password, by_mail=by_mail)
    # A member's own link was handed out by who runs the installation, who vouches for the address.
    if by_mail or locked.membership_id is not None:
        prove_address(user, at=at)
    elif signed_in is not None and user.email_proved_at is None:
        raise ProveAddressFirst(
            _("Your address is not confirmed. Open the link in the mail of this invitation instead.")
        )
    membership = locked.membership or add_member(user, roles=locked.roles, title=locked.title, by=None, at=at)
    if name.strip():
        Membership.objects.filter(pk=membership.pk).update(name=name.strip())
    Invitation.objects.filter(pk=locked.pk).update(accepted_at=at, membership=membership)
    record("invitation.accepted", locked, by=membership, at=at)
    return membership


def _invited_person(invitation: Invitation, *, signed_in: User | None, name: str, password: str, by_mail: bool) -> User:
    email = invitation.email
    user = User.objects.select_for_update().filter(email=email).first()
    if user is None:
        return User.objects.create_user(email, password, name=name.strip() or name_from(email))
    if signed_in is not None and signed_in.pk == user.pk and by_mail:
        return user
    if not sets_password(invitation, user, by_mail=by_mail):
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
