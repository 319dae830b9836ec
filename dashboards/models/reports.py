"""Reports: when they come to whom, what was made, and what was sent."""

from django.db import models
from django.db.models import Q

from smarketing.lib.tenancy import TenantKey, TenantModel
from tenants.models import Membership, StoredFile


class ReportKind(models.TextChoices):
    """What a report is about: seven days and their month so far, or the month before."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class ReportPlan(TenantModel):
    """When a report comes to a member, and in which form, where it is not the usual way.

    Whether it comes at all is the member's choice about the kind of notice (notifications.Choice): one switch for
    this page, for "What reaches me" and for the link in the mail.
    """

    class Form(models.TextChoices):
        MAIL = "mail"
        PDF = "pdf"

    member = TenantKey(Membership)
    kind = models.TextField(choices=ReportKind)
    # Monday is 0; only of a weekly report. The day of the month only of a monthly one: every month has 28.
    weekday = models.PositiveSmallIntegerField(null=True)
    day = models.PositiveSmallIntegerField(null=True)
    # On the clock of the member's own zone.
    hour = models.PositiveSmallIntegerField()
    form = models.TextField(choices=Form)
    # What was due before this moment was due by an earlier plan.
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "member", "kind"], name="report_plan_once"),
            models.CheckConstraint(name="report_plan_hour", condition=Q(hour__lte=23)),
            models.CheckConstraint(
                name="report_plan_day",
                condition=Q(kind="weekly", weekday__lte=6, day=None)
                | Q(kind="monthly", weekday=None, day__gte=1, day__lte=28),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.member_id}"


class ReportEdition(TenantModel):
    """A report as it was made once, for everybody who reads it in this language at this moment."""

    kind = models.TextField(choices=ReportKind)
    # The days that it is about, both included.
    first_date = models.DateField()
    last_date = models.DateField()
    language = models.TextField()
    made_at = models.DateTimeField()
    # The paper, and the chart that mails show; none where the room for files was used up.
    paper = TenantKey(StoredFile, null=True)
    picture = TenantKey(StoredFile, null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "kind", "first_date", "language", "made_at"], name="report_edition_once"
            ),
            models.CheckConstraint(
                name="report_edition_ends_after_start", condition=Q(last_date__gte=models.F("first_date"))
            ),
        ]
        indexes = [
            # Retention.
            models.Index(fields=["organisation_id", "made_at"], name="report_edition_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_date} ({self.language})"


class ReportSending(TenantModel):
    """That a report went to a member on one occasion: the row comes first, so two beats cannot both send."""

    class State(models.TextChoices):
        SENT = "sent"
        FAILED = "failed"

    member = TenantKey(Membership)
    kind = models.TextField(choices=ReportKind)
    # The date on which it was due, or the minute in which the member asked for it.
    occasion = models.TextField()
    at = models.DateTimeField()
    state = models.TextField(choices=State)
    edition = TenantKey(ReportEdition, null=True)
    attempts = models.PositiveSmallIntegerField(default=1)
    # What kept it from being made, for the log: never what people typed.
    error = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "member", "kind", "occasion"], name="report_sending_once"
            ),
            models.CheckConstraint(
                name="report_sending_sent_has_edition", condition=Q(state="failed") | Q(edition__isnull=False)
            ),
        ]
        indexes = [
            # One member's archive; retention.
            models.Index(fields=["organisation_id", "member", "at"], name="report_sending_of"),
            models.Index(fields=["organisation_id", "edition"], name="report_sending_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occasion} to {self.member_id}"
