"""Every table of the dashboard as a file: the same figures, the same for every reader, nothing in it runs."""

import csv
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from dashboards.actions import give_action, open_review, plan_review
from dashboards.tables import ALL, OF_PERIODS
from events.models import Event
from sla import actions as sla
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


def test_reports_of_some_months_are_files_with_the_figures_of_their_pages(month: Cast, at: datetime) -> None:
    client, moment = signed_in(month.rita), at + 5 * HOUR
    for page, name, rows in (("return", "campaign-return", 1), ("revenue", "revenue", 2), ("criteria", "criteria", 3)):
        query = "?since=2026-02&until=2026-03"
        context = get(client, f"/o/acme/{page}/{query}", moment).context
        [link] = context["files"]
        found = list(csv.DictReader(StringIO(get(client, link.csv_url, moment).content.decode("utf-8-sig"))))
        # The page of revenue begins with the first purchase, its file holds every month that was asked for.
        assert len(found) == (rows if name == "revenue" else len(context["rows"])) >= rows, name
        book = load_workbook(BytesIO(get(client, link.xlsx_url, moment).content)).active
        assert book is not None
        assert book.max_row == len(found) + 1
        assert link.csv_url.startswith(f"/o/acme/figures/{name}.csv?since=2026-02&until=2026-03")
    returns = list(csv.DictReader(StringIO(get(client, f"/o/acme/figures/campaign-return.csv{query}", moment)
                                           .content.decode("utf-8-sig"))))  # fmt: skip
    assert (returns[0]["MQLs"], returns[0]["Cost per MQL"], returns[0]["ROI (%)"]) == ("5", "", "")
    with tenant_scope(month.acme.pk):
        sla.keep_months(moment)
    months = get(client, f"/o/acme/figures/judged-months.csv{query}", moment).content.decode("utf-8-sig")
    assert [row["Month"] for row in csv.DictReader(StringIO(months))] == ["2026-03"]


def test_the_criteria_in_a_file_carry_lift_and_range(month: Cast, at: datetime) -> None:
    client, moment = signed_in(month.rita), at + 5 * HOUR
    text = get(client, "/o/acme/figures/criteria.csv", moment).content.decode("utf-8-sig")
    shown = get(client, "/o/acme/criteria/", moment).context["rows"]
    for line, row in zip(csv.DictReader(StringIO(text)), shown, strict=True):
        effect = row.finding.acceptance
        assert (line["Criterion"], int(line["Accepted with it"]), int(line["Decided with it"])) == (
            row.finding.label, effect.having.numerator, effect.having.denominator
        )  # fmt: skip
        assert line["What acceptance says"] == row.acceptance.word
        assert (line["What purchase says"], line["Leads with it"]) == (row.purchase.word, str(row.finding.met.sent))


def test_the_agenda_of_a_meeting_and_its_actions_are_files(month: Cast, at: datetime) -> None:
    with tenant_scope(month.acme.pk):
        review = plan_review(starts_at=at + HOUR, by=month.marc, at=at)
        open_review(review, by=month.marc, at=at + HOUR)
        give_action(review, text="=call", owner=month.sam, due_on=at.date(), by=month.marc, at=at + HOUR)
    client, base = signed_in(month.sam), f"/o/acme/reviews/{review.pk}/tables/"
    items = get(client, f"/o/acme/reviews/{review.pk}/", at + 5 * HOUR).context["items"]
    agenda = get(client, f"{base}agenda.csv", at + 5 * HOUR)
    rows = list(csv.DictReader(StringIO(agenda.content.decode("utf-8-sig"))))
    assert [row["Item"] for row in rows] == [item.title for item in items for _line in item.lines or [""]]
    taken = get(client, f"{base}actions.csv", at + 5 * HOUR).content.decode("utf-8-sig")
    assert [(row["Action"], row["Owner"], row["State"]) for row in csv.DictReader(StringIO(taken))] == [
        ("'=call", month.sam.name, "open")
    ]
    headers = api_key(month.sam, "reports:read", at=at)
    with time_machine.travel(at + 5 * HOUR, tick=False):
        answer = Client().get(f"/api/v1/reviews/{review.pk}/tables/agenda", headers=headers)
        nothing = Client().get(f"/api/v1/reviews/{review.pk}/tables/pace", headers=headers)
    assert (answer.content, nothing.status_code) == (agenda.content, 404)
    assert get(signed_in(month.gus), f"{base}agenda.csv", at + 5 * HOUR).status_code == 404


def test_clients_read_the_tables_of_some_months(month: Cast, at: datetime) -> None:
    headers = api_key(month.rita, "reports:read", at=at)
    with time_machine.travel(at + 5 * HOUR, tick=False):
        for name in OF_PERIODS:
            answer = Client().get(f"/api/v1/kpis/period-tables/{name}?since=2026-01&until=2026-03", headers=headers)
            page = signed_in(month.rita).get(f"/o/acme/figures/{name}.csv?since=2026-01&until=2026-03")
            assert answer.content == page.content, name
        wrong = Client().get("/api/v1/kpis/period-tables/revenue?since=2026-03&until=2026-01", headers=headers)
        foreign = Client().get("/api/v1/kpis/period-tables/criteria?version=7", headers=headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/until")
    assert foreign.status_code == 404


def test_what_there_is_not_is_404(cast: Cast, at: datetime) -> None:
    client = signed_in(cast.rita)
    for path in ("nothing.csv", "pace.pdf", "all.csv"):
        assert get(client, URL + path, at).status_code == 404
    for path in (
        "pace.csv",
        "revenue.pdf",
        "revenue.csv?since=x",
        "revenue.csv?until=1999-01",
        "criteria.csv?version=9",
    ):
        assert get(client, f"/o/acme/figures/{path}", at).status_code == 404, path
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
