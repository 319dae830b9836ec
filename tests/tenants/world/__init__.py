"""Two furnished organisations, alike but for their texts: what a leak could carry from one to the other.

Everything is made by the real actions. Every text of globex holds the canary; every text of acme holds ACME_MARK,
so that the crawl can also prove that it reads pages on which texts stand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.conf import settings

from notifications.models import Notification
from smarketing.lib.scope import tenant_scope
from tenants.actions import add_member, change_profile
from tenants.models import Membership, Organisation
from tenants.roles import Role
from tests.conftest import empty_all_tables
from tests.support import CANARY, Cast, make_cast, make_user, run_outbox, signed_in
from tests.tenants.kept import Rows, put_back, rows_of
from tests.tenants.world.arbitration import furnish_board
from tests.tenants.world.dashboards import furnish_dashboards, furnish_reviews
from tests.tenants.world.house import ACME_MARK, AT, LATER, House, World, browser, tenant_models
from tests.tenants.world.intake import furnish_intake
from tests.tenants.world.leads import captured, furnish_covers, furnish_leads
from tests.tenants.world.notifications import furnish_machines
from tests.tenants.world.sla import furnish_breaches, furnish_sla
from tests.tenants.world.tenants import furnish_tenants

__all__ = [
    "ACME_MARK",
    "AT",
    "LATER",
    "House",
    "World",
    "browser",
    "captured",
    "make_world",
    "standing_world",
    "tenant_models",
]


# What this process has made already, by the moment it was made for.
_KEPT: dict[datetime, tuple[World, Rows]] = {}


@contextmanager
def standing_world(services: Any, blocker: Any, *, at: datetime = AT) -> Iterator[World]:
    """Commit the world for the tests of one module, each of which is rolled back; empty the tables afterwards.

    It is made once for each moment and stands again for the next module with the same ids, keys and sessions.
    """
    with blocker.unblock():
        try:
            if at in _KEPT:
                world, kept = _KEPT[at]
                put_back(services, kept)
            else:
                with time_machine.travel(at, tick=False):
                    world = make_world(make_cast(at=at), at)
                _KEPT[at] = world, rows_of(services)
            yield world
        finally:
            empty_all_tables(services)


def make_world(cast: Cast, at: datetime) -> World:
    """Furnish both organisations of the cast."""
    people = cast.people()
    acme_staff = {Role(member.roles[0]): member for member in people.values()}
    return World(
        acme=_furnish(cast.acme, acme_staff, ACME_MARK, at=at),
        globex=_furnish(cast.globex, _staff_of_globex(cast, at=at), CANARY, at=at),
    )


def _staff_of_globex(cast: Cast, *, at: datetime) -> dict[Role, Membership]:
    staff = {Role.ADMINISTRATOR: cast.gus}
    for role in (r for r in Role if r is not Role.ADMINISTRATOR):
        user = make_user(f"{role.replace('_', '.')}.{CANARY}", at=at)
        with tenant_scope(cast.globex.pk):
            staff[role] = add_member(user, roles=[role], title=f"{CANARY} {role}", by=cast.gus, at=at)
    return staff


def _furnish(organisation: Organisation, staff: dict[Role, Membership], mark: str, *, at: datetime) -> House:
    house = House(organisation, mark, staff)
    with tenant_scope(organisation.pk):
        for role, member in staff.items():
            change_profile(member, name=f"{role} {mark}", preferences={})
            member.refresh_from_db()
        furnish_tenants(house, at=at)
        furnish_intake(house, at=at)
        furnish_leads(house, at=at)
        furnish_breaches(house, at=at)
        furnish_covers(house, at=at)
        furnish_board(house, at=at)
        furnish_sla(house, at=at)
        furnish_machines(house, at=at)
        furnish_reviews(house, at=at)
    run_outbox(organisation=organisation, at=at + timedelta(hours=1, minutes=50))
    furnish_dashboards(house, at=at)
    with tenant_scope(organisation.pk):
        house.things["notification"] = str(Notification.objects.order_by("pk")[:1].get().pk)
    for role, member in staff.items():
        cookie = signed_in(member).cookies[settings.SESSION_COOKIE_NAME]
        house.sessions[role] = cookie.value
    return house
