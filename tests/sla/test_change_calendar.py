"""Editing a calendar: what is open follows it, verdicts stand, and every change is a version."""

import logging
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from events.models import Event
from sla import actions
from sla.actions import recalculating, rederiving
from sla.actions.recalculating import follow_calendar
from sla.business_time import parse_calendar
from sla.models import AgreementVersion, Calendar, CalendarVersion, Clock
from sla.queries.calendars import newest_version
from sla.queries.histories import clock_history
from sla.queries.verifying import differences_in
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.models import Job
from tests.sla.support import events_of, kinds_of, make_clock, vienna
from tests.support import Cast, run_jobs

pytestmark = pytest.mark.django_db

MONDAY = vienna("2026-06-01 16:00")


@pytest.fixture
def sales(acme: Cast) -> Calendar:
    """Sales' calendar: Mon–Fri 9–17 in Vienna with Austria's holidays."""
    return Calendar.objects.get(key="sales")


def content_of(calendar: Calendar, **changes: Any) -> dict[str, Any]:
    return {**newest_version(calendar).content, **changes}


def edit(calendar: Calendar, at: datetime, by: Any = None, **changes: Any) -> CalendarVersion:
    return actions.change_calendar(calendar, content=content_of(calendar, **changes), by=by, at=at)


def hand_raiser(at: datetime) -> Clock:
    """First contact within one business hour."""
    return make_clock("first_contact", at=at, tier="hand_raiser")


def agree(clock: Clock) -> None:
    """Assert that the row says what its events say."""
    clock.refresh_from_db()
    assert differences_in([clock], at=clock.due_at) == []


def test_case_9a_a_day_closed_later_moves_an_open_deadline(acme: Cast, sales: Calendar) -> None:
    clock = hand_raiser(vienna("2026-06-01 16:30"))
    assert clock.due_at == vienna("2026-06-02 09:30")
    edit(sales, vienna("2026-06-02 08:00"), by=acme.ada, closed=["2026-06-02"])
    clock.refresh_from_db()
    assert clock.due_at == clock.next_event_at or clock.next_event_at < clock.due_at
    assert clock.due_at == vienna("2026-06-03 09:30")
    event = events_of(clock)[-1]
    assert (event.kind, event.by_id, event.at) == ("clock.recalculated", acme.ada.pk, vienna("2026-06-02 08:00"))
    assert event.data["old_due_at"] == vienna("2026-06-02 09:30").isoformat()
    assert event.data["due_at"] == clock.due_at.isoformat()
    agree(clock)


def test_case_9b_a_day_closed_after_the_breach_only_flags_it(acme: Cast, sales: Calendar) -> None:
    clock = hand_raiser(vienna("2026-06-01 16:30"))
    actions.notice_due(at=vienna("2026-06-02 10:00"))
    edit(sales, vienna("2026-06-05 09:00"), by=acme.ada, closed=["2026-06-02"])
    clock.refresh_from_db()
    assert (clock.state, clock.due_at, clock.breached_at) == (
        "breached", vienna("2026-06-02 09:30"), vienna("2026-06-02 09:30"),
    )  # fmt: skip
    assert kinds_of(clock)[-1] == "calendar_changed_after_verdict"
    assert clock_history(clock).state(at=vienna("2026-06-05 10:00")).calendar_changed_after_verdict
    agree(clock)


def test_a_breach_that_nobody_had_noticed_is_a_verdict_all_the_same(acme: Cast, sales: Calendar) -> None:
    clock = hand_raiser(vienna("2026-06-01 16:30"))
    edit(sales, vienna("2026-06-05 09:00"), closed=["2026-06-02"])
    assert kinds_of(clock)[-2:] == ["breached", "calendar_changed_after_verdict"]
    agree(clock)


def test_a_verdict_in_whose_time_nothing_changed_is_left_alone(acme: Cast, sales: Calendar) -> None:
    clock = hand_raiser(vienna("2026-06-01 10:00"))
    actions.stop_clock(clock.subject, "first_contact", at=vienna("2026-06-01 10:30"), by=None)
    edit(sales, vienna("2026-06-05 09:00"), closed=["2026-06-02", "2026-06-08"])
    assert "calendar_changed_after_verdict" not in kinds_of(clock)


