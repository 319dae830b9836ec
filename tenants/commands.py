"""What the commands have in common that go through every organisation, or one."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from tenants.access import organisation_by_slug


class OrganisationsCommand(BaseCommand):
    """A command with --organisation."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one")

    def organisations(self, slug: str | None) -> list[int]:
        """Return the id of the organisation with this slug, or those of all; CommandError where there is none."""
        if slug is None:
            with connections["sweeper"].cursor() as cursor:
                cursor.execute("select id from tenants_organisation order by id")
                return [organisation_id for (organisation_id,) in cursor.fetchall()]
        organisation = organisation_by_slug(slug)
        if organisation is None:
            raise CommandError(_("There is no organisation “%(slug)s”.") % {"slug": slug})
        return [organisation.pk]
