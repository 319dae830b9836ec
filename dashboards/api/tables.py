"""The tables of the dashboards as files, for REST clients."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from django.http import Http404, HttpResponse
from msgspec import Meta, Struct
from msgspec.structs import asdict
from rest_framework.request import Request

from dashboards.access import get_review
from dashboards.api.kpis import FiguresView, KpiFilter
from dashboards.api.money import PeriodView, ReturnFilter
from dashboards.periods import asked_period
from dashboards.tables import OF_MEETINGS, OF_PERIODS, Asked, ReviewAsked
from dashboards.tables.files import is_file, table_file, tables_named
from smarketing.lib.openapi import operation
from tenants.rest import KeyView

FileKind = Literal["csv", "xlsx"]
WRITTEN = "CSV (UTF-8, comma) or a workbook; moments are ISO 8601 in UTC, units stand in the headings."


class TableFilter(KpiFilter, forbid_unknown_fields=True):
    """The filters of the joint dashboard, and which kind of file."""

    file: FileKind = "csv"


class KpisTable(FiguresView):
    """One table of the joint dashboard."""

    scopes: ClassVar = {"GET": "reports:read"}

    @operation(
        "Read a table of figures as a file",
        query=TableFilter,
        file="*/*",
        answers={200: WRITTEN},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, name: str) -> HttpResponse:
        """Read a table as a file; all of them together (``all``) as a workbook."""
        asked = self.query(TableFilter)
        if not is_file(name, asked.file):
            raise Http404
        cut = self.asking(asked).cut
        asker = Asked(cut=cut, at=self.at, organisation=self.organisation, member=self.member)
        return table_file(tables_named(name), name, asked.file, asker)


class PeriodTableFilter(ReturnFilter, forbid_unknown_fields=True):
    """Some months, both included; the touch of a campaign's return, the version of criteria; and the kind of file."""

    version: Annotated[int, Meta(ge=1, le=9999)] | None = None
    file: FileKind = "csv"


class PeriodTable(PeriodView):
    """One table of some months."""

    @operation(
        "Read a table of some months as a file",
        query=PeriodTableFilter,
        file="*/*",
        answers={200: WRITTEN},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, name: str) -> HttpResponse:
        """Read campaign return, criteria, revenue or the judged months as a file."""
        asked = self.query(PeriodTableFilter)
        if name not in OF_PERIODS:
            raise Http404
        self.months(asked)
        given = {key: str(value or "") for key, value in asdict(asked).items()}
        found = asked_period(given, at=self.at, organisation=self.organisation, member=self.member)
        return table_file([OF_PERIODS[name]], name, asked.file, found)


class ReviewTableFilter(Struct, forbid_unknown_fields=True):
    """Which kind of file."""

    file: FileKind = "csv"


class ReviewTable(KeyView):
    """One table of a meeting."""

    scopes: ClassVar = {"GET": "reports:read"}

    @operation(
        "Read a table of a meeting as a file",
        query=ReviewTableFilter,
        file="*/*",
        answers={200: WRITTEN},
        problems=(401, 403, 404, 422),
    )
    def get(self, request: Request, review_id: UUID, name: str) -> HttpResponse:
        """Read the agenda with its minutes (``agenda``), or what people took on (``actions``), as a file."""
        asked = self.query(ReviewTableFilter)
        review = get_review(self.member, review_id)
        if name not in OF_MEETINGS:
            raise Http404
        found = ReviewAsked(review=review, at=self.at, organisation=self.organisation, member=self.member)
        return table_file([OF_MEETINGS[name]], name, asked.file, found)
