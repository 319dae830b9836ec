"""The week in figures comes on Monday morning, once, to whoever wants it."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.weekly import send_weekly_reports
from notifications.actions import choose
from notifications.kinds import WEEKLY
from notifications.models import Mail
from tests.support import Cast

pytestmark = pytest.mark.django_db

# Monday 9 March 2026, 8:00 in Vienna.
MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def mailed() -> set[str]:
    return {to.partition("@")[0] for to in Mail.objects.filter(kind=WEEKLY).values_list("to", flat=True)}


def test_it_comes_once_a_week_to_heads_and_executives(acme: Cast) -> None:
    assert [send_weekly_reports(MONDAY), send_weekly_reports(MONDAY + HOUR)] == [3, 0]
    assert mailed() == {"marc", "sina", "rita"}
    assert send_weekly_reports(MONDAY + timedelta(days=7)) == 3


def test_it_holds_the_figures_of_the_dashboard_in_both_forms(acme: Cast) -> None:
    send_weekly_reports(MONDAY)
    mail = Mail.objects.get(to="marc@example.com")
    assert mail.subject == "acme: March 2026 so far"
    for text in (mail.body, mail.html):
        assert "MQLs delivered" in text
        assert "no data yet" in text
        assert "/o/acme/dashboard/" in text
        assert "/unsubscribe/" in text


@pytest.mark.parametrize(
    ("at", "comes"),
    [
        (datetime(2026, 3, 8, 22, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 9, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 9, 6, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 10, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 11, 8, 0, tzinfo=UTC), False),
    ],
)
def test_it_is_a_matter_of_monday_and_at_latest_of_tuesday(acme: Cast, at: datetime, comes: bool) -> None:
    assert bool(send_weekly_reports(at)) == comes


def test_everybody_may_have_it_and_nobody_must(acme: Cast) -> None:
    choose(acme.sam, {WEEKLY: "at_once"}, at=MONDAY)
    choose(acme.marc, {WEEKLY: "never"}, at=MONDAY)
    send_weekly_reports(MONDAY)
    assert mailed() == {"sam", "sina", "rita"}


def test_the_month_is_that_of_the_week_that_ended(acme: Cast) -> None:
    send_weekly_reports(datetime(2026, 6, 1, 7, 0, tzinfo=UTC))
    assert "May 2026" in Mail.objects.filter(kind=WEEKLY)[0].subject
