"""Tables as files that spreadsheets open: nothing in them may run, and memory stays flat (no models).

# Note [Formulas]
A spreadsheet runs what begins with one of = + - @, also after spaces, tabs and line ends, also in full width. Such
text gets an apostrophe before it, in both formats: people save one as the other. A phone number in digits stays.
"""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any

import xlsxwriter

BOM = "\ufeff"
BLOCK = 64 * 1024
_RUNS = re.compile(r"[\s\x00-\x1f\ufeff\u200b]*[=+\-@＝＋－＠]|[\t\r\n]")
_PHONE = re.compile(r"\+\d[\d ]{5,}")
# What the format can hold in one cell.
LONGEST_CELL = 32_000

Cell = str | int | float | date | datetime | None


def neutral(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula. See Note [Formulas]."""
    return f"'{text}" if _RUNS.match(text) and not _PHONE.fullmatch(text) else text


def csv_stream(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> Iterator[bytes]:
    """Yield a table as CSV in blocks, with the mark by which spreadsheets know UTF-8."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([neutral(text) for text in header])
    for row in rows:
        writer.writerow([_text(cell) for cell in row])
        if buffer.tell() > BLOCK:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def _text(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return neutral(cell) if isinstance(cell, str) else cell


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def xlsx_stream(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str) -> Iterator[bytes]:
    """Yield a table as a workbook of one sheet; rows go to a file as they come, so that memory stays flat."""
    return _book_stream([(sheet, header, rows)])


def workbook_stream(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """Yield several tables as the sheets of one workbook."""
    return _book_stream([(sheet.title, sheet.header, sheet.rows) for sheet in sheets])


def _book_stream(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            for title, header, rows in sheets:
                _fill(book, header, rows, title)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _fill(book: Any, header: Sequence[str], rows: Iterable[Sequence[Cell]], sheet: str) -> None:
    page = book.add_worksheet(sheet[:31])
    bold = book.add_format({"bold": True})
    formats: dict[type, Any] = {datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"})}
    formats[date] = book.add_format({"num_format": "yyyy-mm-dd"})
    page.freeze_panes(1, 0)
    page.set_column(0, len(header) - 1, 18)
    for place, text in enumerate(header):
        page.write_string(0, place, neutral(text), bold)
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            _write(page, number, place, cell, formats)


def _write(page: Any, number: int, place: int, cell: Cell, formats: dict[type, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, datetime):
        page.write_datetime(number, place, cell.replace(tzinfo=None), formats[datetime])
    elif isinstance(cell, date):
        page.write_datetime(number, place, cell, formats[date])
    elif isinstance(cell, str):
        page.write_string(number, place, neutral(cell)[:LONGEST_CELL])
    else:
        page.write_number(number, place, cell)
