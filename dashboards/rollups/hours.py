"""Business time until contact: counted on the sales calendar as it was when the contact happened.

A calendar that is changed later (a holiday entered in hindsight) does not make anybody faster or slower than they
were; the same moment always gives the same figure, however late it is counted.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sla.business_time import Hours
from sla.models import CalendarVersion
from sla.queries.calendars import hours_by_id


@dataclass(frozen=True)
class SalesHours:
    """The versions of the sales calendar in order, with the moment since which each holds."""

    since: list[datetime]
    versions: list[UUID]

    def at(self, moment: datetime) -> Hours:
        """Return the hours in force at a moment; before the first version those of the first."""
        return hours_by_id(self.versions[max(bisect_right(self.since, moment) - 1, 0)])

    def between(self, sent_at: datetime, contacted_at: datetime) -> int:
        """Return the seconds of business time until a contact; none for one that came before the handover."""
        return self.at(contacted_at).between(sent_at, max(sent_at, contacted_at))


def sales_hours() -> SalesHours:
    """Return all versions of the sales calendar, in one query."""
    rows = CalendarVersion.objects.filter(calendar__key="sales").order_by("number")
    found = list(rows.values_list("created_at", "pk"))
    return SalesHours([created_at for created_at, _pk in found], [pk for _created_at, pk in found])
