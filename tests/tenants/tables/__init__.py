"""Who may do what, as the product says it: every page and every operation of the interface, by hand.

Written from product.md ("Who uses it") and api.md, not from the code, so that a slip in the code shows.
``{kind}`` in a path, a form or a body stands for the id of that thing in the world.
"""

from tests.tenants.tables import arbitration, dashboards, events, intake, leads, notifications, sla, tenants
from tests.tenants.tables.routes import Found, filled, methods_of, operations, pages, routes
from tests.tenants.tables.shapes import Operation, Page

__all__ = [
    "OPEN_OPERATIONS",
    "OPEN_PAGES",
    "OPERATIONS",
    "PAGES",
    "Found",
    "Operation",
    "Page",
    "filled",
    "methods_of",
    "operations",
    "pages",
    "routes",
]

_APPS = (arbitration, dashboards, events, intake, leads, notifications, sla, tenants)

# Pages under /o/<organisation>/.
PAGES: dict[str, Page] = {name: page for app in _APPS for name, page in getattr(app, "PAGES", {}).items()}

# (name under api:, method); every operation that a secret key calls.
OPERATIONS: dict[tuple[str, str], Operation] = {
    name: operation for app in _APPS for name, operation in getattr(app, "OPERATIONS", {}).items()
}

# What needs no secret key: name → what a stranger gets from GET.
OPEN_OPERATIONS = {
    "schema": 200,
    "reference": 200,
    "problem": 302,
    "form_submissions": 405,
    "form_behaviours": 405,
    "adapter_call": 405,
}

# Pages of no organisation: name → (what a stranger gets, what a member gets) from GET.
OPEN_PAGES: dict[str, tuple[int, int]] = {
    "home": (302, 302),
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_change_password": (302, 200),
    "account_reset_password": (200, 200),
    "account_reset_password_done": (200, 200),
    "account_reset_password_from_key": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "accept_invitation": (200, 200),
    "intake_thanks": (200, 200),
    "intake_script": (200, 200),
    "intake_form": (200, 200),
    "intake_confirm": (200, 200),
    "unsubscribe": (200, 200),
}
