"""The only road from an outside id to a membership, a key or an invitation; who may come in at all."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from smarketing.lib.errors import DomainError, Forbidden
from smarketing.lib.scope import global_scope, tenant_scope
from smarketing.lib.tenancy import TenantModel
from tenants.digests import digest
from tenants.jobs import job_kind
from tenants.links import mailed_secret
from tenants.models import Absence, Directory, Invitation, Job, Key, Membership, Organisation, Team, User
from tenants.roles import HEADS, Role

P = ParamSpec("P")
T = TypeVar("T", bound=TenantModel)


class MemberRequest(HttpRequest):
    """A request inside an organisation, as TenantMiddleware leaves it."""

    organisation: Organisation
    membership: Membership
    htmx: HtmxDetails


class KeyRequest(MemberRequest):
    """A request of a REST client."""

    key: Key


class RoleMissing(Forbidden):
    """The member's roles do not include one that may do this."""

    code = "role_missing"


class NotYourKey(DomainError):
    """Who answers for a key is the member for whom it acts."""

    code = "not_your_key"


def require(membership: Membership, *roles: str) -> None:
    """Raise RoleMissing unless the member holds one of the roles."""
    if not membership.has(*roles):
        raise RoleMissing("Your role does not allow this.")


def members_only(
    *roles: Role,
) -> Callable[
    [Callable[Concatenate[MemberRequest, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]
]:
    """Open a page view to members with one of ``roles`` (none given: to every member); others get 403.

    The roles stay readable on the view for the route × actor test.
    """

    def decorate(
        view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            kwargs.pop("slug", None)
            if roles:
                require(request.membership, *roles)  # type: ignore[attr-defined]  # set by the middleware
            return view(request, *args, **kwargs)  # type: ignore[arg-type]  # a MemberRequest by now

        checked.allowed_roles = frozenset(roles) or frozenset(Role)  # type: ignore[attr-defined]  # a mark on a function
        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", checked)

    return decorate


def memberships_of(user: User) -> list[tuple[Organisation, Membership]]:
    """Return every organisation of a person with their membership in it, by name."""
    with global_scope(user_id=user.pk):
        rows = Membership.directory.filter(user_id=user.pk, is_active=True)
        by_organisation = {row.organisation_id: row for row in rows}
        organisations = Organisation.objects.filter(pk__in=by_organisation).order_by("name")
        return [(organisation, by_organisation[organisation.pk]) for organisation in organisations]


def organisation_of(public_id: str) -> Organisation | None:
    """Return the organisation that a key's or invitation's public id belongs to, or None."""
    with global_scope(lookup=public_id):
        entry = Directory.objects.select_related("organisation").filter(public_id=public_id).first()
        return entry.organisation if entry else None


# Which organisation a public id belongs to never changes; a process remembers so many.
_MOST_KNOWN = 10_000
_known: dict[str, int] = {}


def organisation_id_of(public_id: str) -> int | None:
    """Return the id of the organisation that a key's public id belongs to, or None; asked for once a process."""
    if public_id not in _known:
        with global_scope(lookup=public_id):
            found = Directory.objects.filter(public_id=public_id).values_list("organisation_id", flat=True).first()
        if found is None:
            return None
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[public_id] = found
    return _known[public_id]


def get_or_404(rows: "models.QuerySet[T]", object_id: UUID | str, *, for_update: bool = False) -> T:
    """Return the row with this id from ``rows`` (already limited by organisation and visibility), locked if wanted.

    Absent, foreign and malformed ids all answer Http404.
    """
    queryset = rows.select_for_update(of=("self",)) if for_update else rows
    try:
        return queryset.get(pk=object_id)
    except (rows.model.DoesNotExist, ValidationError, ValueError) as error:
        raise Http404 from error


def get_member(membership: Membership, member_id: UUID | str) -> Membership:
    """Return a colleague of the same organisation."""
    return get_or_404(Membership.objects.all(), member_id)


def get_key(membership: Membership, key_id: UUID | str) -> Key:
    """Return a key of the organisation; only administrators may."""
    require(membership, Role.ADMINISTRATOR)
    return get_or_404(Key.objects.all(), key_id)


def keys_seen_by(membership: Membership) -> "models.QuerySet[Key]":
    """Return the secret keys that a member may read of: their own, all for administrators and auditors."""
    rows = Key.objects.filter(kind=Key.Kind.SECRET).select_related("acts_for")
    return rows if membership.has(Role.ADMINISTRATOR, Role.AUDITOR) else rows.filter(acts_for=membership)


def get_own_key(membership: Membership, key_id: UUID | str) -> Key:
    """Return a secret key that acts for this very member; raises NotYourKey for a colleague's."""
    key = get_or_404(Key.objects.select_related("acts_for").filter(kind=Key.Kind.SECRET), key_id)
    if key.acts_for_id != membership.pk:
        raise NotYourKey(_("Only the member for whom a key acts can do this."))
    return key


def get_job(membership: Membership, job_id: UUID | str) -> Job:
    """Return a job; every member may see how far it is."""
    return get_or_404(Job.objects.select_related("by"), job_id)


def sees_result(membership: Membership, job: Job) -> bool:
    """Tell whether what a job found is for this member: the one who started it, or a role of its kind."""
    kind = job_kind(job.kind)
    roles = (Role.ADMINISTRATOR, Role.AUDITOR, *(kind.roles if kind else ()))
    return job.by_id == membership.pk or membership.has(*roles)


def organisation_by_slug(slug: str) -> Organisation | None:
    """Return the organisation with this slug, for commands of who runs the installation."""
    with global_scope(lookup=slug):
        return Organisation.objects.filter(slug=slug).first()


@dataclass(frozen=True)
class FoundInvitation:
    """An invitation as its link leads to it, and whether its e-mail's owner has to sign in to take the seat.

    ``by_mail`` tells that the link went to the address by mail: who has it reads what goes there.
    """

    organisation: Organisation
    invitation: Invitation
    has_account: bool
    by_mail: bool


def find_invitation(token: str, *, at: datetime) -> FoundInvitation | None:
    """Return the open invitation behind a link, or None: unknown, wrong, used, withdrawn or too old."""
    public_id, _separator, secret = token.partition("-")
    organisation = organisation_of(public_id)
    if organisation is None:
        return None
    with tenant_scope(organisation.pk):
        found = Invitation.objects.select_related("invited_by").filter(public_id=public_id).first()
        if found is None:
            return None
        by_mail = found.membership_id is None and hmac.compare_digest(
            mailed_secret(public_id).encode(), secret.encode()
        )
        if not by_mail and not hmac.compare_digest(found.secret_hash, digest(secret)):
            return None
        if found.accepted_at is not None or found.expires_at <= at:
            return None
        user = User.objects.filter(email=found.email).first()
    has_account = user is not None and not sets_password(found, user, by_mail=by_mail)
    return FoundInvitation(organisation, found, has_account, by_mail)


def sets_password(invitation: Invitation, user: User, *, by_mail: bool) -> bool:
    """Tell whether this link may give an existing person a password.

    A member's own link may, and only the first. The link that whoever invites is shown never may: the account is
    perhaps of another organisation. The link in the mail may while nobody has proved the address: whoever made the
    account had only said that it is theirs, and who reads the mail is its owner.
    """
    if invitation.membership_id is not None:
        return not user.has_usable_password()
    return by_mail and user.email_proved_at is None


def get_invitation(membership: Membership, invitation_id: UUID | str) -> Invitation:
    """Return an invitation of the organisation; only administrators may."""
    require(membership, Role.ADMINISTRATOR)
    return get_or_404(Invitation.objects.all(), invitation_id)


def may_manage_absences_of(membership: Membership, member: Membership) -> bool:
    """Tell whose absences one may enter: one's own, those of one's people and of one's side as its head."""
    if membership.pk == member.pk or membership.has(Role.ADMINISTRATOR) or member.manager_id == membership.pk:
        return True
    return membership.has(*HEADS) and membership.side != "" and membership.side == member.side


def may_set_manager_of(membership: Membership, member: Membership) -> bool:
    """Tell whose manager one may name: anybody's as administrator, as head that of the people of one's side."""
    if membership.has(Role.ADMINISTRATOR):
        return True
    return membership.has(*HEADS) and membership.side != "" and membership.side == member.side


def get_absence(membership: Membership, absence_id: UUID | str) -> Absence:
    """Return an absence of the organisation; who may end it is told by its rule."""
    return get_or_404(Absence.objects.select_related("member", "deputy"), absence_id)


def get_team(membership: Membership, team_id: UUID | str) -> Team:
    """Return a team of the organisation; only administrators may."""
    require(membership, Role.ADMINISTRATOR)
    return get_or_404(Team.objects.all(), team_id)
