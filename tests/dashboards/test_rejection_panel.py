"""Rejections by reason, kind, campaign and rep, counted by hand: page, files and interface say the same."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client

from dashboards.rejection_panel import RejectionPanel
from leads.actions.campaigns import create_campaign
from leads.models import Handover, Lead
from smarketing.lib.scope import tenant_scope
from tests.arbitration.support import make_rejection
from tests.leads.makers import make_rep
from tests.support import CANARY, Cast, api_key, signed_in

pytestmark = pytest.mark.django_db

URL = "/o/acme/dashboard/"
DAY = timedelta(days=1)


@pytest.fixture
def month(cast: Cast, at: datetime) -> Cast:
    """Four came back: ann, ben and cleo from the spring campaign, dora from none; cleo and dora were another rep's."""
    with tenant_scope(cast.acme.pk):
        spring = create_campaign(name="Spring", utm="spring", by=cast.ada, at=at)
        sent = [make_rejection(cast, name, at=at).handover for name in ("ann", "ben")]
        sent += [
            make_rejection(cast, name, at=at, reason="data_missing", criterion="").handover for name in ("cleo", "dora")
        ]
        Lead.objects.exclude(given_name="Dora").update(campaign=spring)
        sven = make_rep("sven", at=at)
        Handover.objects.filter(pk__in=[handover.pk for handover in sent[2:]]).update(assigned_to=sven)
    return cast


def panel(cast: Cast, name: str, at: datetime, query: str = "") -> RejectionPanel:
    with time_machine.travel(at + DAY, tick=False):
        found: RejectionPanel = signed_in(cast.people()[name]).get(f"{URL}?{query}").context["rejections"]
    return found


def counts(found: RejectionPanel) -> list[tuple[str, int]]:
    return [(row.label, row.count) for row in found.rows]


def body(cast: Cast, name: str, at: datetime, by: str) -> Any:
    headers = api_key(cast.people()[name], "reports:read", at=at)
    with time_machine.travel(at + DAY, tick=False):
        return Client().get(f"/api/v1/kpis/rejections?by={by}", headers=headers).json()


def test_by_campaign(month: Cast, at: datetime) -> None:
    found = panel(month, "rita", at, "rejections_by=campaign")
    assert counts(found) == [("Spring", 3), ("No campaign", 1)]
    assert (found.total, found.decided, found.heading) == (4, 4, "Campaign")


def test_by_kind_of_reason(month: Cast, at: datetime) -> None:
    assert counts(panel(month, "rita", at, "rejections_by=class")) == [("Clerical", 2), ("Definitional", 2)]


def test_by_rep_for_whom_their_figures_are_open(month: Cast, at: datetime) -> None:
    assert counts(panel(month, "sina", at, "rejections_by=rep")) == [("Sam", 2), ("Sven", 2)]


def test_a_rep_sees_themselves_and_all_others_as_one(month: Cast, at: datetime) -> None:
    found = panel(month, "sam", at, "rejections_by=rep")
    assert counts(found) == [("Sam", 2), ("Others", 2)]
    assert [bool(row.url) for row in found.rows] == [True, False]
    told = [(row["label"], row["count"]) for row in body(month, "sam", at, "rep")["rows"]]
    assert told == [("Sam", 2), (None, 2)]


def test_whoever_sees_no_person_is_not_offered_the_cut(month: Cast, at: datetime) -> None:
    assert [way.label for way in panel(month, "mara", at).ways] == ["Reason", "Kind", "Campaign"]
    assert [way.label for way in panel(month, "sina", at).ways] == ["Reason", "Kind", "Campaign", "Rep"]
    assert counts(panel(month, "mara", at, "rejections_by=rep")) == [("Others", 4)]


def test_the_cut_stays_with_filters_and_months_and_filters_cut_it(month: Cast, at: datetime) -> None:
    with time_machine.travel(at + DAY, tick=False):
        context = signed_in(month.sina).get(f"{URL}?rejections_by=rep&tier=standard").context
    assert "rejections_by=rep" in context["month"].previous_url
    assert all("rejections_by=rep" in each.options[0].url for each in context["filters"])
    [active] = [way for way in context["rejections"].ways if way.active]
    assert (active.label, active.url.endswith("#rejections")) == ("Rep", True)
    assert "tier=standard" in active.url
    with tenant_scope(month.acme.pk):
        sam = month.sam.pk
    assert counts(panel(month, "sina", at, f"rejections_by=campaign&owner={sam}")) == [("Spring", 2)]
    assert counts(panel(month, "sina", at, "rejections_by=rep&tier=hand_raiser")) == []


@pytest.mark.parametrize("by", ["reason", "class", "campaign", "rep"])
def test_page_file_and_interface_say_the_same(month: Cast, at: datetime, by: str) -> None:
    shown = panel(month, "sina", at, f"rejections_by={by}")
    told = body(month, "sina", at, by)
    assert [(row["label"] or "", row["count"]) for row in told["rows"]] == [
        (row.label if row.key else "", row.count) for row in shown.rows
    ]
    assert told["rejected"] == {"percent": 100.0, "numerator": 4, "denominator": 4, "pending": 0}
    name = "rejections" if by == "reason" else f"rejections-by-{by}"
    with time_machine.travel(at + DAY, tick=False):
        content = signed_in(month.sina).get(f"{URL}tables/{name}.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(content)))[1:]
    assert [(row[0], int(row[-1])) for row in rows] == counts(shown)


@pytest.mark.parametrize("by", ["reason", "class", "campaign", "rep"])
def test_each_row_opens_its_leads(month: Cast, at: datetime, by: str) -> None:
    found = panel(month, "sina", at, f"rejections_by={by}")
    client = signed_in(month.sina)
    with time_machine.travel(at + DAY, tick=False):
        for row in found.rows:
            assert client.get(row.url).context["total"] == row.count, row
        assert client.get(found.total_url).context["total"] == 4


def test_what_nobody_has_opens_what_nobody_has(month: Cast, at: datetime) -> None:
    with tenant_scope(month.acme.pk):
        Handover.objects.filter(lead__given_name="Ann").update(assigned_to=None)
    found = panel(month, "sina", at, "rejections_by=rep")
    assert counts(found) == [("Sven", 2), ("Nobody", 1), ("Sam", 1)]
    with time_machine.travel(at + DAY, tick=False):
        assert signed_in(month.sina).get(found.rows[1].url).context["total"] == 1


def test_an_unknown_cut_is_not_found_and_nobody_elses_are_in_it(month: Cast, at: datetime) -> None:
    with time_machine.travel(at + DAY, tick=False):
        client = signed_in(month.rita)
        assert client.get(f"{URL}?rejections_by=shoe-size").status_code == 404
        assert CANARY not in client.get(f"{URL}?rejections_by=campaign").content.decode()
