"""`manage.py verify_clocks`: derive clocks from their events once more and compare; any difference is a failure."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from sla.actions.verifying import BATCH, finish_verification, open_verification, verify_some
from sla.models import Verification
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.commands import OrganisationsCommand


class Command(OrganisationsCommand):
    """Checks open clocks and last month's of every organisation; --all checks every clock there is."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--all", action="store_true", help="every clock, not only the open ones and last month's")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = self.organisations(options["organisation"])
        reports = [self._verify(organisation_id, thorough=options["all"]) for organisation_id in ids]
        checked = sum(report.checked for report in reports)
        differences = sum(report.difference_count for report in reports)
        self.stdout.write(_("%(checked)s clocks checked, %(n)s differences.") % {"checked": checked, "n": differences})
        if differences:
            raise CommandError(_("Stored clocks differ from their events."))

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
