"""`manage.py rederive_clocks`: date open deadlines anew by the zone rules of this machine; closed ones never."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from sla.actions import note_rules, rederive_some
from sla.business_time import parse_calendar
from sla.models import Calendar
from sla.queries import newest_version
from sla.queries.zones import zone_data
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.access import organisation_by_slug


class Command(BaseCommand):
    """Does at once what the round does within ten minutes of an upgrade of the time-zone data."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one")

    def handle(self, *args: Any, **options: Any) -> None:
        for organisation_id in self._organisations(options["organisation"]):
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

    def _organisations(self, slug: str | None) -> list[int]:
        if slug is None:
            with connections["sweeper"].cursor() as cursor:
                cursor.execute("select id from tenants_organisation order by id")
                return [organisation_id for (organisation_id,) in cursor.fetchall()]
        organisation = organisation_by_slug(slug)
        if organisation is None:
            raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": slug})
        return [organisation.pk]
