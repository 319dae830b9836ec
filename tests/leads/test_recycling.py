"""The yield of returns: a month by hand, who sees whose figures, page and interface."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from leads.actions import accept_handover, nurture_lead, reject_handover, resend_lead, undo_decision
from leads.models import Handover
from leads.queries import recycle_yields
from leads.recycling import Returned, yield_of, yields_by
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover
from tests.leads.test_api import Caller
from tests.support import Cast, signed_in

AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def returned(
    *, ago: timedelta, answer: timedelta | None = HOUR, again: timedelta | None = None, **changes: Any
) -> Returned:
    since = AT - ago
    return Returned(
        reason=changes.get("reason", "not_fitting"),
        label="",
        marketer=changes.get("marketer", "mara"),
        rejected_at=since,
        answered_at=since + answer if answer else None,
        expired=changes.get("expired", False),
        again_at=since + again if again else None,
    )


# By hand: 7 returns. Accepted again in time: A, B, C (on the very 180th day). D was a second too late, E never was and
# its time is over, F and G may still be. 3 of 7. Answers after 1, 2, 3, 5, 8 and 13 hours (F's is to come, G let the
# deadline pass, which is no answer): of A to E the median is 3 hours.
MONTH = [
    returned(ago=300 * DAY, answer=1 * HOUR, again=10 * DAY),
    returned(ago=20 * DAY, answer=2 * HOUR, again=1 * DAY, reason="duplicate"),
    returned(ago=300 * DAY, answer=3 * HOUR, again=180 * DAY),
    returned(ago=300 * DAY, answer=5 * HOUR, again=180 * DAY + timedelta(seconds=1), marketer="marc"),
    returned(ago=200 * DAY, answer=8 * HOUR),
    returned(ago=2 * DAY, answer=None),
    returned(ago=9 * DAY, answer=72 * HOUR, expired=True),
]


def test_a_month_by_hand() -> None:
    found = yield_of(MONTH, at=AT)
    assert (found.again, found.returned, found.pending) == (3, 7, 2)
    assert found.share == pytest.approx(300 / 7)
    assert not found.is_mature
    assert (found.answered, found.expired, found.median_answer_seconds) == (5, 1, 3 * 3600)


def test_between_two_answers_lies_their_middle() -> None:
    found = yield_of([returned(ago=DAY, answer=1 * HOUR), returned(ago=DAY, answer=4 * HOUR)], at=AT)
    assert found.median_answer_seconds == 9000


def test_of_nothing_there_is_no_share() -> None:
    found = yield_of([], at=AT)
    assert (found.share, found.median_answer_seconds, found.is_mature) == (None, None, True)


def test_is_pending_until_the_last_second_of_its_time() -> None:
    assert yield_of([returned(ago=180 * DAY - timedelta(seconds=1))], at=AT).pending == 1
    assert yield_of([returned(ago=180 * DAY)], at=AT).pending == 0


def test_is_cut_by_what_is_asked_for() -> None:
    by_reason = yields_by(MONTH, lambda row: row.reason, at=AT)
    assert {key: (row.again, row.returned) for key, row in by_reason.items()} == {
        "not_fitting": (2, 6),
        "duplicate": (1, 1),
    }
    assert list(by_reason) == ["not_fitting", "duplicate"]


@pytest.fixture
def history(cast: Cast, at: datetime) -> Cast:
    """Mara's two returns, one of them accepted again; Marc's one; one that was undone and rejected anew."""
    with tenant_scope(cast.acme.pk):
        sent = {name: make_handover(by=cast.mara, at=at, email=f"{name}@example.com") for name in "ab"}
        sent["c"] = make_handover(by=cast.marc, at=at, email="c@example.com")
        rejections = {name: _rejected(handover, cast, at + HOUR) for name, handover in sent.items()}
        undo_decision(sent["c"], by=cast.sam, at=at + HOUR + timedelta(seconds=3))
        rejections["c"] = _rejected(sent["c"], cast, at + 2 * HOUR)
        again = resend_lead(rejections["a"], changes={}, note="Look again", by=cast.mara, at=at + 3 * HOUR)
        accept_handover(again, by=cast.sam, at=at + 4 * HOUR)
        nurture_lead(rejections["b"], wake_on=date(2026, 6, 1), by=cast.mara, at=at + 5 * HOUR)
    return cast


def _rejected(handover: Handover, cast: Cast, at: datetime) -> Any:
    return reject_handover(handover, reason="not_fitting", criterion="company_size", by=cast.sam, at=at)


def test_reads_a_cohort_and_shows_figures_of_persons_to_them_and_their_managers(history: Cast, at: datetime) -> None:
    today, later = date(2026, 3, 2), at + 6 * HOUR
    with tenant_scope(history.acme.pk):
        seen = {
            member.name: recycle_yields(member, month=None, today=today, at=later)
            for member in (history.mara, history.marc, history.rita, history.ned)
        }
        other = recycle_yields(history.mara, month=date(2026, 2, 1), today=today, at=later)
    whole = seen["Mara"].whole
    assert (whole.again, whole.returned, whole.pending) == (1, 3, 2)
    # Two answers, after two and four hours.
    assert (whole.answered, whole.median_answer_seconds) == (2, 3 * 3600)
    names = {name: [row.label for row in found.by_marketer] for name, found in seen.items()}
    assert names == {"Mara": ["Mara"], "Marc": ["Mara", "Marc"], "Rita": [], "Ned": ["Mara", "Marc"]}
    assert [(row.key, row.figures.returned) for row in seen["Rita"].by_reason] == [("not_fitting", 3)]
    assert other.whole.returned == 0


def test_reads_in_a_fixed_number_of_queries(history: Cast, at: datetime, django_assert_num_queries: Any) -> None:
    # The returns, the members, the rule on figures by person.
    with tenant_scope(history.acme.pk), django_assert_num_queries(3):
        recycle_yields(history.marc, month=None, today=date(2026, 3, 2), at=at)


def test_the_page_and_its_part(history: Cast, at: datetime) -> None:
    with time_machine.travel(at + 6 * HOUR, tick=False):
        marc = signed_in(history.marc)
        url = reverse("leads:returns_yield", args=["acme"])
        page = marc.get(url).content.decode()
        part = marc.get(url, headers={"HX-Request": "true", "HX-Target": "yield"}).content.decode()
        assert url in marc.get(reverse("leads:returns", args=["acme"])).content.decode()
        assert marc.get(f"{url}?month=nonsense").status_code == 200
    assert "1 of 3 returned" in page
    assert "2 may still follow" in part
    assert part.lstrip().startswith('<section class="sm-p" id="yield"')
    assert re.search(r"\b3\sh\b", part)


def test_a_client_reads_it(history: Cast, at: datetime) -> None:
    with time_machine.travel(at + 6 * HOUR, tick=False):
        told = Caller(history.marc, "reports:read", at=at).get("returns/yield?month=2026-03").json()
        assert Caller(history.sam, "reports:read", at=at).get("returns/yield").status_code == 403
        assert Caller(history.mara, "reports:read", at=at).get("returns/yield?month=2026-13").status_code == 422
    assert (told["accepted_again"], told["returned"], told["pending"], told["within_days"]) == (1, 3, 2, 180)
    assert told["share"] == pytest.approx(100 / 3)
    assert {row["member"] for row in told["by_marketer"]} == {str(history.mara.pk), str(history.marc.pk)}
