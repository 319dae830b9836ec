"""The two heads sign a version of the agreement."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.actions import record
from sla.actions.targets import NotYourSideToSign
from sla.models import AgreementVersion, Side, Signature
from smarketing.lib.errors import DomainError
from tenants.models import Membership
from tenants.roles import Role

_HEADS = {Role.MARKETING_MANAGER: Side.MARKETING, Role.SALES_MANAGER: Side.SALES}


class VersionNotSignable(DomainError):
    """Only what is proposed or founding can be signed."""

    code = "version_not_signable"


class AlreadySigned(DomainError):
    """Each side signs once."""

    code = "already_signed"


@transaction.atomic
def sign_version(version: AgreementVersion, *, by: Membership, at: datetime) -> Signature:
    """Put a head's signature under the hash of a version, for the head's own side.

    Raises NotYourSideToSign, VersionNotSignable, or AlreadySigned when this side or person has signed.
    """
    side = side_to_sign(by)
    if side is None:
        raise NotYourSideToSign(_("Only the marketing manager and the sales manager sign."))
    if version.state not in {AgreementVersion.State.PROPOSED, AgreementVersion.State.SIGNED}:
        raise VersionNotSignable(_("This version is not open for signatures."))
    if Signature.objects.filter(version=version, member=by).exists():
        raise AlreadySigned(_("You have signed this version already."))
    signature = _insert(version, side, by=by, at=at)
    data = {"number": version.number, "side": side, "hash": version.content_hash}
    record("agreement.signed", version, by=by, at=at, data=data)
    return signature


def _insert(version: AgreementVersion, side: Side, *, by: Membership, at: datetime) -> Signature:
    try:
        with transaction.atomic():
            return Signature.objects.create(
                version=version, side=side, member=by, signed_at=at, content_hash=version.content_hash
            )
    except IntegrityError as error:
        raise AlreadySigned(_("Your side has signed this version already.")) from error


def side_to_sign(member: Membership) -> Side | None:
    """Return the side whose head the member is; who heads both signs for neither."""
    sides = [side for role, side in _HEADS.items() if member.has(role)]
    return sides[0] if len(sides) == 1 else None
