"""The agreed cases by number, through the real actions and the real sweep; and that none of the 31 is missing.

Cases about one thing that can happen are tested where that thing is (excuses, merging, calendars, evidence); here
are those that no other module runs from the start to the verdict.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from leads.actions import log_attempt, take_in
from leads.models import Attempt, Handover
from sla import actions, queries
from sla.actions import sweep_batch
from sla.business_time import DurationInvalid, standard_calendar
from sla.models import AgreementVersion, CalendarVersion, Clock, Subject
from sla.queries.verifying import differences_in
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import captured, clock_of, make_handover
from tests.sla.agreements import make_draft, make_signed
from tests.sla.calendars import HOLIDAYS_2026, WEEK
from tests.sla.support import ZONE, kinds_of, make_subject, vienna
from tests.support import Cast, make_cast

INSTANT = timedelta.resolution
ALL = {key: [["00:00", "24:00"]] for key in WEEK}
NIGHTS = {key: [["22:00", "06:00"]] for key in WEEK[:5]}

CALENDARS: dict[str, dict[str, Any]] = {
    "STD": {},
    "24x7": {"weekly": ALL, "holidays": {}},
    "nights": {"weekly": NIGHTS},
    "nights cut": {"weekly": NIGHTS, "holiday_cuts_night_shift": True},
    "all nights": {"weekly": {key: [["22:00", "06:00"]] for key in WEEK}},
    "sunday early": {"weekly": {"sun": [["02:30", "06:00"]]}},
    "christmas eve": {"exceptions": {"2026-12-24": [["09:00", "12:00"]]}},
    "new year": {"closed": [(date(2026, 12, 24) + timedelta(days=n)).isoformat() for n in range(10)]},
    "New York": {"zone": "America/New_York", "holidays": {}},
}


@dataclass(frozen=True)
class Case:
    """A promise on a calendar, when it begins and when it must be due; local times in Vienna."""

    number: str
    calendar: str
    start: str
    amount: int
    unit: str
    due: str


HOURS, ELAPSED, DAYS = "business_hours", "elapsed_hours", "business_days"
CASES = [
    Case("1", "STD", "2026-03-27 16:00", 8, HOURS, "2026-03-30 16:00"),
    Case("2", "STD", "2026-10-23 16:00", 8, HOURS, "2026-10-27 16:00"),
    Case("3 spring", "24x7", "2026-03-28 12:00", 24, HOURS, "2026-03-29 13:00"),
    Case("3 autumn", "24x7", "2026-10-24 12:00", 24, HOURS, "2026-10-25 11:00"),
    Case("3 elapsed", "STD", "2026-03-28 12:00", 24, ELAPSED, "2026-03-29 13:00"),
    Case("4a", "24x7", "2026-10-25 02:30+02:00", 1, HOURS, "2026-10-25 02:30+01:00"),
    Case("4b", "sunday early", "2026-03-28 12:00", 1, HOURS, "2026-03-29 04:30"),
    Case("5a", "nights", "2026-01-12 22:30", 4, HOURS, "2026-01-13 02:30"),
    Case("5b", "nights", "2026-01-13 01:00", 2, HOURS, "2026-01-13 03:00"),
    Case("5c", "nights", "2026-01-10 01:00", 2, HOURS, "2026-01-10 03:00"),
    Case("5d spring", "all nights", "2026-03-28 18:00", 7, HOURS, "2026-03-29 06:00"),
    Case("5d autumn", "all nights", "2026-10-24 18:00", 9, HOURS, "2026-10-25 06:00"),
    Case("5 holiday", "nights", "2026-01-05 20:00", 8, HOURS, "2026-01-06 06:00"),
    Case("5 holiday cuts", "nights cut", "2026-01-05 20:00", 2, HOURS, "2026-01-06 00:00"),
    Case("6", "STD", "2026-01-10 18:00", 1, HOURS, "2026-01-12 10:00"),
    Case("7a", "STD", "2026-01-09 17:00", 1, HOURS, "2026-01-12 10:00"),
    Case("7b", "STD", "2026-01-08 09:00", 8, HOURS, "2026-01-08 17:00"),
    Case("8", "christmas eve", "2026-12-24 11:00", 2, HOURS, "2026-12-28 10:00"),
    Case("10 before the pause", "STD", "2026-01-08 10:00", 8, HOURS, "2026-01-09 10:00"),
    Case("19", "STD", "2026-01-09 15:00", 8, HOURS, "2026-01-12 15:00"),
    Case("21 elapsed", "STD", "2026-01-09 15:00", 24, ELAPSED, "2026-01-10 15:00"),
    Case("21 hours", "STD", "2026-01-09 15:00", 24, HOURS, "2026-01-14 15:00"),
    Case("21 day", "STD", "2026-01-09 15:00", 1, DAYS, "2026-01-12 15:00"),
    Case("21 day from Saturday", "STD", "2026-01-10 15:00", 1, DAYS, "2026-01-13 09:00"),
    Case("29", "new year", "2026-12-23 16:00", 2, HOURS, "2027-01-04 10:00"),
    Case("31 winter", "New York", "2026-03-09 17:30", 1, HOURS, "2026-03-09 18:30"),
    Case("31 summer", "New York", "2026-03-30 17:30", 1, HOURS, "2026-03-30 18:30"),
]


def moment(text: str) -> datetime:
    """A local time in Vienna; a repeated hour says which one it means."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else vienna(text)


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """The cast of January, inside acme's scope."""
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    with tenant_scope(cast.acme.pk):
        yield cast


