"""Working hours and their versions."""

from django.db import models

from smarketing.lib.tenancy import TenantKey, TenantModel


class Calendar(TenantModel):
    """Working hours by name; what they are is in its newest version."""

    name = models.TextField()
    # "sales", "marketing" or "board": which calendar the agreement's commitments mean.
    key = models.TextField()
    # Nobody counts on it any more; its versions stay for what was counted on them.
    retired_at = models.DateTimeField(null=True)
    # The state of the zone's rules with which its clocks were dated last; see sla.business_time.zone_data.
    zone_data = models.TextField(default="")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation_id", "key"], name="calendar_key_once")]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(TenantModel):
    """The hours as they were at one time; a clock keeps the one that it was computed with."""

    calendar = TenantKey(Calendar)
    number = models.PositiveIntegerField()
    # The form of api.md ("A calendar, as PUT and read"), holidays as dated rows included.
    content = models.JSONField()
    content_hash = models.TextField()
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "calendar", "number"],
                name="calendar_version_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"
