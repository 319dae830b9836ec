"""Reading what was counted of machines."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, Sum

from intake.models import MachineDay

LOOKED_BACK = 30


@dataclass(frozen=True)
class Machines:
    """How much machines looked at: today, and within the last LOOKED_BACK days."""

    today: int
    lately: int


def machines_until(today: date) -> Machines:
    """Return what was counted of machines, up to this day of the organisation."""
    rows = MachineDay.objects.filter(day__gt=today - timedelta(days=LOOKED_BACK), day__lte=today)
    found = rows.aggregate(today=Sum("visits", filter=Q(day=today)), lately=Sum("visits"))
    return Machines(found["today"] or 0, found["lately"] or 0)
