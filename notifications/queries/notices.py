"""Reading what somebody was told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.models import Notification
from tenants.models import Membership


@dataclass(frozen=True)
class NoticeRow:
    """One sentence under the bell."""

    id: UUID
    text: str
    url: str
    at: datetime
    unread: bool


def notices_for(member: Membership, *, limit: int = 100) -> list[NoticeRow]:
    """Return the member's newest notices, newest first."""
    rows = Notification.objects.filter(member=member).order_by("-at", "-id")[:limit]
    return [NoticeRow(row.pk, row.text, row.path, row.at, row.read_at is None) for row in rows]


def unread_count(member: Membership) -> int:
    """Return how many notices the member has not seen."""
    return Notification.objects.filter(member=member, read_at=None).count()
