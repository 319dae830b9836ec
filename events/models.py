"""What happened, once, in order; and which handlers still have to hear of it."""

from django.db import models

from smarketing.lib.tenancy import ClockTimestamp, TenantKey, TenantModel, TransactionNumber


class Event(TenantModel):
    """One fact. The database refuses to change or remove it.

    ``subject`` is the row it is about, ``thread`` the lead (or other whole) whose timeline shows it.
    No personal values in ``data``: ids, codes, numbers and times only, so that erasure need not touch it.
    """

    kind = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.UUIDField()
    thread_id = models.UUIDField(null=True)
    by_id = models.UUIDField(null=True)
    via = models.TextField(default="system")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=ClockTimestamp())
    data = models.JSONField(default=dict)
    # Filled where the same fact must never be recorded twice (clock, cycle, kind, step).
    once_key = models.TextField(null=True)
    # Which transaction wrote it: readers that go on from a mark miss nothing that committed late. Null long ago.
    txid = models.BigIntegerField(null=True, editable=False, db_default=TransactionNumber())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "once_key"], name="event_once"),
        ]
        indexes = [
            # The timeline of a lead, newest first.
            models.Index(fields=["organisation_id", "thread_id", "at"], name="event_thread"),
            # Everything about one row: clocks are re-derived from these.
            models.Index(fields=["organisation_id", "subject_id", "at"], name="event_subject"),
            # The audit log, and rollups by time.
            models.Index(fields=["organisation_id", "at"], name="event_at"),
            models.Index(fields=["organisation_id", "kind", "at"], name="event_kind"),
            # What happened since a mark, for what is kept up to date from the events.
            models.Index(fields=["organisation_id", "txid"], name="event_since"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id}"


class Outbox(TenantModel):
    """One event that one handler has yet to hear (or heard: ``done_at``)."""

    event = TenantKey(Event)
    handler = models.TextField()
    # Held back for the undo window; pushed forward by each failed attempt.
    available_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    # Undone before it left, or dead after the last attempt: nothing is to be sent.
    withdrawn_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    error = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "event", "handler"], name="outbox_once"),
        ]
        indexes = [
            # The relay's claim over all organisations: cost depends on what waits, not on history.
            models.Index(
                fields=["available_at"],
                name="outbox_waiting",
                condition=models.Q(done_at=None, withdrawn_at=None, dead_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handler} {self.event_id}"
