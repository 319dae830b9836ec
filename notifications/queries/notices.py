"""Reading what somebody was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from notifications.gathering import Gathered, gathered
from notifications.models import Notification
from notifications.naming import names_for
from tenants.models import Membership

MOST_COUNTED = 999


@dataclass(frozen=True)
class NoticeRow:
    """One sentence under the bell; ``about`` names whom it is about, where the member may see that."""

    id: UUID
    kind: str
    text: str
    about: str
    url: str
    at: datetime
    unread: bool


def notices_for(member: Membership, *, limit: int = 100) -> list[Gathered[NoticeRow]]:
    """Return the member's newest notices, newest first; those of one kind and day stand together."""
    rows = list(Notification.objects.filter(member=member).order_by("-at", "-id")[:limit])
    names = names_of(rows, reader=member)
    told = [_row(row, names.get(row.pk, "")) for row in rows]
    return gathered(told, apart=lambda row: (row.unread, localdate(row.at)))


def names_of(rows: Sequence[Notification], *, reader: Membership) -> dict[UUID, str]:
    """Return by notice whom it is about, as far as the reader may see them."""
    threads = {row.pk: row.thread_id for row in rows if row.thread_id is not None}
    names = names_for(reader, set(threads.values()))
    return {pk: names[thread] for pk, thread in threads.items() if thread in names}


def _row(row: Notification, about: str) -> NoticeRow:
    return NoticeRow(row.pk, row.kind, row.text, about, row.path, row.at, row.read_at is None)


def unread_count(member: Membership) -> int:
    """Return how many notices the member has not seen, at most one more than MOST_COUNTED."""
    unread = Notification.objects.filter(member=member, read_at=None)
    return unread.values("pk")[: MOST_COUNTED + 1].count()
