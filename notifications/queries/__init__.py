"""Reading what was told to whom."""

from notifications.queries.endpoints import (
    attempts_of,
    deliveries_of,
    delivery_row,
    endpoint_row,
    endpoint_rows,
    endpoints,
    readable,
)
from notifications.queries.mails import mail_rows, mails, newest_mails_to
from notifications.queries.notices import NoticeRow, names_of, notices_for, unread_count

__all__ = [
    "NoticeRow",
    "attempts_of",
    "deliveries_of",
    "delivery_row",
    "endpoint_row",
    "endpoint_rows",
    "endpoints",
    "mail_rows",
    "mails",
    "names_of",
    "newest_mails_to",
    "notices_for",
    "readable",
    "unread_count",
]
