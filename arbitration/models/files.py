"""Files put before the board."""

from django.db import models
from django.db.models import Q

from arbitration.models.cases import Case
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership, StoredFile


class CaseFile(TenantModel):
    """One file of a side or of the board. What others may have relied upon is never removed, only withdrawn."""

    class Side(models.TextChoices):
        MARKETING = "marketing"
        SALES = "sales"
        BOARD = "board"

    case = TenantKey(Case)
    side = models.TextField(choices=Side.choices)
    file = TenantKey(StoredFile)
    by = TenantKey(Membership)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "file"], name="case_file_once"),
            models.CheckConstraint(name="case_file_of_a_side", condition=Q(side__in=["marketing", "sales", "board"])),
        ]
        indexes = [models.Index(fields=["organisation_id", "case", "at"], name="case_file_of_case")]

    def __str__(self) -> str:
        return f"file {self.pk}"
