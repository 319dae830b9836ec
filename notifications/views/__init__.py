"""Pages of notices and of what leaves for machines."""

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
from notifications.views.notices import mark_read, notices

__all__ = [
    "delivery",
    "delivery_replay",
    "endpoint",
    "endpoint_act",
    "endpoint_edit",
    "endpoint_new",
    "endpoint_replay",
    "endpoints",
    "mark_read",
    "notices",
]
