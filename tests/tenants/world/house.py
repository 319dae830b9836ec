"""One organisation of the world, and both."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.test import Client
from django.test.client import ClientHandler

from smarketing.lib.scope import tenant_scope
from smarketing.lib.tenancy import TenantModel
from tenants.models import Membership, Organisation
from tenants.roles import Role

ACME_MARK = "mark-acme-51d2"

# A Monday morning inside everybody's hours; requests come two hours later, before any deadline.
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

LATER = AT + timedelta(hours=2)

CRITERION = "company_size"

# One for all browsers: loading the middleware costs more than most pages.
_HANDLER = ClientHandler(enforce_csrf_checks=False)


def browser() -> Client:
    """Return a browser that nobody has signed in with."""
    client = Client()
    client.handler = _HANDLER
    return client


@dataclass(frozen=True)
class House:
    """One organisation with its people by role, its keys by role, and the ids of its things by kind."""

    organisation: Organisation
    mark: str
    staff: dict[Role, Membership]
    things: dict[str, str] = field(default_factory=dict)
    keys: dict[Role, dict[str, str]] = field(default_factory=dict)
    sessions: dict[Role, str] = field(default_factory=dict)

    def client(self, role: Role) -> Client:
        """Return a browser in which this person is signed in."""
        client = browser()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client


@dataclass(frozen=True)
class World:
    """Both organisations; nothing of globex may ever show in acme."""

    acme: House
    globex: House

    def foreign_ids(self) -> frozenset[str]:
        """Return the ids of every row of globex, in every table of tenants."""
        with tenant_scope(self.globex.organisation.pk):
            return frozenset(str(pk) for model in tenant_models() for pk in model.objects.values_list("pk", flat=True))


def tenant_models() -> list[type[TenantModel]]:
    """Return every model whose rows belong to an organisation."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]
