"""To whom figures by person are shown."""

from django.db import models

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.figures import SightRule
from tenants.models.members import Membership


class FigureRule(TenantModel):
    """A rule on figures by person, as somebody set it; the newest counts, the older ones stay on record."""

    rule = models.TextField(choices=[(str(rule), str(rule)) for rule in SightRule])
    # With whom and when it was agreed, such as an agreement with the works council.
    note = models.TextField(default="")
    by = TenantKey(Membership)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="figure_rule_known", condition=models.Q(rule__in=[str(r) for r in SightRule]))
        ]
        indexes = [models.Index(fields=["organisation_id", "-at"], name="figure_rule_newest")]

    def __str__(self) -> str:
        return self.rule