def open_calendars() -> dict[str, str]:
    """Open every calendar of the cases by the real action; return their keys by name."""
    at = vienna("2026-01-02 09:00")
    opened: dict[str, str] = {}
    for name, changes in CALENDARS.items():
        content = {**standard_calendar(name, ZONE, HOLIDAYS_2026), **changes}
        opened[name] = actions.open_calendar(content=content, by=None, at=at).calendar.key
    return opened


def promise(amount: int, unit: str, calendar: str) -> AgreementVersion:
    """The agreement in force, read as if it promised a decision so."""
    version = AgreementVersion.objects.get(number=1)
    terms = next(terms for terms in version.content["commitments"] if terms["key"] == "decision")
    terms |= {"amount": amount, "unit": unit, "calendar": calendar}
    return version


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_each_deadline_is_right_to_the_second_and_swept_the_moment_it_is_over(transactional_db: None) -> None:
    """Started by the action, still running at its deadline, breached an instant later and dated at it."""
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    clocks: dict[str, Clock] = {}
    with tenant_scope(cast.acme.pk):
        keys = open_calendars()
        for case in CASES:
            version = promise(case.amount, case.unit, keys[case.calendar])
            subject = make_subject(at=moment(case.start), version=version, owner=cast.sam)
            clocks[case.number] = actions.start_clock(subject, "decision", at=moment(case.start))
    assert {case.number: clocks[case.number].due_at for case in CASES} == {c.number: moment(c.due) for c in CASES}
    for due_at in sorted({moment(case.due) for case in CASES}):
        due = [clocks[case.number].pk for case in CASES if moment(case.due) == due_at]
        assert _swept(cast, due, at=due_at) == {("running", None)}
        assert _swept(cast, due, at=due_at + INSTANT) == {("breached", due_at)}
    with tenant_scope(cast.acme.pk):
        assert differences_in(list(Clock.objects.all()), at=vienna("2027-02-01 09:00")) == []


def _swept(cast: Cast, due: list[Any], *, at: datetime) -> set[tuple[str, datetime | None]]:
    sweep_batch(at=at)
    with tenant_scope(cast.acme.pk):
        return set(Clock.objects.filter(pk__in=due).values_list("state", "breached_at"))


@pytest.mark.parametrize(("second", "state"), [(0, "met"), (1, "breached")])
def test_case_7c_a_contact_on_the_second_is_in_time(acme: Cast, second: int, state: str) -> None:
    start = vienna("2026-01-08 09:00")
    subject = make_subject(at=start, version=promise(8, HOURS, "sales"), owner=acme.sam)
    actions.start_clock(subject, "decision", at=start)
    at = vienna("2026-01-08 17:00") + timedelta(seconds=second)
    clock = actions.stop_clock(subject, "decision", at=at, by=acme.sam)
    assert clock is not None
    assert clock.state == state


def test_case_13_the_time_is_each_owners_own(acme: Cast) -> None:
    start = vienna("2026-01-12 09:00")
    subject = make_subject(at=start, version=promise(8, HOURS, "sales"), owner=acme.sam)
    clock = actions.start_clock(subject, "decision", at=start)
    actions.reassign_clocks(subject, owner=acme.sina, at=vienna("2026-01-12 15:00"), by=acme.sina)
    clock.refresh_from_db()
    assert clock.due_at == vienna("2026-01-12 17:00")
    course = queries.clock_history(clock)
    assert course.state(at=clock.due_at).used_now_seconds == 8 * 3600
    assert differences_in([clock], at=clock.due_at) == []


