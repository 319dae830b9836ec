"""Which target a month has: countersigned, carried on from the last one, or what the agreement says.

# Note [The first month]
An agreement may begin in the middle of a month, but only the very first one does. Its volume
then holds for the working days from that day on, in whole points. A target that both heads
have countersigned for that month is taken as they wrote it: they knew when they began.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sla.business_time import Hours
from sla.models import AgreementVersion, Target
from sla.pace import pro_rata
from sla.queries.calendars import calendar_in_force, hours_for
from sla.queries.months import end_of_month, last_day, planned_days, start_of_month, zone_of_organisation

COUNTERSIGNED, CARRIED, AGREEMENT, NONE = "countersigned", "carried", "agreement", "none"


@dataclass(frozen=True)
class TargetView:
    """The points that a month is measured against, and why.

    "countersigned" for this month, "carried" from the last countersigned one, from the "agreement", or "none".
    """

    points: Decimal | None
    source: str


def target_for(month: date) -> TargetView:
    """Return the target of the month whose first day is given."""
    signed = Target.objects.filter(month__lte=month, state=Target.State.COUNTERSIGNED)
    return _view(signed.order_by("-month").first(), month)


def target_as_of(month: date, *, moment: datetime) -> TargetView:
    """Return the target that the month had at a moment: what was countersigned later does not count yet."""
    signed = Target.objects.filter(month__lte=month, countersigned_at__lte=moment)
    return _view(signed.order_by("-month", "-countersigned_at").first(), month)


def agreement_volume(month: date) -> Decimal | None:
    """Return the points that the agreement alone asks for in a month."""
    return volume_of(signed_versions(), month, zone=zone_of_organisation())


def signed_versions() -> list[AgreementVersion]:
    """Return every version that is or was in force, the oldest first."""
    return list(AgreementVersion.objects.filter(state=AgreementVersion.State.SIGNED).order_by("starts_at"))


def view_among(
    targets: Sequence[Target],
    versions: Sequence[AgreementVersion],
    month: date,
    *,
    zone: str,
    hours: Hours | None = None,
) -> TargetView:
    """Return a month's target from what has been read already; marketing's hours are read where they are needed."""
    signed = [t for t in targets if t.state == Target.State.COUNTERSIGNED and t.month <= month]
    if signed:
        return _from_target(max(signed, key=lambda target: target.month), month)
    return _from_agreement(versions, month, zone=zone, hours=hours)


def volume_of(
    versions: Sequence[AgreementVersion], month: date, *, zone: str, hours: Hours | None = None
) -> Decimal | None:
    """Return the volume of the version in force in the month; see Note [The first month]."""
    version = version_of_month(versions, month, zone=zone)
    if version is None:
        return None
    points = Decimal(version.content["volume"]["points_per_month"])
    began_at = versions[0].starts_at
    if began_at is None or began_at <= start_of_month(month, zone=zone):
        return points
    hours = hours or hours_for(calendar_in_force("marketing"))
    planned = planned_days(month, since=began_at, hours=hours, zone=zone)
    return pro_rata(points, len(planned), len(hours.working_days(month, last_day(month)))) or None


def version_of_month(versions: Sequence[AgreementVersion], month: date, *, zone: str) -> AgreementVersion | None:
    """Return the last version in force within the month; the first one may begin in the middle."""
    begin, end = start_of_month(month, zone=zone), end_of_month(month, zone=zone)
    found = [v for v in versions if v.starts_at and v.starts_at < end and (v.ends_at is None or v.ends_at > begin)]
    return found[-1] if found else None


def _view(latest: Target | None, month: date) -> TargetView:
    if latest is not None:
        return _from_target(latest, month)
    return _from_agreement(signed_versions(), month, zone=zone_of_organisation())


def _from_target(target: Target, month: date) -> TargetView:
    return TargetView(target.points, COUNTERSIGNED if target.month == month else CARRIED)


def _from_agreement(
    versions: Sequence[AgreementVersion], month: date, *, zone: str, hours: Hours | None = None
) -> TargetView:
    volume = volume_of(versions, month, zone=zone, hours=hours)
    return TargetView(volume, NONE if volume is None else AGREEMENT)
