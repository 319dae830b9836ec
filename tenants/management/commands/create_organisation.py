"""`manage.py create_organisation`: an organisation with default agreement, calendars and a first key."""

import json
import re
from argparse import ArgumentParser
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants import actions
from tenants.keys import SCOPES
from tenants.links import invitation_path


class Command(BaseCommand):
    """Makes an organisation; prints the administrator's sign-in link and a first secret key, once."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--country", required=True, help="ISO 3166, two letters: its holidays are kept")
        parser.add_argument("--zone", required=True, help="IANA zone, such as Europe/Vienna")
        parser.add_argument("--admin", required=True, metavar="EMAIL")
        parser.add_argument("--admin-name", default="")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        country = check(options)
        at = now()
        made = actions.create_organisation(
            name=options["name"].strip(),
            country=country,
            zone=options["zone"],
            admin_email=options["admin"],
            admin_name=options["admin_name"],
            at=at,
        )
        administrator = made.administrator
        with tenant_scope(made.organisation.pk):
            link = actions.sign_in_link(administrator, at=at)
            key = actions.create_key(
                name=_("First key"), scopes=SCOPES, acts_for=administrator, by=administrator, at=at
            )
        result = {
            "organisation_id": made.organisation.pk,
            "slug": made.organisation.slug,
            "sign_in_url": settings.BASE_URL + invitation_path(link.invitation.public_id),
            "secret_key": key.text,
        }
        say(self, result, as_json=options["json"])


def check(options: dict[str, Any]) -> str:
    """Return the country in capitals; CommandError names the option that cannot be used."""
    country = str(options["country"]).strip().upper()
    if not re.fullmatch("[A-Z]{2}", country):
        raise CommandError(_("--country takes two letters, such as AT."))
    if options["zone"] not in available_timezones():
        raise CommandError(_("--zone takes an IANA name, such as Europe/Vienna."))
    if not options["name"].strip():
        raise CommandError(_("The organisation needs a name."))
    check_email(options["admin"], "--admin")
    return country


def check_email(email: str, option: str) -> None:
    """Raise CommandError when this is no e-mail address."""
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise CommandError(_("%(option)s takes an e-mail address.") % {"option": option}) from error


def say(command: BaseCommand, result: dict[str, Any], *, as_json: bool) -> None:
    """Print the result for a script or for a person; the key is shown this once."""
    if as_json:
        command.stdout.write(json.dumps(result))
        return
    for name, value in result.items():
        command.stdout.write(f"{name}: {value}")
