"""The list as a file: the rows that the list shows, in the reader's words and hours, noted for the audit."""

import csv
import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from events.models import Event
from leads import exports
from smarketing.lib.scope import tenant_scope
from tenants.actions import change_profile
from tests.leads.makers import make_handover, make_lead
from tests.support import CANARY, Cast, signed_in

URL = "/o/acme/leads/export/"


@pytest.fixture
def leads(cast: Cast, at: datetime) -> list[Any]:
    """Anna is with sales, Bert's name is a formula; globex has one of its own."""
    with tenant_scope(cast.globex.pk):
        make_lead(at=at, email="spy@example.com", person={"given_name": CANARY})
    with tenant_scope(cast.acme.pk):
        anna = make_handover(by=cast.mara, at=at, email="anna@example.com", person={"given_name": "Anna"}).lead
        bert = make_lead(at=at, email="bert@example.com", person={"given_name": "\t=HYPERLINK(1)", "family_name": "B"})
    return [anna, bert]


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def table(response: Any, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(body(response).decode("utf-8-sig")), delimiter=delimiter))


def test_csv_holds_what_the_list_shows(cast: Cast, leads: list[Any], at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        answer = signed_in(cast.mara).get(f"{URL}?format=csv")
        rows = table(answer)
    assert answer["Content-Disposition"] == 'attachment; filename="leads-2026-03-02-1000.csv"'
    assert rows[0][:4] == ["Number", "Given name", "Family name", "E-mail"]
    assert {row[3] for row in rows[1:]} == {"anna@example.com", "bert@example.com"}
    bert = next(row for row in rows if row[3] == "bert@example.com")
    # Trimmed on the way in, and still no formula.
    assert bert[1] == "'=HYPERLINK(1)"
    assert bert[rows[0].index("Created")] == "2026-03-02 10:00"


def test_a_workbook_holds_the_same(cast: Cast, leads: list[Any], at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        data = body(signed_in(cast.mara).get(f"{URL}?format=xlsx&q=bert"))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[3] for row in rows[1:]] == ["bert@example.com"]
    assert rows[1][rows[0].index("Created")].isoformat() == "2026-03-02T10:00:00"


def test_the_reader_sees_own_rows_words_and_hours(cast: Cast, leads: list[Any], at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        change_profile(cast.sam, name="Sam", preferences={"zone": "Asia/Tokyo", "language": "de"})
    with time_machine.travel(at, tick=False):
        rows = table(signed_in(cast.sam).get(f"{URL}?format=csv"), ";")
        assert signed_in(cast.gus).get(URL).status_code == 404
    assert [row[3] for row in rows[1:]] == ["anna@example.com"]
    assert "2026-03-02 18:00" in rows[1]


def test_ticked_leads_only_and_none_that_one_may_not_see(cast: Cast, leads: list[Any], at: datetime) -> None:
    picked = {"lead": [str(lead.pk) for lead in leads] + ["nonsense"]}
    with time_machine.travel(at, tick=False):
        assert len(table(signed_in(cast.mara).post(URL, picked))) == 3
        assert len(table(signed_in(cast.sam).post(URL, picked))) == 2


def test_every_export_is_noted_without_what_was_typed(cast: Cast, leads: list[Any], at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        body(signed_in(cast.mara).get(f"{URL}?format=csv&stage=mql&q=bert"))
        page = signed_in(cast.ada).get(reverse("events:audit", args=["acme"]) + "?family=leads")
    with tenant_scope(cast.acme.pk):
        event = Event.objects.get(kind="leads.exported")
    assert event.by_id == cast.mara.pk
    assert event.data == {"rows": 1, "format": "csv", "filters": "q=…, stage=mql", "picked": False}
    assert "took leads out as a file" in page.content.decode()


def test_a_file_ends_at_the_limit(cast: Cast, leads: list[Any], at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    with time_machine.travel(at, tick=False):
        assert len(table(signed_in(cast.mara).get(URL))) == 2
