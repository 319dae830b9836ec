"""The quality of handovers by month, on examples computed by hand: page, file and interface say the same."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client

from arbitration.actions import rule_on_case
from dashboards.formulas import Share
from dashboards.models import Rollup
from dashboards.quality_page import again_of
from dashboards.queries import Cut, month_figures
from dashboards.queries.month import is_redefined
from dashboards.queries.quality import QualityMonth, direct_decisions, quality, rolled_decisions
from dashboards.rollups import step
from leads.actions import accept_handover, log_attempt, resend_lead
from leads.models import Handover, Rejection
from leads.periods import CONVERSION_FOR
from sla.models import AgreementVersion, Clock, Subject
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.arbitration.support import make_case, make_rejection
from tests.leads.makers import make_handover
from tests.support import CANARY, Cast, api_key

pytestmark = pytest.mark.django_db

ClientOf = Callable[[Membership], Client]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARCH, ZONE = date(2026, 3, 1), "Europe/Vienna"
URL = "/o/acme/quality/?since=2026-02&until=2026-03"


@pytest.fixture
def told(cast: Cast, at: datetime) -> Cast:
    """Three given up, one of them too early; one lead back and accepted again; two rulings overturn, one upholds."""
    with tenant_scope(cast.acme.pk):
        for number in range(3):
            given_up = make_handover(by=cast.mara, at=at, email=f"up{number}@example.com")
            _give_up(given_up, enough=number > 0, at=at + DAY)
        rejection = make_rejection(cast, "ann", at=at).rejection
        again = resend_lead(rejection, changes={}, note="again", by=cast.mara, at=rejection.at + 3 * HOUR)
        accept_handover(again, by=cast.sam, at=rejection.at + 5 * HOUR)
        for name, outcome in (("ben", "overturned"), ("cleo", "upheld"), ("dora", "overturned")):
            case = make_case(cast, name, at=at)
            rule_on_case(case, outcome=outcome, reasons="As sealed.", by=cast.rita, at=case.statements_close_at + HOUR)
        Subject.objects.filter(kind="handover").update(required_fields=4, present_fields=3)
    return cast


def _give_up(handover: Handover, *, enough: bool, at: datetime) -> None:
    """Close as unable to reach, also where the product refuses it: the figure must tell the two apart."""
    Handover.objects.filter(pk=handover.pk).update(
        decision="accepted", decided_at=at, progress="closed", outcome="unable_to_reach", closed_at=at
    )
    promise = Clock.objects.filter(subject=handover.subject_id, commitment="attempts")
    if not promise.exists():
        Clock.objects.filter(subject=handover.subject_id, commitment="first_contact").update(commitment="attempts")
    promise.update(state="met" if enough else "waived", stopped_at=at, next_event_at=None, running_since=None)


def of_month(cast: Cast, month: date, at: datetime) -> QualityMonth:
    with tenant_scope(cast.acme.pk):
        [found] = quality(month, month, at=at + 30 * DAY, zone=ZONE)
    return found


def march(cast: Cast, at: datetime) -> QualityMonth:
    return of_month(cast, MARCH, at)


def test_attempt_compliance_is_given_up_after_enough_attempts_of_all_given_up(told: Cast, at: datetime) -> None:
    assert march(told, at).attempts == Share(2, 3)


def test_completeness_is_present_of_required_at_handover(told: Cast, at: datetime) -> None:
    sent = march(told, at).decisions.sent
    assert march(told, at).completeness == Share(3 * sent, 4 * sent)
    assert march(told, at).completeness.percent == 75


def test_the_answer_to_a_return_and_its_yield(told: Cast, at: datetime) -> None:
    returns = march(told, at).returns
    # Ann and cleo came back for good; ann was answered after three hours and accepted again. Overturned ones never did.
    assert (returns.returned, returns.again) == (2, 1)
    assert again_of(march(told, at)) == Share(1, 2, 1)
    # Ann's was answered after 3 hours, cleo's with her appeal: the median lies in the middle.
    with tenant_scope(told.acme.pk):
        rows = Rejection.objects.filter(handover__decision="rejected").values_list("at", "answered_at")
        took = sorted((until - since).total_seconds() for since, until in rows if until)
    assert 3 * 3600 in took
    assert (returns.answered, returns.median_answer_seconds) == (2, round(sum(took) / 2))


def test_the_overturn_rate_counts_rulings_by_their_day(told: Cast, at: datetime) -> None:
    assert march(told, at).overturned == Share(2, 3)
    assert march(told, at).remanded == 0
    february = of_month(told, date(2026, 2, 1), at)
    assert february.overturned == Share(0, 0)


def test_velocity_breaks_where_the_definition_changes(acme: Cast, at: datetime) -> None:
    for number in range(3):
        make_handover(by=acme.mara, at=at, email=f"march{number}@example.com")
    april = datetime(2026, 4, 10, 8, tzinfo=at.tzinfo)
    for number in range(6):
        make_handover(by=acme.mara, at=april, email=f"april{number}@example.com")
    one, two = quality(MARCH, date(2026, 4, 1), at=april, zone=ZONE)
    assert (one.velocity, two.velocity) == (None, 100)
    [version] = AgreementVersion.objects.filter(state="signed")
    later = AgreementVersion(
        number=2,
        state="signed",
        starts_at=april.replace(day=1),
        content={**version.content, "definitions": {"fit": []}},
    )
    same = AgreementVersion(number=2, state="signed", starts_at=april.replace(day=1), content=version.content)
    version.ends_at = later.starts_at
    assert is_redefined([version, later], date(2026, 4, 1), zone=ZONE)
    assert not is_redefined([version, same], date(2026, 4, 1), zone=ZONE)
    assert not is_redefined([version, later], date(2026, 5, 1), zone=ZONE)


def test_what_was_added_up_and_the_rows_say_the_same(told: Cast, at: datetime) -> None:
    with tenant_scope(told.acme.pk):
        Rollup.objects.create(next_at=at)
        while step(at=at + 30 * DAY).more:
            pass
        rolled, direct = rolled_decisions(MARCH, MARCH, at=at + 30 * DAY, zone=ZONE), direct_decisions(MARCH, MARCH)
    assert rolled is not None
    assert {month: {name: n for name, n in found.items() if n} for month, found in rolled.items()} == direct


def test_page_file_and_interface_say_the_same(told: Cast, at: datetime, client_of: ClientOf) -> None:
    headers = api_key(told.sam, "reports:read", at=at)
    with time_machine.travel(at + 30 * DAY, tick=False):
        client = client_of(told.sam)
        page = client.get(URL)
        [link] = page.context["files"]
        rows = list(csv.DictReader(StringIO(client.get(link.csv_url).content.decode("utf-8-sig"))))
        body: Any = Client().get("/api/v1/kpis/quality?since=2026-02&until=2026-03", headers=headers).json()
    assert [row["Month"] for row in rows] == [month["month"] for month in body["months"]] == ["2026-02", "2026-03"]
    shown = page.context["rows"][0].found
    told_march = body["months"][-1]
    assert (rows[-1]["Given up after enough attempts"], told_march["attempt_compliance"]["numerator"]) == ("2", 2)
    assert told_march["attempt_compliance"]["denominator"] == shown.attempts.denominator == 3
    assert told_march["overturned"]["percent"] == pytest.approx(66.667, abs=0.001)
    assert body["total"]["completeness"]["percent"] == 75
    assert Decimal(rows[-1]["Leads sent"]) == told_march["sent"] == shown.decisions.sent


def test_each_number_opens_the_leads_behind_it(told: Cast, at: datetime, client_of: ClientOf) -> None:
    with time_machine.travel(at + 30 * DAY, tick=False):
        client = client_of(told.rita)
        page = client.get(URL).context
        row, whole, lists = page["rows"][0], page["whole"], page["lists"]
        for url, n in (
            (lists["sent"], whole.sent - 1),
            (lists["net"], whole.net.numerator),
            (lists["silent"], whole.silent.numerator),
            (lists["gave_up"], whole.attempts.denominator),
            (lists["again"], whole.again.denominator),
            # Ann was sent twice and is one lead.
            (row.sent_url, row.found.decisions.sent - 1),
            (row.accepted_url, row.net.numerator),
            (row.deemed_url, row.silent.numerator),
            (row.gave_up_url, row.found.attempts.denominator),
        ):
            assert client.get(url).context["page_obj"].paginator.count == n, url
        for url in (lists["ruled"], row.ruled_url):
            assert client.get(url).context["figures"].overturned.whole == row.found.overturned.denominator
        assert client.get(row.answered_url).context["yields"].whole == row.found.returns


def test_months_before_the_first_lead_and_growth_of_a_running_month_are_left_out(
    told: Cast, at: datetime, client_of: ClientOf
) -> None:
    with time_machine.travel(at + DAY, tick=False):
        page = client_of(told.rita).get("/o/acme/quality/?since=2025-10&until=2026-03")
    assert [row.found.month for row in page.context["rows"]] == [MARCH]
    assert page.context["rows"][0].is_running
    assert "so far" in page.content.decode()


def test_a_stranger_finds_nothing_and_a_wrong_period_is_named(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    assert client_of(cast.gus).get("/o/acme/quality/").status_code == 404
    page = client_of(cast.rita).get("/o/acme/quality/?since=2026-03&until=2026-01")
    assert page.status_code == 422
    assert CANARY not in page.content.decode()
    with tenant_scope(cast.acme.pk):
        assert quality(MARCH, MARCH, at=at, zone=ZONE)[0].attempts == Share(0, 0)


def test_speed_in_business_time_leaves_the_weekend_out(acme: Cast) -> None:
    # Sent on Friday at 16:30, called on Monday at 10:00 in Vienna: half an hour and an hour of 9 to 17.
    friday = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)
    monday = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    handover = make_handover(by=acme.mara, at=friday)
    log_attempt(handover, channel="call", outcome="reached", by=acme.sam, at=monday)
    found = month_figures(Cut(MARCH), at=monday + HOUR, zone=ZONE).speeds
    assert found.business.median.seconds == 90 * 60
    assert found.elapsed.median.seconds == (monday - friday).total_seconds() == (2 * 24 + 17.5) * 3600


def test_conversion_counts_what_came_within_its_days(acme: Cast, at: datetime) -> None:
    # Of four sent one qualified on the last second of its 90 days, one a second later, one bought, one did nothing.
    sent = [make_handover(by=acme.mara, at=at, email=f"c{number}@example.com") for number in range(4)]
    limit = at + CONVERSION_FOR
    Handover.objects.filter(pk=sent[0].pk).update(qualified_at=limit)
    Handover.objects.filter(pk=sent[1].pk).update(qualified_at=limit + timedelta(seconds=1))
    Handover.objects.filter(pk=sent[2].pk).update(progress="closed", outcome="won", closed_at=limit, amount=700)
    cohort = month_figures(Cut(MARCH), at=limit + DAY, zone=ZONE).cohort
    assert (cohort.decisions.sent, cohort.qualified, cohort.opportunities, cohort.won) == (4, 2, 1, 1)
    assert Share(cohort.qualified, cohort.decisions.sent).percent == 50


def test_rejections_by_reason_and_by_rep(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        for name in ("ann", "ben"):
            make_rejection(cast, name, at=at)
        make_rejection(cast, "cleo", at=at, reason="data_missing", criterion="")
        figures = month_figures(Cut(MARCH), at=at + DAY, zone=ZONE)
        told = [(reason.key, reason.reason_class, reason.count) for reason in figures.rejections.reasons]
        assert told == [("not_fitting", "definitional", 2), ("data_missing", "clerical", 1)]
        of_sam = month_figures(Cut(MARCH, owner=cast.sam.pk), at=at + DAY, zone=ZONE).rejections
        of_sina = month_figures(Cut(MARCH, owner=cast.sina.pk), at=at + DAY, zone=ZONE).rejections
    assert (of_sam.total, of_sina.total) == (3, 0)
