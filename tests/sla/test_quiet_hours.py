"""Warnings and shortfalls are told within their reader's hours, dated when they happened, never once they are stale."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from events.models import Event, Outbox
from notifications.models import Notification
from sla import actions
from sla.actions.judging import judge
from sla.models import Clock, Month
from smarketing.lib.scope import tenant_scope
from tests.sla.support import make_subject, vienna
from tests.sla.test_escalation import version_of
from tests.support import Cast, make_cast, run_outbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
SECOND = timedelta(seconds=1)


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    """The cast of January, committed: the sweep comes by a connection of its own."""
    # What is recorded carries the database's time; the warnings of this test are older than that.
    with time_machine.travel(vienna("2026-01-02 09:00"), tick=False):
        yield make_cast(at=vienna("2026-01-02 09:00"))


def contact(cast: Cast, at: str, *, hours: int = 24, owner: Any = None) -> Clock:
    """A first contact within so many elapsed hours, which warns around the clock."""
    with tenant_scope(cast.acme.pk):
        version = version_of("first_contact", {"amount": hours, "unit": "elapsed_hours"})
        subject = make_subject(at=vienna(at), version=version, owner=owner or cast.sam, sender=cast.mara)
        return actions.start_clock(subject, "first_contact", at=vienna(at))


def sweep_up_to(moment: str) -> datetime:
    """Let the sweep find everything at its second, as it would have."""
    at = vienna(moment)
    while (due := _next_due(at)) is not None:
        actions.sweep_batch(at=due + SECOND)
    return at


def _next_due(until: datetime) -> datetime | None:
    from django.db import connections

    with connections["sweeper"].cursor() as cursor:
        cursor.execute("select min(next_event_at) from sla_clock where state = 'running'")
        (found,) = cursor.fetchone()
    return found if found is not None and found < until else None


def told(cast: Cast, moment: str) -> list[tuple[str, str]]:
    """Which warnings have been told by then, and when they are dated."""
    run_outbox(organisation=cast.acme, at=vienna(moment))
    with tenant_scope(cast.acme.pk):
        rows = Notification.objects.filter(kind="clock.warning").order_by("at", "pk")
        return [(row.text.rpartition(": ")[2], row.at.isoformat()[:16]) for row in rows]


def test_a_warning_in_the_night_is_told_in_the_morning_and_keeps_its_date(cast: Cast) -> None:
    contact(cast, "2026-01-12 16:00")
    # Half of the time is used at four in the morning.
    sweep_up_to("2026-01-13 06:00")
    assert told(cast, "2026-01-13 06:00") == []
    assert told(cast, "2026-01-13 08:59") == []
    assert told(cast, "2026-01-13 09:00") == [("50 % of the time is used.", "2026-01-13T03:00")]


def test_within_hours_it_is_told_at_once(cast: Cast) -> None:
    contact(cast, "2026-01-12 09:00", hours=4)
    sweep_up_to("2026-01-12 11:01")
    assert told(cast, "2026-01-12 11:01") == [("50 % of the time is used.", "2026-01-12T10:00")]


def test_of_the_warnings_of_a_night_only_the_last_is_told(cast: Cast) -> None:
    contact(cast, "2026-01-12 17:00", hours=18)
    # 50 % at 2:00, 75 % at 6:30, 90 % at 9:12, due 11:00.
    sweep_up_to("2026-01-13 07:00")
    assert told(cast, "2026-01-13 07:00") == []
    assert told(cast, "2026-01-13 09:00") == [("75 % of the time is used.", "2026-01-13T05:30")]
    with tenant_scope(cast.acme.pk):
        assert Event.objects.filter(kind="clock.warning", data__skipped=False).count() == 2
        assert Outbox.objects.filter(event__kind="clock.warning", withdrawn_at__isnull=False).count() == 1


@pytest.mark.parametrize("happening", ["nothing", "contact", "pause", "shorten", "reassign", "deadline"])
def test_what_is_no_news_by_the_opening_is_not_told(cast: Cast, happening: str) -> None:
    clock = contact(cast, "2026-01-09 20:00", hours=58 if happening == "deadline" else 80)
    waking = sweep_up_to("2026-01-11 20:00")
    assert told(cast, "2026-01-11 20:00") == []
    with tenant_scope(cast.acme.pk):
        subject = clock.subject
        if happening == "contact":
            actions.stop_clock(subject, "first_contact", at=waking, by=cast.sam)
        elif happening == "pause":
            actions.pause_clocks(subject, side="sales", reason="rejected", at=waking, by=cast.sam)
        elif happening == "shorten":
            soon = waking + timedelta(hours=20)
            actions.shorten_clock(subject, "first_contact", at=waking, by=cast.mara, due_at=soon)
        elif happening == "reassign":
            actions.reassign_clocks(subject, owner=cast.sina, at=waking, by=cast.sina)
    if happening == "deadline":
        # Due on Monday at six, before anybody comes.
        sweep_up_to("2026-01-12 08:00")
    stays = [("50 % of the time is used.", "2026-01-11T11:00")] if happening == "nothing" else []
    assert told(cast, "2026-01-12 09:00") == stays


def test_the_hours_are_those_of_the_readers_side(cast: Cast) -> None:
    """What marketing owes on the calendar of sales: it is marketing that must be there."""
    with tenant_scope(cast.acme.pk):
        calendar = _calendar("marketing")
        content = {**calendar[1].content, "closed": ["2026-01-13"]}
        actions.change_calendar(calendar[0], content=content, by=cast.ada, at=vienna("2026-01-02 10:00"))
    contact(cast, "2026-01-12 16:00", owner=cast.mara)
    sweep_up_to("2026-01-13 06:00")
    assert told(cast, "2026-01-13 12:00") == []
    assert told(cast, "2026-01-13 15:59") == []


def _calendar(key: str) -> Any:
    from sla.models import Calendar
    from sla.queries import newest_version

    calendar = Calendar.objects.get(key=key)
    return calendar, newest_version(calendar)


def test_a_shortfall_found_at_night_is_told_in_the_morning(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        month = vienna("2026-01-05 10:00").date().replace(day=1)
        actions.open_month(month, at=vienna("2026-01-05 10:00"))
        clock = Clock.objects.get(subject=Month.objects.get(month=month).subject, commitment="volume")
        judge(clock, 12, at=vienna("2026-02-16 00:30"))
        # Rows are free from the database's own time on, which is later than this February.
        Outbox.objects.update(available_at=vienna("2026-02-16 00:30"))
    run_outbox(organisation=cast.acme, at=vienna("2026-02-16 00:31"))
    with tenant_scope(cast.acme.pk):
        assert not Notification.objects.filter(kind="clock.breached").exists()
    run_outbox(organisation=cast.acme, at=vienna("2026-02-16 09:00"))
    with tenant_scope(cast.acme.pk):
        (notice,) = Notification.objects.filter(kind="clock.breached")
        assert (notice.member_id, notice.at) == (cast.marc.pk, clock.due_at)


def falls_behind(cast: Cast) -> datetime:
    """Let the first working evenings of January pass with nothing delivered; return when that was noticed."""
    with tenant_scope(cast.acme.pk):
        for day in (5, 6, 7, 8):
            actions.keep_months(vienna(f"2026-01-{day:02} 18:00"))
        evening = Event.objects.get(kind="pace.at_risk").at
        Outbox.objects.update(available_at=evening)
    return evening


def outlooks(cast: Cast) -> set[str]:
    with tenant_scope(cast.acme.pk):
        return set(Notification.objects.filter(kind__startswith="pace.").values_list("kind", flat=True))


def test_a_months_outlook_waits_for_the_hours_of_marketing(cast: Cast) -> None:
    evening = falls_behind(cast)
    run_outbox(organisation=cast.acme, at=evening + timedelta(minutes=1))
    assert outlooks(cast) == set()
    run_outbox(organisation=cast.acme, at=evening + timedelta(hours=15))
    assert outlooks(cast) == {"pace.at_risk"}


def test_an_outlook_that_turned_over_night_is_not_told(cast: Cast) -> None:
    evening = falls_behind(cast)
    with tenant_scope(cast.acme.pk):
        Month.objects.update(at_risk_since=None)
    run_outbox(organisation=cast.acme, at=evening + timedelta(hours=15))
    assert outlooks(cast) == set()
