"""`manage.py verify_clocks`: derive clocks from their events once more and compare; any difference is a failure."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from sla.actions.verifying import BATCH, finish_verification, open_verification, verify_some
from sla.models import Verification
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.access import organisation_by_slug


class Command(BaseCommand):
    """Checks open clocks and last month's of every organisation; --all checks every clock there is."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one")
        parser.add_argument("--all", action="store_true", help="every clock, not only the open ones and last month's")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = self._organisations(options["organisation"])
        reports = [self._verify(organisation_id, thorough=options["all"]) for organisation_id in ids]
        checked = sum(report.checked for report in reports)
        differences = sum(report.difference_count for report in reports)
        self.stdout.write(_("%(checked)s clocks checked, %(n)s differences.") % {"checked": checked, "n": differences})
        if differences:
            raise CommandError(_("Stored clocks differ from their events."))

    def _organisations(self, slug: str | None) -> list[int]:
        if slug is None:
            with connections["sweeper"].cursor() as cursor:
                cursor.execute("select id from tenants_organisation order by id")
                return [organisation_id for (organisation_id,) in cursor.fetchall()]
        organisation = organisation_by_slug(slug)
        if organisation is None:
            raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": slug})
        return [organisation.pk]

    def _verify(self, organisation_id: int, *, thorough: bool) -> Verification:
        """Check one organisation, each batch in a scope of its own: memory and locks stay small."""
        with tenant_scope(organisation_id):
            report = open_verification(thorough=thorough, at=now())
        after, more = None, True
        while more:
            with tenant_scope(organisation_id):
                checked = verify_some(report, after=after, at=now())
            after, more = checked.last, checked.count == BATCH
            for item in checked.differences:
                self.stderr.write("{clock} {column}: stored {stored!r}, derived {derived!r}".format(**item.as_data()))
        with tenant_scope(organisation_id):
            finish_verification(report, at=now())
        return report
