"""Who asked to be forgotten: known again by a salted hash only, so that no file brings them back."""

from django.db import models

from smarketing.lib.tenancy import TenantModel


class ForgottenSalt(TenantModel):
    """The secret under which an organisation's hashes are made; without it nothing can be guessed from them."""

    salt = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id"], name="forgotten_salt_once")]

    def __str__(self) -> str:
        return "salt"


class Forgotten(TenantModel):
    """One address or number of somebody who was erased."""

    digest = models.TextField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "digest"], name="forgotten_once")]

    def __str__(self) -> str:
        return self.digest[:12]
