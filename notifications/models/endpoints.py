"""Machines that are told what happens: where, with which secret, and what became of each message."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from events.models import Event
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership


class Endpoint(TenantModel):
    """One address outside: a receiver of signed webhooks, or a chat channel's incoming hook."""

    class Kind(models.TextChoices):
        WEBHOOK = "webhook"
        SLACK = "slack"

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        DISABLED = "disabled"
        REMOVED = "removed"

    kind = models.TextField(choices=Kind.choices)
    name = models.TextField()
    # A chat channel's address is its secret: encrypted, and shown only as far as ``shown_url`` goes.
    sealed_url = models.TextField()
    shown_url = models.TextField()
    # Empty: all types, those to come as well.
    types = ArrayField(models.TextField(), default=list)
    state = models.TextField(choices=State.choices, default=State.ACTIVE)
    sealed_secret = models.TextField(default="")
    # While a secret is rotated, messages are signed with both until then.
    sealed_old_secret = models.TextField(default="")
    old_secret_until = models.DateTimeField(null=True)
    # Since when no message has arrived; empty while it works.
    failing_since = models.DateTimeField(null=True)
    disabled_because = models.TextField(default="")
    created_at = models.DateTimeField()
    created_by = TenantKey(Membership, null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="endpoint_webhook_is_signed", condition=Q(kind="slack") | ~Q(sealed_secret="")),
        ]
        indexes = [
            # Those that are told of an event.
            models.Index(fields=["organisation_id", "state"], name="endpoint_state"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"

    def wants(self, kind: str) -> bool:
        """Tell whether messages of this type go there."""
        return not self.types or kind in self.types


class Delivery(TenantModel):
    """One message for one endpoint, on its way or arrived; its body never changes."""

    class State(models.TextChoices):
        WAITING = "waiting"
        # The endpoint is paused: it leaves when that ends.
        HELD = "held"
        DELIVERED = "delivered"
        FAILED = "failed"
        # The organisation is a demo or an import: nothing leaves.
        MUTED = "muted"

    endpoint = TenantKey(Endpoint)
    event = TenantKey(Event, null=True)
    thread_id = models.UUIDField(null=True)
    type = models.TextField()
    # The same on every attempt, so that the receiver can tell a repetition.
    message_id = models.TextField()
    body = models.TextField()
    state = models.TextField(choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    available_at = models.DateTimeField()
    # In this series; a replay begins a new one.
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    error = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "endpoint", "event"], name="delivery_once"),
            models.UniqueConstraint(fields=["organisation_id", "message_id"], name="delivery_message_once"),
        ]
        indexes = [
            # The worker's claim over all organisations.
            models.Index(fields=["available_at"], name="delivery_waiting", condition=Q(state="waiting")),
            # An endpoint's newest first, and what is held back with it.
            models.Index(fields=["organisation_id", "endpoint", "-id"], name="delivery_newest"),
            models.Index(
                fields=["organisation_id", "endpoint", "available_at"],
                name="delivery_open",
                condition=Q(state__in=["waiting", "held"]),
            ),
            # Retention, and a replayed range.
            models.Index(fields=["organisation_id", "created_at"], name="delivery_age"),
            # What is blanked with a person.
            models.Index(
                fields=["organisation_id", "thread_id"], name="delivery_thread", condition=Q(thread_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"


class DeliveryAttempt(TenantModel):
    """One try: what came back, if anything did."""

    delivery = TenantKey(Delivery)
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField()
    # The beginning of the answer; blanked with the person it might speak of.
    response = models.TextField(default="")
    error = models.TextField(default="")

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "delivery", "at"], name="delivery_attempt_of")]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.status or self.error}"
