"""`manage.py rebuild_rollups`: forget the figures that were added up and count everything again."""

from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from dashboards.rollups import plan_rollups, rebuild
from smarketing.lib.clock import now
from tenants.access import organisation_by_slug


class Command(BaseCommand):
    """Pages read the rows themselves until it is done; killed in between, the worker goes on with it."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one")

    def handle(self, *args: Any, **options: Any) -> None:
        plan_rollups(at=now())
        for organisation_id in self._organisations(options["organisation"]):
            began = perf_counter()
            counted = rebuild(organisation_id, at=now())
            said = _("Organisation %(id)s: %(n)s handovers, months and cases counted in %(seconds)s s.")
            seconds = f"{perf_counter() - began:.1f}"
            self.stdout.write(said % {"id": organisation_id, "n": counted, "seconds": seconds})

    def _organisations(self, slug: str | None) -> list[int]:
        if slug is None:
            with connections["sweeper"].cursor() as cursor:
                cursor.execute("select id from tenants_organisation order by id")
                return [organisation_id for (organisation_id,) in cursor.fetchall()]
        organisation = organisation_by_slug(slug)
        if organisation is None:
            raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": slug})
        return [organisation.pk]
