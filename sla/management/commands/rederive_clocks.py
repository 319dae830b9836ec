"""`manage.py rederive_clocks`: date open deadlines anew by the zone rules of this machine; closed ones never."""

from typing import Any

from django.utils.translation import gettext as _

from sla.actions import note_rules, rederive_some
from sla.business_time import parse_calendar
from sla.models import Calendar
from sla.queries import newest_version
from sla.queries.zones import zone_data
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.commands import OrganisationsCommand


class Command(OrganisationsCommand):
    """Does at once what the round does within ten minutes of an upgrade of the time-zone data."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        for organisation_id in self.organisations(options["organisation"]):
            with tenant_scope(organisation_id):
                calendars = list(Calendar.objects.order_by("name"))
            for calendar in calendars:
                moved = self._rederive(organisation_id, calendar)
                said = _("%(calendar)s: %(n)s deadlines moved.") % {"calendar": calendar.name, "n": moved}
                self.stdout.write(said)

    def _rederive(self, organisation_id: int, calendar: Calendar) -> int:
        """Go through a calendar's clocks in pieces, each committed by itself."""
        at, moved, after = now(), 0, None
        while True:
            with tenant_scope(organisation_id):
                part = rederive_some(calendar, after=after, at=at)
                moved, after = moved + part.moved, part.after
                if after is None:
                    note_rules(calendar, zone_data(parse_calendar(newest_version(calendar).content)))
                    return moved
