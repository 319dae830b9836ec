"""The menu of what can be saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from dashboards.links import given_of
from dashboards.queries import Cut
from dashboards.tables import ALL, OF_MEETINGS, OF_PERIODS, Table
from dashboards.tables.files import EVERYTHING


@dataclass(frozen=True)
class FileLink:
    """One table in both formats; all together only as a workbook."""

    label: str
    csv_url: str
    xlsx_url: str


def file_links(slug: str, cut: Cut) -> list[FileLink]:
    """Return every table of the dashboard, cut as the page is, and all of them together."""
    query = urlencode({name: value for name, value in given_of(cut).items() if value})

    def address(name: str, kind: str) -> str:
        return f"{reverse('dashboards:table', kwargs={'slug': slug, 'name': name, 'kind': kind})}?{query}"

    each = [FileLink(str(t.title), address(t.key, "csv"), address(t.key, "xlsx")) for t in ALL.values()]
    return [FileLink(_("All tables"), "", address(EVERYTHING, "xlsx")), *each]


def period_links(slug: str, name: str, query: Mapping[str, str]) -> list[FileLink]:
    """Return a table of some months, as the page of it is chosen."""
    return [_link(OF_PERIODS[name], query, slug=slug, page="period_table", name=name)]


def meeting_links(slug: str, review_id: UUID) -> list[FileLink]:
    """Return the tables of a meeting."""
    return [
        _link(table, {}, slug=slug, page="review_table", name=name, review_id=review_id)
        for name, table in OF_MEETINGS.items()
    ]


def _link(table: Table, query: Mapping[str, str], *, page: str, **where: object) -> FileLink:
    said = urlencode({name: value for name, value in query.items() if value})

    def address(kind: str) -> str:
        return reverse(f"dashboards:{page}", kwargs={**where, "kind": kind}) + (f"?{said}" if said else "")

    return FileLink(str(table.title), address("csv"), address("xlsx"))
