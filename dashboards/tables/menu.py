"""The menu of what can be saved."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from dashboards.links import given_of
from dashboards.queries import Cut
from dashboards.tables import ALL
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