def test_case_14_each_lead_keeps_the_version_it_was_sent_under(acme: Cast) -> None:
    at = vienna("2026-01-05 09:00")
    first = AgreementVersion.objects.get()

    def four_hours(version: AgreementVersion) -> list[dict[str, Any]]:
        return [
            {**terms, "amount": 4} if terms["key"] == "decision" and not terms.get("tiers") else terms
            for terms in version.content["commitments"]
        ]

    second = make_signed(acme, at=at, starts_on=date(2026, 2, 1), commitments=four_hours(first))
    old, new = vienna("2026-01-30 15:00"), vienna("2026-02-02 09:00")
    before, after = queries.agreement_in_force(at=old), queries.agreement_in_force(at=new)
    assert (before, after) == (first, second)
    promised = next(terms for terms in first.content["commitments"] if terms["key"] == "decision")["amount"]
    leads = {}
    for start, version in ((old, promise_of(first, 8)), (new, second)):
        subject = make_subject(at=start, version=version, owner=acme.sam)
        leads[start] = actions.start_clock(subject, "decision", at=start)
    assert promised == 24
    assert leads[old].due_at == vienna("2026-02-02 15:00")
    assert leads[new].due_at == vienna("2026-02-02 13:00")
    january = {"first": date(2026, 1, 1), "last": date(2026, 1, 31), "zone": ZONE}
    report = queries.kept_between(**january, at=vienna("2026-02-01 09:00"))
    assert queries.kept_between(**january, at=vienna("2026-03-01 09:00")) == report


def promise_of(version: AgreementVersion, hours: int) -> AgreementVersion:
    """The same version, read as if it promised a decision within so many business hours."""
    read = AgreementVersion.objects.get(pk=version.pk)
    next(terms for terms in read.content["commitments"] if terms["key"] == "decision")["amount"] = hours
    return read


@pytest.fixture
def three_attempts(acme: Cast) -> Cast:
    """An agreement on three attempts in five business days from February on: the case, four weeks later."""
    content = AgreementVersion.objects.get().content["commitments"]
    changed = [
        {**terms, "amount": 5, "count": 3, "spacing_amount": 4} if terms["key"] == "attempts" else terms
        for terms in content
    ]
    make_signed(acme, at=vienna("2026-01-05 09:00"), starts_on=date(2026, 2, 1), commitments=changed)
    return acme


def call(handover: Handover, cast: Cast, *texts: str, outcome: str = "no_answer") -> None:
    for text in texts:
        log_attempt(handover, channel="call", outcome=outcome, by=cast.sam, at=vienna(text))


CALLS = ("2026-02-09 15:00", "2026-02-09 15:05", "2026-02-10 11:00")


def test_case_20_attempts_count_apart_and_by_hand(three_attempts: Cast) -> None:
    handover = make_handover(by=three_attempts.mara, at=vienna("2026-02-09 10:00"))
    call(handover, three_attempts, *CALLS)
    mail_at = vienna("2026-02-11 10:00")
    log_attempt(handover, channel="email", outcome="left_message", by=None, at=mail_at, automatic=True)
    assert clock_of(handover, "attempts").state == "running"
    call(handover, three_attempts, "2026-02-12 09:00")
    clock = clock_of(handover, "attempts")
    assert (clock.state, clock.stopped_at) == ("met", vienna("2026-02-12 09:00"))
    judged = Attempt.objects.order_by("occurred_at").values_list("not_counted_because", flat=True)
    assert list(judged) == ["", "too_soon", "", "automatic", ""]


def test_case_20_without_the_third_attempt_it_is_breached_on_monday(three_attempts: Cast) -> None:
    handover = make_handover(by=three_attempts.mara, at=vienna("2026-02-09 10:00"))
    call(handover, three_attempts, *CALLS)
    actions.notice_due(at=vienna("2026-02-16 10:00") + INSTANT)
    clock = clock_of(handover, "attempts")
    assert (clock.state, clock.breached_at) == ("breached", vienna("2026-02-16 10:00"))


def test_case_20_a_person_reached_waives_the_rest(three_attempts: Cast) -> None:
    handover = make_handover(by=three_attempts.mara, at=vienna("2026-02-09 10:00"))
    call(handover, three_attempts, *CALLS)
    call(handover, three_attempts, "2026-02-10 11:30", outcome="reached")
    clock = clock_of(handover, "attempts")
    assert (clock.state, clock.breached_at) == ("waived", None)


