"""Which part of the organisation's work a figure is about."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from sla.queries import last_day

# How many months a small line shows, the present one included.
SPARK_MONTHS = 6


@dataclass(frozen=True)
class Cut:
    """The cohort of a month (its first day), of one tier or one owner if asked."""

    month: date
    tier: str = ""
    owner: UUID | None = None

    @property
    def last(self) -> date:
        """The month's last day."""
        return last_day(self.month)

    @property
    def previous(self) -> date:
        """The first day of the month before."""
        return months_before(self.month, 1)

    @property
    def first_shown(self) -> date:
        """The first month of the small lines."""
        return months_before(self.month, SPARK_MONTHS - 1)

    def on_handovers(self, prefix: str = "") -> Q:
        """Return the filter of tier and owner for handovers (or what lies behind ``prefix``)."""
        found = Q(**{f"{prefix}tier": self.tier}) if self.tier else Q()
        return found & Q(**{f"{prefix}assigned_to": self.owner}) if self.owner else found

    def on_clocks(self) -> Q:
        """Return the filter of tier and owner for clocks."""
        found = Q(subject__tier=self.tier) if self.tier else Q()
        return found & Q(owner=self.owner) if self.owner else found


def months_before(month: date, number: int) -> date:
    """Return the first day of the month so many months earlier."""
    over, index = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(over, index + 1, 1)
