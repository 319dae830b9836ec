"""`manage.py verify_months`: compare closed months with their hash, event and ledger; any difference is a failure."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from sla.models import Month
from sla.queries.month_proof import MonthProof, proof_of
from smarketing.lib.scope import tenant_scope
from tenants.access import organisation_by_slug


class Command(BaseCommand):
    """Checks the closed months of every organisation, or of one."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one")

    def handle(self, *args: Any, **options: Any) -> None:
        proofs = [proof for pk in self._organisations(options["organisation"]) for proof in self._verify(pk)]
        broken = sum(not proof.holds for proof in proofs)
        self.stdout.write(_("%(n)s closed months checked, %(broken)s differ.") % {"n": len(proofs), "broken": broken})
        if broken:
            raise CommandError(_("Closed months differ from what was frozen."))

    def _organisations(self, slug: str | None) -> list[int]:
        if slug is None:
            with connections["sweeper"].cursor() as cursor:
                cursor.execute("select id from tenants_organisation order by id")
                return [organisation_id for (organisation_id,) in cursor.fetchall()]
        organisation = organisation_by_slug(slug)
        if organisation is None:
            raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": slug})
        return [organisation.pk]

    def _verify(self, organisation_id: int) -> list[MonthProof]:
        found = []
        with tenant_scope(organisation_id):
            for row in Month.objects.filter(state=Month.State.CLOSED).order_by("month"):
                proof = proof_of(row)
                if proof is None:
                    continue
                found.append(proof)
                if not proof.holds:
                    self.stderr.write(f"{organisation_id} {row}: {proof}")
        return found
