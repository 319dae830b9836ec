"""Credentials of clients and what they promised."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models.members import Membership
from tenants.models.people import Organisation
from tenants.roles import CONSENTING


class Directory(models.Model):
    """Which organisation a public id (of a key or an invitation) belongs to; visible to who knows the id."""

    public_id = models.TextField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)

    def __str__(self) -> str:
        return self.public_id


class Key(TenantModel):
    """A credential of a client: a secret key that acts for a member, or a public form key."""

    class Kind(models.TextChoices):
        SECRET = "secret"  # noqa: S105 -- a kind, no secret
        FORM = "form"

    kind = models.TextField(choices=Kind.choices)
    name = models.TextField()
    public_id = models.TextField()
    # SHA-256 of the secret part; empty for a form key, which is no secret.
    secret_hash = models.TextField(default="")
    scopes = ArrayField(models.TextField(), default=list)
    allowed_origins = ArrayField(models.TextField(), default=list)
    acts_for = TenantKey(Membership, null=True)
    created_at = models.DateTimeField()
    created_by = TenantKey(Membership, null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    # When the member for whom it acts agreed to that, where that is needed.
    agreed_at = models.DateTimeField(null=True)
    # The key in whose place it came; both work for a while.
    replaces = TenantKey("self", null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "public_id"], name="key_public_id_once"),
            models.CheckConstraint(
                name="key_secret_has_hash_and_member",
                condition=models.Q(kind="form") | (~models.Q(secret_hash="") & models.Q(acts_for__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.visible_prefix

    @property
    def visible_prefix(self) -> str:
        """What may be shown of the key after its creation."""
        return f"sk_live_{self.public_id}_…" if self.kind == self.Kind.SECRET else f"fk_{self.public_id}"

    @property
    def awaits_consent(self) -> bool:
        """Tell whether the key does nothing yet: a head or an executive has not agreed that it acts for them."""
        acts_for = self.acts_for
        return acts_for is not None and self.agreed_at is None and acts_for.has(*CONSENTING)

    def works_at(self, at: Any) -> bool:
        """Tell whether the key is neither revoked nor expired at that moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class IdempotencyRecord(TenantModel):
    """One client's promise that two posts are the same; written first, so that twins wait for each other."""

    route = models.TextField()
    # SHA-256 of the Idempotency-Key header and of the body it first came with.
    key_hash = models.TextField()
    body_hash = models.TextField()
    credential = models.TextField()
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    headers = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "credential", "route", "key_hash"], name="idempotency_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation_id", "created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key_hash[:8]}"