def test_a_clock_whose_deadline_stays_counts_on_the_new_hours_all_the_same(acme: Cast, sales: Calendar) -> None:
    clock = hand_raiser(vienna("2026-06-01 10:00"))
    version = edit(sales, vienna("2026-06-01 10:10"), closed=["2026-06-02"])
    actions.pause_clocks(clock.subject, side="sales", reason="rejected", at=vienna("2026-06-01 10:20"), by=None)
    actions.resume_clocks(clock.subject, side="sales", at=vienna("2026-06-01 16:40"), by=None)
    clock.refresh_from_db()
    assert clock.calendar_version_id == version.pk
    assert clock.due_at == vienna("2026-06-03 09:20")
    assert "old_due_at" not in events_of(clock)[1].data
    agree(clock)


def test_a_paused_clock_follows_too(acme: Cast, sales: Calendar) -> None:
    clock = hand_raiser(vienna("2026-06-01 16:30"))
    actions.pause_clocks(clock.subject, side="sales", reason="rejected", at=vienna("2026-06-01 16:40"), by=None)
    edit(sales, vienna("2026-06-01 18:00"), closed=["2026-06-02"])
    actions.resume_clocks(clock.subject, side="sales", at=vienna("2026-06-01 19:00"), by=None)
    clock.refresh_from_db()
    assert (clock.state, clock.due_at) == ("running", vienna("2026-06-03 09:50"))
    agree(clock)


def test_hours_opened_afterwards_make_nobody_late(acme: Cast, sales: Calendar) -> None:
    """Saturday is opened on Monday: by the new hours the hour was over on Saturday."""
    clock = hand_raiser(vienna("2026-06-06 08:00"))
    assert clock.due_at == vienna("2026-06-08 10:00")
    old_version = clock.calendar_version_id
    at = vienna("2026-06-08 08:00")
    edit(sales, at, exceptions={"2026-06-06": [["09:00", "12:00"]]})
    clock.refresh_from_db()
    assert (clock.due_at, clock.calendar_version_id) == (vienna("2026-06-08 10:00"), old_version)
    assert events_of(clock)[-1].data["keeps"] is True
    agree(clock)
    # It stays on the old hours, and the round does not try again.
    actions.follow_calendars(at + timedelta(minutes=10))
    assert kinds_of(clock) == ["started", "rehoured"]


def test_hours_opened_in_time_bring_the_deadline_forward(acme: Cast, sales: Calendar) -> None:
    clock = hand_raiser(vienna("2026-06-06 08:00"))
    edit(sales, vienna("2026-06-06 08:30"), exceptions={"2026-06-06": [["09:00", "12:00"]]})
    clock.refresh_from_db()
    assert clock.due_at == vienna("2026-06-06 10:00")
    agree(clock)


def test_warnings_that_were_given_are_not_repeated(acme: Cast, sales: Calendar) -> None:
    clock = make_clock("decision", at=vienna("2026-06-01 09:00"))
    half = vienna("2026-06-02 13:00")
    actions.notice_due(at=half + timedelta(seconds=1))
    clock.refresh_from_db()
    assert (clock.step, clock.warn_shares[0]) == (1, 50)
    edit(sales, half + timedelta(minutes=1), closed=["2026-06-02"])
    clock.refresh_from_db()
    assert clock.warn_shares == [50, 75, 90]
    actions.notice_due(at=clock.due_at + timedelta(seconds=1))
    warned = [event.data["share"] for event in events_of(clock) if event.kind == "clock.warning"]
    assert warned == [50, 75, 90]
    agree(clock)


