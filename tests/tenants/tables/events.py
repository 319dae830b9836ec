"""Pages and operations of events: the record."""

from tenants.roles import Role
from tests.tenants.tables.shapes import Page

PAGES: dict[str, Page] = {
    "events:audit": Page(frozenset({Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR})),
}  # fmt: skip
