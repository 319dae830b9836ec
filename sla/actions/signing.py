"""The two heads, or the deputies whom they named, sign a version; the second signature concludes it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.actions import record
from sla.actions.calendars import apply_agreement_hours
from sla.actions.targets import NotYourSideToSign
from sla.content import content_hash
from sla.models import AgreementVersion, Side, Signature, SigningDeputy
from sla.queries.agreements import last_signed, signatures_of
from sla.queries.deputies import deputy_seat
from smarketing.lib.errors import DomainError
from tenants.models import Membership
from tenants.roles import Role, side_of

_HEADS = {Role.MARKETING_MANAGER: Side.MARKETING, Role.SALES_MANAGER: Side.SALES}
_State = AgreementVersion.State


class VersionNotSignable(DomainError):
    """Only what is proposed or founding can be signed, and only as it was proposed."""

    code = "version_not_signable"


class StartPassed(DomainError):
    """The last signature came too late: no promise begins in the past."""

    code = "start_passed"


class AlreadySigned(DomainError):
    """Each side signs once."""

    code = "already_signed"


class DeputyNotEligible(DomainError):
    """A deputy is an active member of the head's own side, and not the head."""

    code = "deputy_not_eligible"


class NotAHead(DomainError):
    """Only who signs can be deputised for."""

    code = "not_a_head"
    status = 403


@dataclass(frozen=True)
class Seat:
    """For which side somebody signs, and in whose place."""

    side: Side
    head: Membership | None = None


@transaction.atomic
def sign_version(version: AgreementVersion, *, by: Membership, at: datetime) -> Signature:
    """Put a signature under the hash of a version, for the member's own side or in a head's place.

    The second one concludes a proposal: it is in force from its start, and the one before ends then.
    Raises NotYourSideToSign, VersionNotSignable, StartPassed, or AlreadySigned when this side or person has signed.
    """
    seat = seat_to_sign(by)
    if seat is None:
        raise NotYourSideToSign(_("Only the marketing manager, the sales manager and their deputies sign."))
    # Locked, so that of two signatures at once the second sees the first.
    version = AgreementVersion.objects.select_for_update().get(pk=version.pk)
    if version.state not in {_State.PROPOSED, _State.SIGNED} or content_hash(version.content) != version.content_hash:
        raise VersionNotSignable(_("This version is not open for signatures."))
    signed = signatures_of(version)
    if any(row.member_id == by.pk for row in signed):
        raise AlreadySigned(_("You have signed this version already."))
    signature = _insert(version, seat, by=by, at=at)
    data = {"number": version.number, "side": seat.side, "hash": version.content_hash}
    record("agreement.signed", version, by=by, at=at, data={**data, "deputy": seat.head is not None})
    if version.state == _State.PROPOSED and {row.side for row in signed} | {seat.side} == set(_HEADS.values()):
        _conclude(version, by=by, at=at)
    return signature


def _insert(version: AgreementVersion, seat: Seat, *, by: Membership, at: datetime) -> Signature:
    try:
        with transaction.atomic():
            return Signature.objects.create(
                version=version,
                side=seat.side,
                member=by,
                for_member=seat.head,
                proposal=version.proposal,
                signed_at=at,
                content_hash=version.content_hash,
            )
    except IntegrityError as error:
        raise AlreadySigned(_("Your side has signed this version already.")) from error


def _conclude(version: AgreementVersion, *, by: Membership, at: datetime) -> None:
    """Let the signed version follow the one before it, without a gap and without an overlap."""
    before = last_signed(for_update=True)
    # An organisation's very first agreement holds at once.
    starts_at = version.starts_at or at
    if before is not None and (starts_at <= at or (before.starts_at and starts_at <= before.starts_at)):
        raise StartPassed(_("The day on which this version was to start has passed. Propose a later start."))
    if before is not None:
        AgreementVersion.objects.filter(pk=before.pk).update(ends_at=starts_at)
    AgreementVersion.objects.filter(pk=version.pk).update(state=_State.SIGNED, starts_at=starts_at, signed_at=at)
    version.refresh_from_db()
    data = {"number": version.number, "hash": version.content_hash, "starts_at": starts_at.isoformat()}
    record("agreement.concluded", version, by=by, at=at, data=data)
    # Dated: the weekly hours change on the first day of the version, also for what is open then.
    apply_agreement_hours(version, by=by, at=at)


def side_to_sign(member: Membership) -> Side | None:
    """Return the side whose head the member is; who heads both signs for neither."""
    sides = [side for role, side in _HEADS.items() if member.has(role)]
    return sides[0] if len(sides) == 1 else None


def seat_to_sign(member: Membership) -> Seat | None:
    """Return for whom the member may sign: as a head for the own side, else in the place of a head who named them."""
    side = side_to_sign(member)
    if side is not None:
        return Seat(side)
    head = deputy_seat(member)
    side = side_to_sign(head) if head else None
    return Seat(side, head) if side and head else None


# Deputies


@transaction.atomic
def name_deputy(deputy: Membership, *, by: Membership, at: datetime) -> SigningDeputy:
    """Let a member of the head's own side sign in the head's place, until it ends; a former deputy's time ends now.

    Raises NotAHead or DeputyNotEligible.
    """
    side = side_to_sign(by)
    if side is None:
        raise NotAHead(_("Only the marketing manager and the sales manager name a deputy."))
    if deputy.pk == by.pk or not deputy.is_active or side_of(set(deputy.roles)) != side:
        raise DeputyNotEligible(_("A deputy is another active member of your own side."))
    end_deputy(by=by, at=at)
    try:
        with transaction.atomic():
            row = SigningDeputy.objects.create(head=by, deputy=deputy, named_at=at)
    except IntegrityError as error:
        raise DeputyNotEligible(_("You named somebody else at the same moment.")) from error
    record("agreement.deputy_named", row, by=by, at=at, data={"deputy": str(deputy.pk), "side": side})
    return row


@transaction.atomic
def end_deputy(*, by: Membership, at: datetime) -> None:
    """Let nobody sign in the head's place any more; signatures already given stay. Raises NotAHead."""
    if side_to_sign(by) is None:
        raise NotAHead(_("Only the marketing manager and the sales manager name a deputy."))
    for row in SigningDeputy.objects.select_for_update().filter(head=by, ended_at=None):
        SigningDeputy.objects.filter(pk=row.pk).update(ended_at=at)
        record("agreement.deputy_ended", row, by=by, at=at, data={"deputy": str(row.deputy_id)})
