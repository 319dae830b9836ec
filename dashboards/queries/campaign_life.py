"""What campaigns brought over their whole life, from what was added up; leads asks for it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from dashboards.models import Slice
from dashboards.queries.cut import months_between
from dashboards.rollups import Asked, read_slices
from dashboards.rollups.parts import DECISION, HUNDREDTHS, LIFE, REACHED, Figures
from dashboards.rollups.reading import NONE
from leads.brought import Brought
from sla.queries import zone_of_organisation


def campaign_life(campaign_id: UUID | None, at: datetime) -> Mapping[UUID, Brought] | None:
    """Return what one campaign, or each of them, brought; None where the rows have to be read."""
    zone = zone_of_organisation()
    key = str(campaign_id) if campaign_id else None
    read = read_slices(
        [Asked("campaign", key, _months(at, zone), measures=(DECISION, REACHED, LIFE))], at=at, zone=zone
    )
    if read is None:
        return None
    found: dict[UUID, Brought] = defaultdict(Brought)
    for place, figures in read.slices[0].items():
        if place.key:
            found[UUID(place.key)] = _added(found[UUID(place.key)], date.fromisoformat(place.month), figures)
    return found


def _months(at: datetime, zone: str) -> frozenset[date]:
    """Return every month in which something was sent, and the present one."""
    present = at.astimezone(ZoneInfo(zone)).date().replace(day=1)
    kept = Slice.objects.filter(dimension=Slice.Dimension.ALL, part="").order_by("month")
    first = kept.values_list("month", flat=True).first()
    return frozenset(months_between(min(first or present, present), present))


def _added(before: Brought, month: date, figures: Figures) -> Brought:
    """See dashboards.rollups.parts, Note [Whole lives]."""
    reached, later = figures.get(REACHED, {}), figures.get(LIFE, {})

    def ever(step: str, position: int) -> int:
        return reached.get(step, NONE)[position] + later.get(step, NONE)[position]

    sent = sum(n for n, _points in figures.get(DECISION, {}).values())
    return Brought(
        since=min(before.since or month, month) if sent else before.since,
        handovers=before.handovers + sent,
        qualified=before.qualified + ever("qualified", 0),
        pipeline=before.pipeline + Decimal(ever("opportunity", 1)) / HUNDREDTHS,
        won=before.won + Decimal(ever("won", 1)) / HUNDREDTHS,
    )
