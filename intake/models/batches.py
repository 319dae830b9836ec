"""Files of people: stored in pieces, tried, taken in, taken back."""

from django.db import models

from intake.models.submissions import Submission
from leads.models import Lead
from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Job, Membership


class Batch(TenantModel):
    """One file and how its columns are meant."""

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        CHECKING = "checking"
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"

    name = models.TextField()
    format = models.TextField()
    state = models.TextField(choices=State.choices, default=State.UPLOADED)
    # Names of the columns in order; of NDJSON the fields of its first objects.
    columns = models.JSONField(default=list)
    # {column: target}; "" keeps it as a custom value, "-" leaves it out.
    mapping = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    hand_over = models.BooleanField(default=False)
    # Taken in as soon as it was tried.
    runs_by_itself = models.BooleanField(default=False)
    owner = TenantKey(Membership, null=True)
    by = TenantKey(Membership)
    job = TenantKey(Job, null=True)
    created_at = models.DateTimeField()
    run_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "-created_at"], name="batch_newest")]

    def __str__(self) -> str:
        return self.name


class BatchChunk(TenantModel):
    """Some rows of a file as they stand in it: so many as one step of the work handles."""

    batch = TenantKey(Batch)
    number = models.PositiveIntegerField()
    # The number of its first row in the file; the header is row 1.
    first_row = models.PositiveIntegerField()
    # [{"value": {column: text}}] or [{"broken": why}].
    rows = models.JSONField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "batch", "number"], name="batch_chunk_once")]

    def __str__(self) -> str:
        return f"{self.first_row}"


class BatchRow(TenantModel):
    """What was found in a row, and what became of it."""

    class Outcome(models.TextChoices):
        ERROR = "error"
        WARNING = "warning"
        CREATED = "created"
        APPENDED = "appended"
        KNOWN = "known"
        QUARANTINED = "quarantined"
        KEPT = "kept"
        UNDONE = "undone"

    batch = TenantKey(Batch)
    number = models.PositiveIntegerField()
    outcome = models.TextField(choices=Outcome.choices)
    # What is wrong or odd, each with its column, a code and a sentence.
    notes = models.JSONField(default=list)
    submission = TenantKey(Submission, null=True)
    lead = TenantKey(Lead, null=True)
    # What undoing needs: the lead's revision afterwards, and its values before.
    revision = models.PositiveIntegerField(null=True)
    before = models.JSONField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "batch", "number"], name="batch_row_once")]
        indexes = [models.Index(fields=["organisation_id", "batch", "outcome", "number"], name="batch_row_of_outcome")]

    def __str__(self) -> str:
        return f"{self.number} {self.outcome}"
