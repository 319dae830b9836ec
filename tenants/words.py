"""What the scopes of a key let it do, in words; the scopes themselves are names that clients see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SCOPE_LABELS: Mapping[str, Promise] = {
    "leads:read": _("Read leads"),
    "leads:write": _("Push and change leads"),
    "handovers:write": _("Hand over, decide, log contact"),
    "sla:read": _("Read the agreement, deadlines and targets"),
    "sla:write": _("Change the agreement, targets and settings"),
    "cases:write": _("Act in disputes"),
    "reports:read": _("Read figures and reports"),
    "webhooks:manage": _("Set up webhooks, read the mail log"),
    "privacy:manage": _("Hand out and erase persons"),
}


@dataclass(frozen=True)
class Scope:
    """One thing that a key may do: its name for clients, and in words."""

    name: str
    label: str


def scopes_told(names: Sequence[str]) -> list[Scope]:
    """Return scopes with their words, in the order in which the pages offer them."""
    return [Scope(name, str(label)) for name, label in SCOPE_LABELS.items() if name in names]