def test_case_30_another_organisations_calendar_edited_moves_nothing_here(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        clock = hand_raiser(vienna("2026-06-01 16:30"))
    with tenant_scope(cast.globex.pk):
        edit(Calendar.objects.get(key="sales"), vienna("2026-06-01 17:00"), closed=["2026-06-02"])
    with tenant_scope(cast.acme.pk):
        clock.refresh_from_db()
        assert (clock.due_at, kinds_of(clock)) == (vienna("2026-06-02 09:30"), ["started"])


def test_elapsed_hours_count_on_no_calendar(acme: Cast, sales: Calendar) -> None:
    clock = make_clock("first_contact", at=MONDAY)
    edit(sales, MONDAY, closed=["2026-06-02"])
    assert kinds_of(clock) == ["started"]


# Versions


def test_every_change_is_a_version_and_the_same_content_is_none(acme: Cast, sales: Calendar) -> None:
    first = newest_version(sales)
    assert edit(sales, MONDAY) == first
    second = edit(sales, MONDAY, by=acme.ada, closed=["2026-12-31"])
    assert (second.number, second.content["closed"]) == (2, ["2026-12-31"])
    assert second.content_hash != first.content_hash
    event = Event.objects.get(kind="calendar.changed")
    assert (event.subject_id, event.by_id, event.data["number"]) == (second.pk, acme.ada.pk, 2)


def test_a_change_decided_on_an_old_state_is_refused(acme: Cast, sales: Calendar) -> None:
    edit(sales, MONDAY, closed=["2026-12-31"])
    with pytest.raises(actions.CalendarChangedMeanwhile):
        actions.change_calendar(sales, content=content_of(sales, closed=[]), by=None, at=MONDAY, seen=1)
    assert newest_version(sales).content["closed"] == ["2026-12-31"]


def test_a_name_alone_moves_no_clock(acme: Cast, sales: Calendar) -> None:
    clock = hand_raiser(MONDAY)
    edit(sales, MONDAY, name="Vienna sales")
    sales.refresh_from_db()
    assert (sales.name, kinds_of(clock)) == ("Vienna sales", ["started"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "marketing HOURS"}, "/name"),
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"weekly": {}}, "/weekly"),
        ({"weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "/weekly/mon"),
        ({"closed": ["2026-02-30"]}, "/closed/0"),
        ({"closed": [f"{year}-01-{day:02}" for year in range(2000, 2090) for day in range(1, 29)]}, "/closed"),
        ({"exceptions": {"2026-12-24": [["9", "12"]]}}, "/exceptions/2026-12-24/0/0"),
        ({"holidays": {"2026-12-25": 7}}, "/holidays/2026-12-25"),
        ({"earlier": [{"until": "2026-01-01", "zone": "UTC", "weekly": {"mon": [["09:00", "10:00"]]}}]}, "/earlier"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_refuses_what_is_no_calendar(acme: Cast, sales: Calendar, changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        edit(sales, MONDAY, **changes)
    assert pointer in [error.pointer for error in refusal.value.errors]
    assert newest_version(sales).number == 1


# Weeks


def test_the_week_of_sales_is_the_agreements(acme: Cast, sales: Calendar) -> None:
    with pytest.raises(actions.HoursAreAgreed):
        edit(sales, MONDAY, weekly={"mon": [["08:00", "16:00"]]})
    assert newest_version(sales).number == 1


def test_the_boards_week_changes_from_today_on(acme: Cast) -> None:
    board = Calendar.objects.get(key="board")
    version = edit(board, vienna("2026-06-03 12:00"), by=acme.ada, weekly={"mon": [["08:00", "12:00"]]})
    assert version.content["weekly"] == {"mon": [["08:00", "12:00"]]}
    assert [entry["until"] for entry in version.content["earlier"]] == ["2026-06-03"]
    spec = parse_calendar(version.content)
    assert spec.windows_on(date(2026, 6, 2)) == ((540, 1020),)
    assert spec.windows_on(date(2026, 6, 3)) == ()
    # Taken back on the same day nothing is left of it.
    again = edit(board, vienna("2026-06-03 15:00"), weekly=newest_version(board).content["earlier"][0]["weekly"])
    assert "earlier" not in again.content


def concluded(acme: Cast, weekly: dict[str, Any], starts: str) -> AgreementVersion:
    """A version as it stands when both have signed it."""
    first = AgreementVersion.objects.get()
    hours = {"zone": "Europe/Vienna", "weekly": weekly}
    content = {**first.content, "hours": {**first.content["hours"], "sales": hours}}
    return AgreementVersion(number=2, content=content, starts_at=vienna(starts))


def test_agreed_hours_hold_from_the_first_day_of_their_version(acme: Cast, sales: Calendar) -> None:
    early = {day: [["07:00", "15:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    clock = make_clock("decision", at=vienna("2026-06-29 09:00"))
    assert clock.due_at == vienna("2026-07-01 17:00")
    version = concluded(acme, early, "2026-07-01 00:00")
    (changed,) = actions.apply_agreement_hours(version, by=None, at=vienna("2026-06-30 10:00"))
    clock.refresh_from_db()
    # 16 h in June as they were, 8 h on 1 July from seven.
    assert clock.due_at == vienna("2026-07-01 15:00")
    agree(clock)
    assert (changed.calendar.key, changed.number) == ("sales", 2)
    assert actions.apply_agreement_hours(version, by=None, at=vienna("2026-06-30 11:00")) == []


# Many clocks


def test_many_clocks_follow_in_a_job(acme: Cast, sales: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalculating, "AT_ONCE", 3)
    monkeypatch.setattr(recalculating, "BATCH", 2)
    late = make_clock("decision", at=vienna("2026-06-01 09:00"))
    actions.stop_clock(late.subject, "decision", at=vienna("2026-06-02 07:00"), by=None)
    clocks = [hand_raiser(vienna("2026-06-01 16:30") + timedelta(minutes=n)) for n in range(5)]
    at = vienna("2026-06-02 08:00")
    edit(sales, at, by=acme.ada, closed=["2026-06-02"])
    job = Job.objects.get(kind=recalculating.KIND)
    assert (job.total, job.by_id) == (6, acme.ada.pk)
    assert Event.objects.get(kind="calendar.changed").data["open_clocks"] == 5
    assert {Clock.objects.get(pk=clock.pk).due_at.day for clock in clocks} == {2}
    _finish(at)
    assert kinds_of(late) == ["started", "met", "calendar_changed_after_verdict"]
    for clock in clocks:
        agree(clock)
        assert clock.due_at.day == 3
        assert kinds_of(clock).count("recalculated") == 1


def _finish(at: datetime) -> None:
    """Run the job's steps inside the open scope."""
    while (job := Job.objects.filter(kind=recalculating.KIND, finished_at=None).first()) is not None:
        step = actions.follow_step(job, at)
        Job.objects.filter(pk=job.pk).update(
            cursor=step.cursor, done=step.done, state="done" if step.finished else "running",
            finished_at=at if step.finished else None,
        )  # fmt: skip


def test_a_clock_begun_on_the_old_version_follows_with_the_round(acme: Cast, sales: Calendar) -> None:
    old = newest_version(sales)
    edit(sales, vienna("2026-06-01 08:00"), closed=["2026-06-02"])
    straggler = hand_raiser(vienna("2026-06-01 16:30"))
    # As if its transaction had read the calendar before the change was committed.
    Clock.objects.filter(pk=straggler.pk).update(calendar_version=old, due_at=vienna("2026-06-02 09:30"))
    actions.follow_calendars(vienna("2026-06-01 16:40"))
    straggler.refresh_from_db()
    assert straggler.due_at == vienna("2026-06-03 09:30")


# Rules of zones


def test_case_28_new_rules_of_a_zone_date_open_clocks_anew(
    acme: Cast, sales: Calendar, caplog: pytest.LogCaptureFixture
) -> None:
    clock, closed = hand_raiser(vienna("2026-06-01 16:30")), hand_raiser(vienna("2026-06-01 16:30"))
    actions.stop_clock(closed.subject, "first_contact", at=vienna("2026-06-01 16:45"), by=None)
    # As the old rules had dated them: the zone an hour behind.
    hour = timedelta(hours=1)
    for row in (clock, closed):
        Clock.objects.filter(pk=row.pk).update(due_at=row.due_at + hour)
    Calendar.objects.filter(pk=sales.pk).update(zone_data="old rules")
    with caplog.at_level(logging.INFO):
        actions.follow_calendars(vienna("2026-06-01 17:00"))
    clock.refresh_from_db()
    sales.refresh_from_db()
    assert clock.due_at == vienna("2026-06-02 09:30")
    assert events_of(clock)[-1].data["reason"] == "zone_data"
    assert sales.zone_data != "old rules"
    assert "1 deadlines moved" in caplog.text
    assert kinds_of(closed) == ["started", "met"]
    closed.refresh_from_db()
    assert closed.due_at == vienna("2026-06-02 10:30")


def test_a_deadline_that_would_have_passed_by_new_rules_stays(acme: Cast, sales: Calendar) -> None:
    clock = hand_raiser(vienna("2026-06-01 16:30"))
    later = clock.due_at + timedelta(hours=1)
    Clock.objects.filter(pk=clock.pk).update(due_at=later, next_event_at=later)
    assert actions.rederive_clocks(sales, at=clock.due_at + timedelta(minutes=5)) == 0
    clock.refresh_from_db()
    assert (clock.due_at, kinds_of(clock)) == (later, ["started"])


def test_many_clocks_follow_new_rules_in_a_job(live_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in (("AT_ONCE", 3), ("BATCH", 2)):
        monkeypatch.setattr(rederiving, name, number)
    at, hour = vienna("2026-06-01 17:00"), timedelta(hours=1)
    with tenant_scope(live_cast.acme.pk):
        clocks = [hand_raiser(vienna("2026-06-01 16:30") + timedelta(minutes=n)) for n in range(5)]
        # As the old rules had dated them: the zone an hour behind.
        Clock.objects.update(due_at=F("due_at") + hour)
        Calendar.objects.filter(key="sales").update(zone_data="old rules")
        for _round in range(2):
            actions.follow_calendars(at)
        (job,) = Job.objects.filter(kind=rederiving.KIND)
        assert job.total == 5
        assert Calendar.objects.get(key="sales").zone_data == "old rules"
    run_jobs(organisation=live_cast.acme, at=at)
    with tenant_scope(live_cast.acme.pk):
        job.refresh_from_db()
        assert (job.state, job.done, job.result) == ("done", 5, {"moved": 5})
        assert {clock.pk: clock.due_at for clock in clocks} == dict(Clock.objects.values_list("pk", "due_at"))
        assert Calendar.objects.get(key="sales").zone_data == Calendar.objects.get(key="board").zone_data
        actions.follow_calendars(at + hour)
        assert Job.objects.filter(kind=rederiving.KIND).count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_the_command_dates_anew_at_once_and_says_how_many(live_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rederiving, "BATCH", 2)
    with tenant_scope(live_cast.acme.pk):
        # Due after the moment at which this test runs, and dated an hour late.
        clocks = [hand_raiser(vienna("2100-06-01 16:30")) for _n in range(3)]
        Clock.objects.update(due_at=F("due_at") + timedelta(hours=1))
        Calendar.objects.filter(key="sales").update(zone_data="old rules")
    said = StringIO()
    call_command("rederive_clocks", "--organisation", "acme", stdout=said)
    assert "Sales hours: 3 deadlines moved." in said.getvalue()
    with tenant_scope(live_cast.acme.pk):
        assert Calendar.objects.get(key="sales").zone_data != "old rules"
        assert set(Clock.objects.values_list("due_at", flat=True)) == {clocks[0].due_at}
    with pytest.raises(CommandError):
        call_command("rederive_clocks", "--organisation", "nobody")


# Holidays run out


def test_asks_once_for_the_next_years_holidays(acme: Cast, sales: Calendar, at: datetime) -> None:
    later = at.replace(year=2028)
    for moment in (at, later, later + timedelta(days=1)):
        actions.look_ahead_for_holidays(moment)
    asked = Event.objects.filter(kind="calendar.holidays_due", data__calendar=str(sales.pk))
    (event,) = asked
    assert event.data == {"calendar": str(sales.pk), "year": 2029, "source": "AT", "rows": 13}
    assert newest_version(sales).number == 1


def test_following_twice_does_nothing_twice(acme: Cast, sales: Calendar) -> None:
    before = parse_calendar(newest_version(sales).content)
    clock = hand_raiser(vienna("2026-06-01 16:30"))
    version = edit(sales, vienna("2026-06-01 17:00"), closed=["2026-06-02"])
    follow_calendar(version, before=before, by=None, at=vienna("2026-06-01 17:01"))
    assert kinds_of(clock) == ["started", "recalculated"]


def test_jobs_run_as_jobs_do(live_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalculating, "AT_ONCE", 1)
    at = vienna("2026-06-02 08:00")
    with tenant_scope(live_cast.acme.pk):
        clocks = [hand_raiser(vienna("2026-06-01 16:30")) for _n in range(3)]
        edit(Calendar.objects.get(key="sales"), at, closed=["2026-06-02"])
    run_jobs(organisation=live_cast.acme, at=at)
    with tenant_scope(live_cast.acme.pk):
        assert Job.objects.get(kind=recalculating.KIND).state == "done"
        assert {Clock.objects.get(pk=clock.pk).due_at for clock in clocks} == {vienna("2026-06-03 09:30")}
