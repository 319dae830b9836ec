"""`manage.py verify_months`: compare closed months with their hash, event and ledger; any difference is a failure."""

from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from sla.models import Month
from sla.queries.month_proof import MonthProof, proof_of
from smarketing.lib.scope import tenant_scope
from tenants.commands import OrganisationsCommand


class Command(OrganisationsCommand):
    """Checks the closed months of every organisation, or of one."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        proofs = [proof for pk in self.organisations(options["organisation"]) for proof in self._verify(pk)]
        broken = sum(not proof.holds for proof in proofs)
        self.stdout.write(_("%(n)s closed months checked, %(broken)s differ.") % {"n": len(proofs), "broken": broken})
        if broken:
            raise CommandError(_("Closed months differ from what was frozen."))

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
