"""What was told to whom under the bell."""

from django.db import models

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Notification(TenantModel):
    """One sentence for one member, shown under the bell until read."""

    member = TenantKey(Membership)
    kind = models.TextField()
    text = models.TextField()
    # Path inside the application, without the organisation's prefix.
    path = models.TextField(default="")
    thread_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    # The same notice never reaches the same member twice (event and step).
    once_key = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "member", "once_key"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "member", "-at"], name="notification_newest"),
            # The number beside the bell, asked for every half minute.
            models.Index(
                fields=["organisation_id", "member"], name="notification_unread", condition=models.Q(read_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.text
