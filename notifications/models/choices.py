"""What a member wants to hear, how, and when; and what is gathered for one mail."""

from datetime import time

from django.db import models
from django.db.models import Q

from notifications.models.mails import Mail
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Choice(TenantModel):
    """How a member wants to hear of one kind, where it is not the usual way."""

    member = TenantKey(Membership)
    kind = models.TextField()
    how = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "member", "kind"], name="choice_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind} {self.how}"


class Habit(TenantModel):
    """When mail may come to a member."""

    class Quiet(models.TextChoices):
        # Outside the working hours of their side.
        WORK = "work"
        OWN = "own"
        NEVER = "never"

    member = TenantKey(Membership)
    quiet = models.TextField(choices=Quiet.choices, default=Quiet.WORK)
    # On the clock of the member's own zone.
    quiet_from = models.TimeField(default=time(19))
    quiet_until = models.TimeField(default=time(7))
    daily_at = models.TimeField(default=time(8))

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "member"], name="habit_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.quiet}"


class DigestLine(TenantModel):
    """One sentence that waits for the mail in which several are told."""

    member = TenantKey(Membership)
    kind = models.TextField()
    text = models.TextField()
    path = models.TextField()
    # Of whose name the mail will tell; see Note [Names are filled in late] in notifications.naming.
    thread_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    mail = TenantKey(Mail, null=True)
    once_key = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "member", "once_key"], name="digest_line_once"),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "due_at"], name="digest_line_due", condition=Q(mail=None)),
            models.Index(fields=["organisation_id", "mail"], name="digest_line_of", condition=Q(mail__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.text
