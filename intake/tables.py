"""Reading files of people piece by piece, so that memory does not grow with the file (pure).

CSV is UTF-8 with or without a mark, separated by comma, semicolon or tab as its first line shows; NDJSON has one
object per line. A row that cannot be read is told as such and costs only itself.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from typing import Any, BinaryIO

from smarketing.lib.errors import DomainError

CSV, NDJSON = "csv", "ndjson"
MOST_COLUMNS = 200
LONGEST_CELL = 20_000
LONGEST_LINE = 64 * 1024
DELIMITERS = ",;\t"
# The first objects name the fields of an NDJSON file.
LOOK_AHEAD = 100


class FileUnreadable(DomainError):
    """The file is not what it should be; nothing was kept of it."""

    code = "file_unreadable"
    status = 422


@dataclass(frozen=True)
class Table:
    """The columns, and the rows one by one: {"value": {column: value}} or {"broken": why}."""

    columns: list[str]
    rows: Iterator[dict[str, Any]]


def read_table(stream: BinaryIO, kind: str) -> Table:
    """Return what a file holds; raises FileUnreadable, of later rows while they are read."""
    # A long line is cut where a buffer ends only by us: the wrapper reads in pieces of 8 KB.
    text = TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        return _csv(text) if kind == CSV else _ndjson(text)
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _not_utf8() -> FileUnreadable:
    return FileUnreadable("The file is not UTF-8. Save it as “CSV UTF-8” and try again.")


def _csv(text: TextIOWrapper) -> Table:
    first = text.readline(LONGEST_LINE)
    if not first.strip():
        raise FileUnreadable("The file is empty.")
    delimiter = max(DELIMITERS, key=_outside_quotes(first).count)
    (header,) = csv.reader([first], delimiter=delimiter)
    names = [name.replace("\x00", "").strip() for name in header]
    if not any(names) or len(names) > MOST_COLUMNS:
        raise FileUnreadable(f"The first line must name 1 to {MOST_COLUMNS} columns.")
    columns = _distinct(names)
    return Table(columns, _csv_rows(csv.reader(text, delimiter=delimiter, strict=True), columns))


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _distinct(names: list[str]) -> list[str]:
    """Return the names, a number behind what is empty or comes twice."""
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        free = name and name not in found
        found.append(name if free else f"{name or 'column'} {place}")
    return found


def _csv_rows(reader: Any, columns: list[str]) -> Iterator[dict[str, Any]]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield {"broken": f"The row cannot be read: {error}."}
            continue
        except UnicodeDecodeError as error:
            raise _not_utf8() from error
        if any(cell.strip() for cell in cells):
            yield _row(cells, columns)


def _row(cells: list[str], columns: list[str]) -> dict[str, Any]:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return {"broken": f"The row has {len(cells)} values for {len(columns)} columns."}
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return {"broken": f"A value has more than {LONGEST_CELL} characters."}
    return {"value": {name: cell.replace("\x00", "").strip() for name, cell in zip(columns, cells, strict=False)}}


def _ndjson(text: TextIOWrapper) -> Table:
    rows = _ndjson_rows(text)
    first = list(islice(rows, LOOK_AHEAD))
    if not first:
        raise FileUnreadable("The file is empty.")
    named = dict.fromkeys(name for row in first for name in row.get("value", {}))
    if len(named) > MOST_COLUMNS:
        raise FileUnreadable(f"Its objects have more than {MOST_COLUMNS} fields.")

    def whole() -> Iterator[dict[str, Any]]:
        yield from first
        yield from rows

    return Table(list(named), whole())


def _ndjson_rows(text: TextIOWrapper) -> Iterator[dict[str, Any]]:
    while True:
        try:
            line = text.readline(LONGEST_LINE + 1)
        except UnicodeDecodeError as error:
            raise _not_utf8() from error
        if not line:
            return
        if len(line) > LONGEST_LINE:
            _skip_rest(text, line)
            yield {"broken": f"The line has more than {LONGEST_LINE} characters."}
        elif line.strip():
            yield _object(line)


def _skip_rest(text: TextIOWrapper, line: str) -> None:
    while line and not line.endswith("\n"):
        line = text.readline(LONGEST_LINE)


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line, parse_constant=_no_constant)
        # What no table can hold: a lone half of a character.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {"broken": "The line is not JSON."}
    if not isinstance(value, dict):
        return {"broken": "The line is not an object."}
    return {"value": value} if "\\u0000" not in json.dumps(value) else {"broken": "A text holds U+0000."}


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
