"""Every table of the dashboard as a file: the same figures, the same for every reader, nothing in it runs."""

import csv
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from dashboards.tables import ALL
from events.models import Event
from smarketing.lib.scope import tenant_scope
from tests.dashboards.test_joint_page import make_month
from tests.leads.makers import make_handover
from tests.support import CANARY, Cast, api_key, signed_in

pytestmark = pytest.mark.django_db

URL = "/o/acme/dashboard/tables/"
HOUR = timedelta(hours=1)


@pytest.fixture
def month(cast: Cast, at: datetime) -> Cast:
    make_month(cast, at)
    return cast


def get(client: Client, path: str, at: datetime, **headers: str) -> Any:
    with time_machine.travel(at, tick=False):
        return client.get(path, headers=headers)


def table(client: Client, name: str, at: datetime, query: str = "") -> list[dict[str, str]]:
    answer = get(client, f"{URL}{name}.csv{query}", at)
    assert answer.status_code == 200, name
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_every_table_is_a_file_in_both_formats_with_the_same_cells(month: Cast, at: datetime) -> None:
    client, moment = signed_in(month.rita), at + 30 * HOUR
    for name in ALL:
        rows = table(client, name, moment)
        assert rows, name
        sheet = load_workbook(BytesIO(get(client, f"{URL}{name}.xlsx", moment).content)).active
        assert sheet is not None
        head, *lines = sheet.iter_rows(values_only=True)
        assert list(head) == list(rows[0])
        assert [["" if cell is None else str(cell) for cell in line] for line in lines] == [
            list(row.values()) for row in rows
        ], name


def test_all_of_them_are_the_sheets_of_one_workbook(month: Cast, at: datetime) -> None:
    answer = get(signed_in(month.rita), f"{URL}all.xlsx", at + HOUR)
    assert load_workbook(BytesIO(answer.content)).sheetnames == [str(each.title) for each in ALL.values()]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="acme-all-{at:%Y-%m}.xlsx"'


def test_the_figures_are_those_of_the_page(month: Cast, at: datetime) -> None:
    client, moment = signed_in(month.rita), at + 5 * HOUR
    page = get(client, "/o/acme/dashboard/", moment).context
    headlines = {row["Figure"]: row for row in table(client, "headlines", moment)}
    for kpi in page["kpis"]:
        value = headlines[kpi.name]["Value"]
        assert float(value or -1) == pytest.approx(float(kpi.value) if kpi.value is not None else -1, abs=0.0001)
    assert [(row["Stage"], int(row["Leads"])) for row in table(client, "funnel", moment)] == [
        (step.name, step.count) for step in page["funnel"]
    ]
    assert [(row["Reason"], row["Leads"]) for row in table(client, "rejections", moment)] == [
        (row.label, str(row.count)) for row in page["rejections"].rows
    ]
    assert sum(int(row["First contacts"]) for row in table(client, "speed", moment)) == page["speed"].contacts


def test_the_filters_of_the_page_hold_for_the_file(month: Cast, at: datetime) -> None:
    client = signed_in(month.rita)
    assert table(client, "funnel", at + HOUR, "?tier=hand_raiser") == []
    assert table(client, "funnel", at + HOUR, "?month=2020-01") == []
    assert get(client, f"{URL}funnel.csv?tier=gold", at).status_code == 404


def test_moments_are_the_same_for_every_reader(month: Cast, at: datetime) -> None:
    with tenant_scope(month.acme.pk):
        month.sina.user.zone, month.sina.user.language = "America/New_York", "de"
        month.sina.user.save(update_fields=["zone", "language"])
    late = at + 30 * HOUR
    found = [[list(row.values()) for row in table(signed_in(w), "breached", late)] for w in (month.rita, month.sina)]
    assert found[0] == found[1]
    due = found[0][0][5]
    assert due.endswith("Z")
    assert datetime.fromisoformat(due) < late


def test_no_cell_is_taken_for_a_formula(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        make_handover(
            by=cast.mara, at=at, email="evil@example.com", person={"given_name": "=cmd()", "family_name": "x"}
        )
    rows = table(signed_in(cast.rita), "breached", at + 30 * HOUR)
    assert {row["Lead"] for row in rows} == {"'=cmd() x"}


def test_what_there_is_not_is_404(cast: Cast, at: datetime) -> None:
    client = signed_in(cast.rita)
    for path in ("nothing.csv", "pace.pdf", "all.csv"):
        assert get(client, URL + path, at).status_code == 404
    stranger = get(signed_in(cast.gus), f"{URL}breached.csv", at)
    assert stranger.status_code == 404
    assert CANARY not in stranger.content.decode()


def test_that_it_was_taken_is_noted_without_anything_personal(month: Cast, at: datetime) -> None:
    table(signed_in(month.rita), "breached", at + 30 * HOUR)
    with tenant_scope(month.acme.pk):
        event = Event.objects.get(kind="figures.exported")
    assert event.data == {"table": "breached", "format": "csv", "rows": event.data["rows"], "month": f"{at:%Y-%m}"}
    assert event.data["rows"] > 0


def test_clients_read_the_same_file(month: Cast, at: datetime) -> None:
    headers = api_key(month.rita, "reports:read", at=at)
    with time_machine.travel(at + 5 * HOUR, tick=False):
        answer = Client().get(f"/api/v1/kpis/tables/months?month={at:%Y-%m}", headers=headers)
        book = Client().get("/api/v1/kpis/tables/all?file=xlsx", headers=headers)
        missing = Client().get("/api/v1/kpis/tables/all", headers=headers)
    assert answer.content == get(signed_in(month.rita), f"{URL}months.csv", at + 5 * HOUR).content
    assert len(load_workbook(BytesIO(book.content)).sheetnames) == len(ALL)
    assert missing.status_code == 404


def test_the_page_offers_them_with_its_own_filters(month: Cast, at: datetime) -> None:
    page = get(signed_in(month.rita), f"/o/acme/dashboard/?month={at:%Y-%m}&tier=standard", at + HOUR)
    links = page.context["files"]
    assert links[0].xlsx_url == f"{URL}all.xlsx?month={at:%Y-%m}&tier=standard"
    assert len(links) == len(ALL) + 1
    for link in links:
        assert link.xlsx_url.replace("&", "&amp;") in page.content.decode()
