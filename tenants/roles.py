"""Who may be what (pure): the seven roles, their sides, and what cannot go together."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What a member does here; the values are stored and part of the API."""

    MARKETER = "marketer"
    MARKETING_MANAGER = "marketing_manager"
    SALES_REP = "sales_rep"
    SALES_MANAGER = "sales_manager"
    EXECUTIVE = "executive"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


LABELS: dict[str, Promise] = {
    Role.MARKETER: _("Marketer"),
    Role.MARKETING_MANAGER: _("Marketing manager"),
    Role.SALES_REP: _("Sales rep"),
    Role.SALES_MANAGER: _("Sales manager"),
    Role.EXECUTIVE: _("Executive"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.AUDITOR: _("Auditor"),
}

MARKETING = frozenset({Role.MARKETER, Role.MARKETING_MANAGER})
SALES = frozenset({Role.SALES_REP, Role.SALES_MANAGER})
SIDES = MARKETING | SALES
HEADS = frozenset({Role.MARKETING_MANAGER, Role.SALES_MANAGER})
EVERYONE = frozenset(Role)
# What they sign and rule binds a side or both: nobody else lets a client speak in their name.
CONSENTING = HEADS | {Role.EXECUTIVE}


def may_combine(roles: frozenset[str] | set[str]) -> bool:
    """Tell whether one membership may hold these roles: an executive belongs to neither side."""
    return bool(roles) and not (Role.EXECUTIVE in roles and roles & SIDES)


def side_of(roles: frozenset[str] | set[str]) -> str:
    """Return "marketing", "sales" or "" for a member of neither side (or of both)."""
    in_marketing, in_sales = bool(roles & MARKETING), bool(roles & SALES)
    if in_marketing == in_sales:
        return ""
    return "marketing" if in_marketing else "sales"
