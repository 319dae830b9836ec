"""The tables of the dashboards as files, for REST clients."""

from typing import Annotated, ClassVar, Literal

from django.http import Http404, HttpResponse
from msgspec import Meta, Struct
from rest_framework.request import Request

from dashboards.api.kpis import FiguresView
from dashboards.months import month_from
from dashboards.queries import Cut
from dashboards.tables import Asked
from dashboards.tables.files import is_file, table_file
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import operation


class TableFilter(Struct, forbid_unknown_fields=True):
    """Which month (the present one if not told) and tier, and which kind of file."""

    month: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2})?$")] = ""
    tier: Literal["", "standard", "hand_raiser"] = ""
    file: Literal["csv", "xlsx"] = "csv"


class KpisTable(FiguresView):
    """One table of the joint dashboard."""

    scopes: ClassVar = {"GET": "reports:read"}

    @operation(
        "Read a table of figures as a file",
        query=TableFilter,
        file="*/*",
        answers={200: "CSV (UTF-8, comma) or a workbook; moments are ISO 8601 in UTC, units stand in the headings."},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, name: str) -> HttpResponse:
        """Read a table as a file; all of them together (``all``) as a workbook."""
        asked = self.query(TableFilter)
        if not is_file(name, asked.file):
            raise Http404
        month = month_from(asked.month, today=self.at.astimezone(self.zone).date())
        if month is None:
            raise InvalidInput([FieldError("/month", "out_of_range", "Give a month as 2026-11.")])
        return table_file(name, asked.file, Asked(Cut(month, asked.tier), self.at, self.organisation, self.member))