@pytest.mark.parametrize(
    ("zone", "month"), [("Europe/Vienna", date(2026, 2, 1)), ("America/New_York", date(2026, 1, 1))]
)
@pytest.mark.django_db(transaction=True)
def test_case_22_the_month_of_a_handover_is_stored_and_stays(
    transactional_db: None, services: Any, zone: str, month: date
) -> None:
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    with tenant_scope(cast.acme.pk):
        subject = make_subject(at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC), zone=zone)
    assert subject.counted_month == month
    connection = psycopg2.connect(services.url("admin"))
    with connection, connection.cursor() as cursor:
        cursor.execute("update tenants_organisation set zone = 'Asia/Tokyo'")
    connection.close()
    with tenant_scope(cast.acme.pk):
        assert Subject.objects.get(pk=subject.pk).counted_month == month


def test_case_23_handed_over_again_the_old_verdict_stays(acme: Cast) -> None:
    start, again = vienna("2026-01-12 09:00"), vienna("2026-02-09 09:00")
    first = actions.start_clock(make_subject(at=start, version=promise(8, HOURS, "sales")), "decision", at=start)
    actions.notice_due(at=vienna("2026-01-13 09:00"))
    before = Clock.objects.values().get(pk=first.pk)
    second = actions.start_clock(make_subject(at=again, version=promise(8, HOURS, "sales")), "decision", at=again)
    actions.stop_clock(second.subject, "decision", at=again + timedelta(hours=1), by=None)
    assert Clock.objects.values().get(pk=first.pk) == before
    assert (before["state"], second.due_at) == ("breached", vienna("2026-02-09 17:00"))


def test_case_25_an_old_leads_clock_begins_at_its_handover(acme: Cast) -> None:
    imported_at, sent_at = vienna("2026-01-05 09:00"), vienna("2026-03-02 10:00")
    take_in(captured(), at=imported_at)
    handover = make_handover(by=acme.mara, at=sent_at)
    clock = clock_of(handover, "decision")
    assert (clock.started_at, clock.used_seconds) == (sent_at, 0)
    assert clock.due_at > sent_at


def test_case_26_a_calendar_without_working_time_is_refused(acme: Cast) -> None:
    before = CalendarVersion.objects.count()
    empty = {**standard_calendar("Never", ZONE), "weekly": {"mon": []}}
    with pytest.raises(InvalidInput) as refusal:
        actions.open_calendar(content=empty, by=acme.ada, at=vienna("2026-01-05 09:00"))
    assert [fault.code for fault in refusal.value.errors] == ["no_working_time"]
    assert CalendarVersion.objects.count() == before


@pytest.mark.parametrize("amount", [0, -8])
def test_case_27_a_promise_of_nothing_is_refused_where_it_is_written_and_where_it_would_run(
    acme: Cast, amount: int
) -> None:
    at = vienna("2026-01-05 09:00")
    content = AgreementVersion.objects.get().content["commitments"]
    changed = [{**terms, "amount": amount} if terms["key"] == "decision" else terms for terms in content]
    with pytest.raises(InvalidInput):
        make_draft(acme, at=at, commitments=changed)
    subject = make_subject(at=at, version=promise(amount, HOURS, "sales"))
    with pytest.raises(DurationInvalid):
        actions.start_clock(subject, "decision", at=at)
    assert not Clock.objects.exists()


def test_case_17_a_second_look_at_the_same_moment_adds_nothing(acme: Cast) -> None:
    clock = actions.start_clock(make_subject(at=vienna("2026-01-12 09:00")), "decision", at=vienna("2026-01-12 09:00"))
    for _tick in range(3):
        actions.notice_due(at=clock.due_at + INSTANT)
    assert kinds_of(clock).count("breached") == 1


def test_none_of_the_thirty_one_cases_is_missing() -> None:
    """Each number stands in the name of a test or of a row; rows of the table above count by their number."""
    found = {int(re.match(r"\d+", case.number)[0]) for case in CASES}  # type: ignore[index]
    for module in Path(__file__).parent.glob("test_*.py"):
        text = module.read_text(encoding="utf-8")
        numbers = re.findall(r"def test_case_(\d+)[a-z]?_", text) + re.findall(r"number=\"(\d+)[a-z]*\b", text)
        found |= {int(number) for number in numbers}
    assert set(range(1, 32)) - found == set()
