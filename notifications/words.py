"""States of endpoints and messages in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.models import Delivery, Endpoint, Mail
from notifications.payloads import TEST, TYPES

ENDPOINT_KINDS: Mapping[str, Promise] = {
    Endpoint.Kind.WEBHOOK: _("webhook"),
    Endpoint.Kind.SLACK: _("Slack"),
}
ENDPOINT_STATES: Mapping[str, tuple[Promise, str]] = {
    Endpoint.State.ACTIVE: (_("active"), "ok"),
    Endpoint.State.PAUSED: (_("paused"), "warn"),
    Endpoint.State.DISABLED: (_("switched off"), "crit"),
    Endpoint.State.REMOVED: (_("removed"), ""),
}
DISABLED_BECAUSE: Mapping[str, Promise] = {
    "gone": _("The receiver answered that it is gone (410)."),
    "failing": _("Nothing has arrived there for five days."),
}
DELIVERY_STATES: Mapping[str, tuple[Promise, str]] = {
    Delivery.State.WAITING: (_("on its way"), "info"),
    Delivery.State.HELD: (_("held back"), "warn"),
    Delivery.State.DELIVERED: (_("arrived"), "ok"),
    Delivery.State.FAILED: (_("failed"), "crit"),
    Delivery.State.MUTED: (_("muted"), ""),
}


def type_label(kind: str) -> str:
    """Return what a type of message means."""
    if kind == TEST:
        return str(_("A message to try it"))
    return str(TYPES[kind].label) if kind in TYPES else kind


MAIL_STATES: Mapping[str, tuple[Promise, str]] = {
    Mail.State.WAITING: (_("on its way"), "info"),
    Mail.State.SENT: (_("sent"), "ok"),
    Mail.State.DEAD: (_("failed"), "crit"),
    Mail.State.KEPT: (_("no mail server"), "warn"),
    Mail.State.MUTED: (_("muted"), ""),
}
