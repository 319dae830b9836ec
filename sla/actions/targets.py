"""Marketing's target of a month: proposed by one side, countersigned by the other."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.actions import record
from sla.models import Target
from sla.queries.months import end_of_month, zone_of_organisation
from smarketing.lib.errors import DomainError
from tenants.models import Membership
from tenants.roles import Role

# What the column holds.
LEAST = Decimal("0.01")
LARGEST = Decimal(10) ** 10


class TargetMonthOver(DomainError):
    """A month that has ended keeps the target that it had."""

    code = "target_month_over"


class TargetOutOfRange(DomainError):
    """A target of nothing could only ever be reached; one beyond counting is a typing error."""

    code = "target_out_of_range"
    status = 422


class NotYourSideToSign(DomainError):
    """Marketing proposes and signs for marketing, sales for sales; nobody signs for both."""

    code = "not_your_side_to_sign"
    status = 403


class NothingToPropose(DomainError):
    """Every month of the year is over, or none has a figure."""

    code = "nothing_to_propose"
    status = 422


class TargetNotProposed(DomainError):
    """Another proposal or signature came first."""

    code = "target_not_proposed"


@transaction.atomic
def propose_target(*, month: date, points: Decimal | int, note: str, by: Membership, at: datetime) -> Target:
    """Propose the points of a month, its first day given; an open proposal of that month is replaced.

    Raises NotYourSideToSign, TargetMonthOver, TargetOutOfRange, or TargetNotProposed when two came at once.
    """
    return _propose(month, points, note, by=by, at=at)


@transaction.atomic
def propose_targets(*, points: Mapping[date, Decimal], note: str, by: Membership, at: datetime) -> list[Target]:
    """Propose several months at once: all of them or none. The sales manager is told once.

    Raises what propose_target raises, and NothingToPropose without a month.
    """
    if not points:
        raise NothingToPropose(_("There is no month to propose a target for."))
    told = [len(points)] + [0] * (len(points) - 1)
    return [
        _propose(month, points[month], note, by=by, at=at, months=months)
        for month, months in zip(sorted(points), told, strict=True)
    ]


def _propose(month: date, points: Decimal | int, note: str, *, by: Membership, at: datetime, months: int = 1) -> Target:
    if not by.has(Role.MARKETING_MANAGER):
        raise NotYourSideToSign(_("The marketing manager proposes targets."))
    points = Decimal(points)
    if not points.is_finite() or not LEAST <= points < LARGEST:
        raise TargetOutOfRange(_("A target must be more than zero and below ten billion."))
    month = month.replace(day=1)
    _require_open(month, at=at)
    Target.objects.filter(month=month, state=Target.State.PROPOSED).update(state=Target.State.SUPERSEDED)
    target = _insert(month, round(points, 2), note, by=by, at=at)
    _record("target.proposed", target, by=by, at=at, months=months)
    return target


def _insert(month: date, points: Decimal, note: str, *, by: Membership, at: datetime) -> Target:
    try:
        with transaction.atomic():
            return Target.objects.create(month=month, points=points, note=note, proposed_by=by, proposed_at=at)
    except IntegrityError as error:
        raise TargetNotProposed(_("Somebody proposed a target for this month at the same moment.")) from error


@transaction.atomic
def countersign_target(target: Target, *, by: Membership, at: datetime) -> Target:
    """Let a proposal apply to its whole month; the one before is kept as history.

    Raises NotYourSideToSign, TargetMonthOver, or TargetNotProposed when it is not open any more.
    """
    if not by.has(Role.SALES_MANAGER) or by.pk == target.proposed_by_id:
        raise NotYourSideToSign(_("The sales manager countersigns what marketing proposes."))
    _require_open(target.month, at=at)
    # Locked in one order by everybody, so that of two signatures the second sees the first.
    list(Target.objects.select_for_update().filter(month=target.month).order_by("pk"))
    Target.objects.filter(month=target.month, state=Target.State.COUNTERSIGNED).exclude(pk=target.pk).update(
        state=Target.State.SUPERSEDED
    )
    signed = Target.objects.filter(pk=target.pk, state=Target.State.PROPOSED).update(
        state=Target.State.COUNTERSIGNED, countersigned_by=by, countersigned_at=at
    )
    if not signed:
        raise TargetNotProposed(_("This proposal is not open any more."))
    target.refresh_from_db()
    _record("target.countersigned", target, by=by, at=at)
    return target


@transaction.atomic
def countersign_targets(targets: Sequence[Target], *, by: Membership, at: datetime) -> list[Target]:
    """Let several proposals apply, all of those that were seen or none."""
    return [countersign_target(target, by=by, at=at) for target in sorted(targets, key=lambda target: target.month)]


def _require_open(month: date, *, at: datetime) -> None:
    if at >= end_of_month(month, zone=zone_of_organisation()):
        raise TargetMonthOver(_("This month has ended; its target stays as it was."))


def _record(kind: str, target: Target, *, by: Membership, at: datetime, **more: int) -> None:
    data = {"month": f"{target.month:%Y-%m}", "points": f"{target.points.normalize():f}", **more}
    record(kind, target, by=by, at=at, data=data)
