"""What leaves by mail."""

from django.db import models

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership, StoredFile


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
    html = models.TextField(default="")
    # Whom it tells of which kind of notice; empty for invitations and the like.
    member = TenantKey(Membership, null=True)
    kind = models.TextField(default="")
    # Path of the link that ends mails of this kind.
    unsubscribe = models.TextField(default="")
    # Its reader named the hour themselves: their quiet hours do not hold it back.
    is_punctual = models.BooleanField(db_default=False)
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
            ),
            # The log: all, and one member's own; retention.
            models.Index(fields=["organisation_id", "created_at"], name="mail_age"),
            models.Index(
                fields=["organisation_id", "member", "created_at"],
                name="mail_of_member",
                condition=models.Q(member__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"


class MailPart(TenantModel):
    """A file that goes along with a mail: to be kept, or shown inside it where it has a name to show it by."""

    mail = TenantKey(Mail)
    file = TenantKey(StoredFile)
    # The Content-ID of a picture that the mail's HTML shows.
    shown_as = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "mail", "file"], name="mail_part_once")]
        indexes = [
            # Whether a mail still needs a file.
            models.Index(fields=["organisation_id", "file"], name="mail_part_file"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} with {self.mail_id}"
