"""The page of reports, the report on the screen and on paper, and the same for clients."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboards.models import ReportPlan, ReportSending
from dashboards.reports.actions import plan_report, send_report_now
from notifications.models import Choice, Mail
from smarketing.lib.scope import tenant_scope
from tests.dashboards.test_joint_page import NO_QUERY, make_month
from tests.support import CANARY, Cast, api_key, signed_in

pytestmark = pytest.mark.django_db

URL = "/o/acme/reports/"
API = "/api/v1/reports"
# Thursday 19 March 2026, 11:00 in Vienna.
THURSDAY = datetime(2026, 3, 19, 10, 0, tzinfo=UTC)


def get(client: Client, path: str, at: datetime = THURSDAY, **headers: str) -> Any:
    with time_machine.travel(at, tick=False):
        return client.get(path, headers=headers)


def post(client: Client, path: str, form: dict[str, Any] | None = None, at: datetime = THURSDAY) -> Any:
    with time_machine.travel(at, tick=False):
        return client.post(path, form or {})


def test_a_head_sees_when_reports_come_and_a_rep_that_none_does(cast: Cast) -> None:
    plans = get(signed_in(cast.marc), URL).context["plans"]
    assert [(plan.kind, plan.is_on, plan.when) for plan in plans] == [
        ("weekly", True, "Every Monday at 07:00 (Europe/Vienna)"),
        ("monthly", True, "On day 1 of each month at 07:00 (Europe/Vienna)"),
    ]
    assert [plan.next_at.isoformat() for plan in plans] == ["2026-03-23T07:00:00+01:00", "2026-04-01T07:00:00+02:00"]
    plans = get(signed_in(cast.sam), URL).context["plans"]
    assert [(plan.is_on, plan.next_at) for plan in plans] == [(False, None), (False, None)]


def test_a_plan_is_changed_on_its_page(cast: Cast) -> None:
    client = signed_in(cast.sam)
    assert get(client, f"{URL}weekly/plan/").status_code == 200
    form = {"weekday": "4", "hour": "16", "form": "pdf"}
    assert post(client, f"{URL}weekly/plan/", form).status_code == 302
    with tenant_scope(cast.acme.pk):
        plan = ReportPlan.objects.get()
    assert (plan.weekday, plan.day, plan.hour, plan.form) == (4, None, 16, "pdf")
    assert get(client, URL).context["plans"][0].when == "Every Friday at 16:00 (Europe/Vienna)"


@pytest.mark.parametrize("wrong", [{"weekday": "7"}, {"hour": "24"}, {"form": "fax"}, {"weekday": ""}])
def test_a_wrong_plan_is_told_at_its_field(cast: Cast, wrong: dict[str, str]) -> None:
    response = post(signed_in(cast.sam), f"{URL}weekly/plan/", {"weekday": "4", "hour": "16", "form": "pdf"} | wrong)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(wrong)
    with tenant_scope(cast.acme.pk):
        assert not ReportPlan.objects.exists()


def test_pausing_and_going_on_is_the_same_choice_as_on_the_page_of_notices(cast: Cast) -> None:
    client = signed_in(cast.marc)
    assert post(client, f"{URL}weekly/pause/").status_code == 302
    with tenant_scope(cast.acme.pk):
        assert Choice.objects.get(member=cast.marc).how == "never"
    assert not get(client, URL).context["plans"][0].is_on
    post(client, f"{URL}weekly/resume/")
    assert get(client, URL).context["plans"][0].is_on


def test_send_me_now_puts_a_mail_on_its_way_and_a_second_click_is_refused(cast: Cast) -> None:
    client = signed_in(cast.sam)
    assert post(client, f"{URL}weekly/send/").status_code == 302
    again = post(client, f"{URL}weekly/send/", at=THURSDAY + timedelta(seconds=30))
    assert again.status_code == 409
    assert "less than a minute ago" in again.content.decode()
    with tenant_scope(cast.acme.pk):
        assert Mail.objects.filter(kind="report.weekly", to="sam@example.com").count() == 1


def test_what_was_sent_stands_in_the_archive_with_its_paper(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        sent = send_report_now("monthly", by=cast.marc, at=THURSDAY)
    response = get(signed_in(cast.marc), URL)
    [row] = response.context["rows"]
    assert (row.title, row.has_paper) == ("February 2026", True)
    paper = get(signed_in(cast.marc), f"{URL}sent/{sent.pk}/pdf/")
    assert paper.content.startswith(b"%PDF-")
    assert paper.headers["Content-Disposition"] == 'attachment; filename="acme-monthly-2026-02-01.pdf"'
    assert get(signed_in(cast.sina), URL).context["rows"] == []
    assert [row.name for row in get(signed_in(cast.ned), URL).context["rows"]] == [cast.marc.name]


def test_a_failed_one_says_so(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        ReportSending.objects.create(
            member=cast.marc, kind="weekly", occasion="2026-03-16", at=THURSDAY, state="failed", error="OSError"
        )
    [row] = get(signed_in(cast.marc), URL).context["rows"]
    assert (row.state_label, row.tone, row.has_paper) == ("could not be made", "crit", False)


def test_the_report_shows_the_figures_of_the_dashboard(cast: Cast, at: datetime) -> None:
    make_month(cast, at)
    client = signed_in(cast.rita)
    moment = at + timedelta(days=8)
    report = get(client, f"{URL}weekly/", moment).context
    joint = get(client, f"/o/acme/dashboard/?month={at:%Y-%m}", moment).context
    for name in ("kpis", "compliance", "funnel", "speed", "pace", "velocity"):
        assert report[name] == joint[name], name
    # A report is not cut otherwise.
    assert report["rejections"] == replace(joint["rejections"], ways=[])
    assert "The week brought" in report["report"].opening[0]


def test_the_month_is_read_a_month_back_and_forth(cast: Cast) -> None:
    client = signed_in(cast.rita)
    shown = get(client, f"{URL}monthly/?on=2026-02-11")
    assert shown.context["report"].title == "January 2026"
    assert get(client, shown.context["previous_url"]).context["report"].title == "December 2025"
    assert get(client, shown.context["next_url"]).context["report"].title == "February 2026"
    assert get(client, f"{URL}monthly/").context["next_url"] is None


@pytest.mark.parametrize("path", ["daily/", "weekly/?on=2026-03-20", "weekly/?on=2026-02-30", "weekly/?on=20260302"])
def test_what_there_is_not_is_404(cast: Cast, path: str) -> None:
    assert get(signed_in(cast.rita), f"{URL}{path}").status_code == 404


def test_a_stranger_finds_nothing(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        sent = send_report_now("weekly", by=cast.marc, at=THURSDAY)
    client = signed_in(cast.gus)
    for path in (URL, f"{URL}weekly/", f"{URL}weekly/pdf/", f"{URL}sent/{sent.pk}/pdf/", f"{URL}weekly/plan/"):
        assert get(client, path).status_code == 404
    theirs = get(client, f"/o/globex/reports/sent/{sent.pk}/pdf/")
    assert theirs.status_code == 404
    assert CANARY not in theirs.content.decode()


def test_the_archive_costs_the_same_however_long_it_is(cast: Cast) -> None:
    client = signed_in(cast.marc)
    get(client, URL)
    counts = []
    for minutes in (1, 4):
        with tenant_scope(cast.acme.pk):
            for minute in range(minutes):
                send_report_now("weekly", by=cast.marc, at=THURSDAY - timedelta(hours=minutes, minutes=minute))
        with CaptureQueriesContext(connection) as queries:
            get(client, URL)
        counts.append(sum(not query["sql"].startswith(NO_QUERY) for query in queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 20


def test_the_paper_is_the_same_for_the_same_figures(cast: Cast) -> None:
    client = signed_in(cast.marc)
    papers = {get(client, f"{URL}weekly/pdf/").content for _time in range(2)}
    assert len(papers) == 1
    assert papers.pop().startswith(b"%PDF-")


def test_a_client_plans_and_reads_its_members_reports(cast: Cast, at: datetime) -> None:
    client, headers = Client(), api_key(cast.sam, "reports:read", at=at)
    body = {"hour": 6, "form": "pdf", "active": True, "day": 15}
    with time_machine.travel(THURSDAY, tick=False):
        put = client.put(f"{API}/monthly", body, content_type="application/json", headers=headers)
        assert put.status_code == 200, put.content
        assert put.json() == {
            "kind": "monthly", "active": True, "weekday": None, "day": 15, "hour": 6, "zone": "Europe/Vienna",
            "form": "pdf", "next_at": "2026-04-15T04:00:00Z",
        }  # fmt: skip
        both = client.get(API, headers=headers).json()
        assert both["monthly"] == put.json()
        assert both["weekly"]["active"] is False
        sent = client.post(f"{API}/monthly/sendings", content_type="application/json", headers=headers)
        assert (sent.status_code, sent.json()["state"]) == (201, "sent")
        assert (
            client.post(f"{API}/monthly/sendings", content_type="application/json", headers=headers).json()["code"]
            == "report_just_sent"
        )
        [row] = client.get(f"{API}/sent", headers=headers).json()["results"]
        assert row == sent.json()
        for path in (sent.headers["Location"], f"{API}/weekly/paper?on=2026-03-16"):
            assert client.get(path, headers=headers).content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"weekday": 1, "day": 1}, "/weekday"),
        ({"day": 29}, "/day"),
        ({}, "/day"),
        ({"day": 1, "hour": 24}, "/hour"),
    ],
)
def test_a_plan_that_cannot_be_is_named(cast: Cast, at: datetime, body: dict[str, Any], pointer: str) -> None:
    headers = api_key(cast.sam, "reports:read", at=at)
    told = {"hour": 6, "form": "pdf", "active": True} | body
    answer = Client().put(f"{API}/monthly", told, content_type="application/json", headers=headers)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    with tenant_scope(cast.acme.pk):
        assert not ReportPlan.objects.exists()


def test_the_database_knows_only_plans_that_make_sense(acme: Cast) -> None:
    for wrong in ({"weekday": 7}, {"hour": 24}):
        told = {"weekday": 1, "day": 1, "hour": 7, "form": "mail"} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            plan_report("weekly", by=acme.sam, at=THURSDAY, **told)
