"""`manage.py add_member`: a seat in an organisation, with a sign-in link and a secret key that acts for it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import tenant_scope
from tenants import actions
from tenants.access import organisation_by_slug
from tenants.keys import SCOPES
from tenants.links import invitation_path
from tenants.management.commands.create_organisation import check_email, say
from tenants.models import Organisation
from tenants.roles import Role


class Command(BaseCommand):
    """Gives a person a seat; prints their sign-in link and a secret key with all scopes, once."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("email")
        parser.add_argument("--roles", required=True, help=", ".join(Role))
        parser.add_argument("--name", default="")
        parser.add_argument("--title", default="")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        check_email(options["email"], "email")
        organisation = organisation_by_slug(options["slug"])
        if organisation is None:
            raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": options["slug"]})
        try:
            result = seat(organisation, options)
        except DomainError as error:
            raise CommandError(error.sentence) from error
        say(self, result, as_json=options["json"])


def seat(organisation: Organisation, options: dict[str, Any]) -> dict[str, Any]:
    """Make the seat, the link and the key; return what is printed."""
    at = now()
    member = actions.seat_person(
        organisation=organisation,
        email=options["email"],
        roles=[role.strip() for role in options["roles"].split(",")],
        name=options["name"],
        title=options["title"],
        at=at,
    )
    with tenant_scope(organisation.pk):
        link = actions.sign_in_link(member, at=at)
        key = actions.create_key(name=_("First key"), scopes=SCOPES, acts_for=member, by=member, at=at)
    return {
        "slug": organisation.slug,
        "member_id": str(member.pk),
        "roles": member.roles,
        "sign_in_url": settings.BASE_URL + invitation_path(link.invitation.public_id),
        "secret_key": key.text,
    }
