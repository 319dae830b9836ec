"""The capacity clause: so many handovers a day start at once, the surplus at the next opening.

# Note [The day's places]
The agreement names how many handovers of a local day of the organisation sales takes on that day; exempt tiers
neither fill nor need a place. Places go in the order in which handovers are committed, which for those sent one
after the other is that of (sent at, id); of two in flight at once the one that gets the lock first has the place.
The verdict is frozen at sending: nothing that happens to the others later gives a place back.

The surplus starts at the first opening after the day's end: an opening of the same day, after a break at noon or
before anybody has come, would not take anything off that day.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from leads.models import Handover
from sla.content import with_defaults
from sla.models import AgreementVersion
from sla.queries.calendars import calendar_in_force, hours_for
from smarketing.lib.scope import current_organisation_id

SALES = "sales"
ONE_DAY = timedelta(days=1)


class Places:
    """The places of a day for handovers that are sent together, in their order."""

    def __init__(self, version: AgreementVersion, *, at: datetime, zone: str) -> None:
        self._capacity = with_defaults(version.content)["capacity"]
        self._zone, self._day = zone, at.astimezone(ZoneInfo(zone)).date()
        # How many of the day's places are taken, once the day is locked; and when the surplus starts.
        self._taken: int | None = None
        self._next_opening: datetime | None = None

    def start_of_clocks(self, tier: str) -> datetime | None:
        """Take a place; return when the clocks start: None for at once. See Note [The day's places]."""
        capacity = self._capacity
        if capacity is None or tier in capacity["exempt_tiers"]:
            return None
        taken = self._taken if self._taken is not None else self._counted(capacity["exempt_tiers"])
        self._taken = taken + 1
        if taken < capacity["per_day"]:
            return None
        self._next_opening = self._next_opening or self._opening_after()
        return self._next_opening

    def _counted(self, exempt_tiers: Collection[str]) -> int:
        _lock_day(self._day.toordinal())
        rows = Handover.objects.filter(counted_month=self._day.replace(day=1), subject__counted_on=self._day)
        return rows.exclude(tier__in=exempt_tiers).count()

    def _opening_after(self) -> datetime:
        tomorrow = datetime.combine(self._day + ONE_DAY, time(), ZoneInfo(self._zone))
        return hours_for(calendar_in_force(SALES)).next_opening(tomorrow)


def _lock_day(day: int) -> None:
    """Let one transaction at a time count the places of a day."""
    with connection.cursor() as cursor:
        key = f"capacity:{current_organisation_id()}:{day}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
