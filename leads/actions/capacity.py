"""The capacity clause: so many handovers a day start at once, the surplus at the next opening.

# Note [The day's places]
The agreement names how many handovers of a local day of the organisation sales takes on that day; exempt tiers
neither fill nor need a place. Places go in the order in which handovers are committed, which for those sent one
after the other is that of (sent at, id); of two in flight at once the one that gets the lock first has the place.
The verdict is frozen at sending: nothing that happens to the others later gives a place back.

The surplus starts at the first opening after the day's end: an opening of the same day, after a break at noon or
before anybody has come, would not take anything off that day.
"""

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


def start_of_clocks(version: AgreementVersion, *, tier: str, at: datetime, zone: str) -> datetime | None:
    """Return when the clocks of a handover sent now start: None for at once. See Note [The day's places]."""
    capacity = with_defaults(version.content)["capacity"]
    if capacity is None or tier in capacity["exempt_tiers"]:
        return None
    day = at.astimezone(ZoneInfo(zone)).date()
    _lock_day(day.toordinal())
    rows = Handover.objects.filter(counted_month=day.replace(day=1), subject__counted_on=day)
    if rows.exclude(tier__in=capacity["exempt_tiers"]).count() < capacity["per_day"]:
        return None
    tomorrow = datetime.combine(day + ONE_DAY, time(), ZoneInfo(zone))
    return hours_for(calendar_in_force(SALES)).next_opening(tomorrow)


def _lock_day(day: int) -> None:
    """Let one transaction at a time count the places of a day."""
    with connection.cursor() as cursor:
        key = f"capacity:{current_organisation_id()}:{day}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
