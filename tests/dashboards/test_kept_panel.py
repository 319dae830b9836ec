"""What of the promises counts neither as kept nor as broken: said on the page, in files and over the interface."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client

from leads.actions import nurture_lead
from sla.models import Clock
from smarketing.lib.scope import tenant_scope
from tests.arbitration.support import make_rejection
from tests.leads.makers import make_handover
from tests.support import Cast, api_key, signed_in

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def month(cast: Cast, at: datetime) -> Cast:
    """One lead waits; one came back for good, which ended what was owed before its deadline."""
    with tenant_scope(cast.acme.pk):
        make_handover(by=cast.mara, at=at)
        back = make_rejection(cast, "ann", at=at)
        wake_on = (at + timedelta(days=60)).date()
        nurture_lead(back.rejection, wake_on=wake_on, by=cast.mara, at=at + 2 * HOUR)
        cancelled = Clock.objects.filter(state="cancelled").order_by("commitment")
        assert [clock.commitment for clock in cancelled] == ["attempts", "first_contact"]
    return cast


def panel(cast: Cast, at: datetime, query: str = "") -> Any:
    with time_machine.travel(at + 3 * HOUR, tick=False):
        return signed_in(cast.rita).get(f"/o/acme/dashboard/{query}")


def test_the_page_says_what_was_cancelled_and_opens_it(month: Cast, at: datetime) -> None:
    page = panel(month, at)
    told = {one.text: one for one in page.context["compliance"].neither}
    assert list(told)[-1] == "2 cancelled"
    assert "before the deadline" in page.content.decode()
    with time_machine.travel(at + 3 * HOUR, tick=False):
        found = signed_in(month.rita).get(told["2 cancelled"].url)
    # Two promises for one lead.
    assert found.context["total"] == 1
    assert "Ann" in found.content.decode()


def test_it_moves_no_share(month: Cast, at: datetime) -> None:
    sales = panel(month, at).context["compliance"].sales
    # The decision about ann was in time; all else is open or over.
    assert (sales.met, sales.breached, sales.cancelled, sales.share) == (1, 0, 2, 100)


def test_files_and_interface_say_the_same(month: Cast, at: datetime) -> None:
    headers = api_key(month.rita, "reports:read", at=at)
    with time_machine.travel(at + 3 * HOUR, tick=False):
        content = signed_in(month.rita).get("/o/acme/dashboard/tables/promises.csv").content.decode("utf-8-sig")
        told = Client().get("/api/v1/kpis", headers=headers).json()
    rows = {row["Promise"]: row for row in csv.DictReader(StringIO(content))}
    assert (rows["Sales, all"]["Cancelled"], rows["Sales, all"]["Excused"]) == ("2", "0")
    assert told["compliance"]["sales"]["cancelled"] == 2
    by = {row["commitment"]: row["cancelled"] for row in told["compliance_by_commitment"]}
    assert (by["first_contact"], by["decision"]) == (1, 0)


def test_of_a_part_only_what_is_in_it(month: Cast, at: datetime) -> None:
    assert panel(month, at, "?tier=hand_raiser").context["compliance"].neither == []
