"""What leaves by mail."""

from django.db import models

from smarketing.lib.tenancy import TenantModel


class Mail(TenantModel):
    """One mail on its way; kept as a log after it left. A muted organisation's mails are recorded, never sent."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        MUTED = "muted"
        KEPT = "kept"
        DEAD = "dead"

    to = models.TextField()
    subject = models.TextField()
    body = models.TextField()
    state = models.TextField(choices=State.choices, default=State.WAITING)
    once_key = models.TextField()
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "once_key"], name="mail_once")]
        indexes = [
            models.Index(
                fields=["organisation_id", "available_at"], name="mail_waiting", condition=models.Q(state="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
