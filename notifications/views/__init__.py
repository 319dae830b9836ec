"""Pages of notices and of what leaves for machines."""

from notifications.views.choices import choices, unsubscribe
from notifications.views.endpoints import (
    delivery,
    delivery_replay,
    endpoint,
    endpoint_act,
    endpoint_edit,
    endpoint_new,
    endpoint_replay,
    endpoints,
)
from notifications.views.mails import mail_retry, mails
from notifications.views.notices import mark_read, notices

__all__ = [
    "choices",
    "delivery",
    "delivery_replay",
    "endpoint",
    "endpoint_act",
    "endpoint_edit",
    "endpoint_new",
    "endpoint_replay",
    "endpoints",
    "mail_retry",
    "mails",
    "mark_read",
    "notices",
    "unsubscribe",
]
