"""A table, or all of them, as a file to save; that it was taken is noted for the audit."""

from collections.abc import Sequence

from django.db import transaction
from django.http import HttpResponse

from dashboards.tables import ALL
from dashboards.tables.columns import Asker, Table
from events.actions import record
from smarketing.lib.downloads import attachment
from smarketing.lib.spreadsheets import Sheet, csv_stream, workbook_stream

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# All tables as the sheets of one workbook.
EVERYTHING = "all"


def is_file(name: str, kind: str) -> bool:
    """Tell whether there is such a file: every table in both formats, all together as a workbook."""
    return (name in ALL and kind in TYPES) or (name == EVERYTHING and kind == "xlsx")


def tables_named(name: str) -> list[Table]:
    """Return a table of the joint dashboard, or all of them."""
    return list(ALL.values()) if name == EVERYTHING else [ALL[name]]


def table_file(tables: Sequence[Table], name: str, kind: str, asked: Asker) -> HttpResponse:
    """Return tables as a file in the reader's language: names in words, values the same in every language."""
    sheets = [_sheet(table, asked) for table in tables]
    rows = sum(len(sheet.rows) for sheet in sheets)
    _note(name, kind, rows, asked)
    return attachment(
        _content(kind, sheets),
        name=f"{asked.organisation.slug}-{name}-{asked.about}.{kind}",
        media_type=TYPES[kind],
    )


def _sheet(table: Table, asked: Asker) -> Sheet:
    return Sheet(str(table.title), table.header(), table.cells(asked))


def _content(kind: str, sheets: Sequence[Sheet]) -> bytes:
    if kind == "csv":
        [sheet] = sheets
        return b"".join(csv_stream(sheet.header, sheet.rows))
    return b"".join(workbook_stream(sheets))


@transaction.atomic
def _note(name: str, kind: str, rows: int, asked: Asker) -> None:
    data = {"table": name, "format": kind, "rows": rows, "month": asked.about}
    record("figures.exported", asked.member, by=asked.member, at=asked.at, data=data)
