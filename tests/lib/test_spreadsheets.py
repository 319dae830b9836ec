"""Tables as files: nothing in them runs, dates and numbers are dates and numbers, memory stays flat."""

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime

import openpyxl
import pytest

from smarketing.lib.spreadsheets import csv_stream, neutral, xlsx_stream


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1", "\t=1", "\n=1", "\r=1", "  \n\t@x", "\u00a0=1",
        "＝1", "\ufeff=1", "\x01=1", "+43 1 =1", "\tplain", "-", "+1",
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Anna", "a=b", "1-2", "L-12", "+43158858", "+43 1 58858 00", "Müller & Söhne"])
def test_what_is_harmless_stays(text: str) -> None:
    assert neutral(text) == text


ROW = ["=A1", None, 3, 2.5, date(2026, 3, 2), datetime(2026, 3, 2, 10, 30, tzinfo=UTC), 'say "x", y']


def test_csv_begins_with_the_mark_and_quotes_what_needs_it() -> None:
    data = b"".join(csv_stream(["a"] * 7, [ROW]))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1] == ["'=A1", "", "3", "2.5", "2026-03-02", "2026-03-02 10:30", 'say "x", y']


def test_a_workbook_keeps_kinds_and_runs_nothing() -> None:
    data = b"".join(xlsx_stream(["a"] * 7, [ROW], sheet="Leads"))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Leads"]
    cells = [cell.value for cell in sheet[2]]
    assert [*cells[:4], cells[6]] == ["'=A1", None, 3, 2.5, 'say "x", y']
    assert [cell.isoformat() for cell in cells[4:6]] == ["2026-03-02T00:00:00", "2026-03-02T10:30:00"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(kind: str) -> None:
    def peak(count: int) -> int:
        rows = ([f"name {n}", n, "x" * 50] for n in range(count))
        stream = csv_stream(["a"] * 3, rows) if kind == "csv" else xlsx_stream(["a"] * 3, rows, sheet="x")
        tracemalloc.start()
        for _block in stream:
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(10)
    assert peak(6000) < peak(600) + 1_000_000
