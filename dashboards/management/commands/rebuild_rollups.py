"""`manage.py rebuild_rollups`: forget the figures that were added up and count everything again."""

from time import perf_counter
from typing import Any

from django.utils.translation import gettext as _

from dashboards.rollups import plan_rollups, rebuild
from smarketing.lib.clock import now
from tenants.commands import OrganisationsCommand


class Command(OrganisationsCommand):
    """Pages read the rows themselves until it is done; killed in between, the worker goes on with it."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        plan_rollups(at=now())
        for organisation_id in self.organisations(options["organisation"]):
            began = perf_counter()
            counted = rebuild(organisation_id, at=now())
            said = _("Organisation %(id)s: %(n)s handovers, months and cases counted in %(seconds)s s.")
            seconds = f"{perf_counter() - began:.1f}"
            self.stdout.write(said % {"id": organisation_id, "n": counted, "seconds": seconds})
