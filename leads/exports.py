"""The list of leads as a file: which columns, in whose words and hours."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from leads import words
from leads.models import Lead
from leads.queries.stages import stage_labels
from smarketing.lib.scope import tenant_scope
from smarketing.lib.spreadsheets import Cell, csv_stream, xlsx_stream

# As many leads as one file holds.
MOST_ROWS = 100_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FETCHED = 1000
_FIELDS = (
    "number", "given_name", "family_name", "email", "phone_e164", "phone", "company_name", "company__name", "job_title",
    "country", "stage", "tier", "fit_grade", "readiness_grade", "marketer__name", "sales_owner__name", "campaign__name",
    "source", "created_at", "updated_at", "wake_on",
)  # fmt: skip


def header() -> list[str]:
    """Return the columns' names in the reader's language."""
    return [
        _("Number"), _("Given name"), _("Family name"), _("E-mail"), _("Phone"), _("Company"), _("Job title"),
        _("Country"), _("Stage"), _("Tier"), _("Fit"), _("Readiness"), _("Marketer"), _("Owner"), _("Campaign"),
        _("Source"), _("Created"), _("Last activity"), _("Wakes on"),
    ]  # fmt: skip


def lead_file(
    kind: str, leads: "QuerySet[Lead]", *, organisation_id: int, language: str, zone: ZoneInfo
) -> Iterator[bytes]:
    """Yield a file of the leads, read by a cursor of the server: the scope that the request had is closed by then."""
    with translation.override(language), tenant_scope(organisation_id):
        rows = _rows(leads, zone)
        if kind == "xlsx":
            yield from xlsx_stream(header(), rows, sheet=_("Leads"))
        else:
            # Where the comma divides decimals, spreadsheets expect another sign between columns.
            yield from csv_stream(header(), rows, delimiter=";" if language.startswith("de") else ",")


def _rows(leads: "QuerySet[Lead]", zone: ZoneInfo) -> Iterator[list[Cell]]:
    stages = stage_labels()
    tiers = {key: str(label) for key, label in words.TIERS.items()}
    for told in leads.values_list(*_FIELDS)[:MOST_ROWS].iterator(chunk_size=FETCHED):
        yield _cells(dict(zip(_FIELDS, told, strict=True)), stages, tiers, zone)


def _cells(told: dict[str, Any], stages: dict[str, str], tiers: dict[str, str], zone: ZoneInfo) -> list[Cell]:
    return [
        f"L-{told['number']}", told["given_name"], told["family_name"], told["email"],
        told["phone_e164"] or told["phone"], told["company_name"] or told["company__name"], told["job_title"],
        told["country"], stages.get(told["stage"], told["stage"]), tiers.get(told["tier"], told["tier"]),
        told["fit_grade"], told["readiness_grade"], told["marketer__name"], told["sales_owner__name"],
        told["campaign__name"], told["source"], _local(told["created_at"], zone), _local(told["updated_at"], zone),
        told["wake_on"],
    ]  # fmt: skip


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone)
