"""New organisations."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from events.actions import record
from smarketing.lib.scope import global_scope, tenant_scope
from tenants.actions.members import add_member, person_with
from tenants.models import Membership, Organisation
from tenants.roles import Role


@dataclass(frozen=True)
class NewOrganisation:
    """What create_organisation made."""

    organisation: Organisation
    administrator: Membership


def create_organisation(
    *, name: str, country: str, zone: str, admin_email: str, admin_name: str = "", at: datetime, muted: bool = False
) -> NewOrganisation:
    """Make an organisation with its administrator; calendars and the first agreement follow by the wiring.

    ``country`` is ISO 3166 alpha-2, ``zone`` an IANA name. Call outside any scope; opens its own.
    """
    organisation = _insert_organisation(name=name, country=country, zone=zone, at=at, muted=muted)
    user = person_with(admin_email, name=admin_name)
    with tenant_scope(organisation.pk):
        administrator = add_member(user, roles=[Role.ADMINISTRATOR], by=None, at=at)
        record(
            "organisation.created",
            administrator,
            by=None,
            at=at,
            data={"country": country, "zone": zone},
            once="organisation.created",
        )
    return NewOrganisation(organisation, administrator)


def _insert_organisation(*, name: str, country: str, zone: str, at: datetime, muted: bool) -> Organisation:
    base = slugify(name)[:50] or "organisation"
    number = 1
    while True:
        # A taken slug gets a suffix instead of an answer: nobody learns who else is here.
        slug = base if number == 1 else f"{base}-{number}"
        try:
            with global_scope(lookup=slug), transaction.atomic():
                return Organisation.objects.create(
                    slug=slug, name=name, country=country.upper(), zone=zone, created_at=at, muted=muted
                )
        except IntegrityError:
            number += 1
