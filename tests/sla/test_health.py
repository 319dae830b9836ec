"""The health of the engine: as a page, for clients, and for whoever watches the installation."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sla import actions
from sla.actions import sweep
from sla.models import Clock, Verification
from sla.queries.health import engine_health, sweep_standing
from smarketing.lib.scope import tenant_scope
from tenants.models import Job, Round
from tests.sla.support import make_clock, vienna
from tests.sla.test_timekeeping import Clocks
from tests.support import Cast, api_key, make_cast, run_jobs, signed_in

MONDAY = vienna("2026-01-12 09:00")
URL = "/o/acme/sla/health/"


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """The cast of January, inside acme's scope."""
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    with tenant_scope(cast.acme.pk):
        yield cast


@pytest.fixture
def people(db: None) -> Cast:
    """The cast of January; no scope is open."""
    return make_cast(at=vienna("2026-01-02 09:00"))


@pytest.fixture
def swept(transactional_db: None) -> Cast:
    """The cast, committed, on an installation that has just been swept."""
    cast = make_cast(at=vienna("2026-01-02 09:00"))
    sweep()
    return cast


committed = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


def shown(member: Any) -> str:
    return signed_in(member).get(URL).content.decode()


# What it counts


def test_counts_what_runs_and_what_waits_to_be_noticed(acme: Cast) -> None:
    early, late = make_clock("decision", at=MONDAY), make_clock("decision", at=MONDAY + timedelta(hours=3))
    Clock.objects.filter(pk=late.pk).update(state="paused", next_event_at=None, running_since=None)
    at = early.due_at + timedelta(hours=2)
    before = engine_health(at=MONDAY)
    assert (before.running, before.overdue, before.lag_seconds) == (1, 0, 0)
    waiting = engine_health(at=at)
    first_step = datetime.fromisoformat(early.warn_at[0])
    assert (waiting.overdue, waiting.oldest_overdue_at) == (1, first_step)
    assert waiting.lag_seconds == (at - first_step).total_seconds()
    assert not waiting.is_well
    actions.notice_due(at=at)
    noticed = engine_health(at=at)
    assert (noticed.running, noticed.overdue, noticed.found) == (0, 0, 1)
    assert noticed.slowest_found_seconds == 2 * 3600
    assert noticed.skipped_warnings == 3
    assert engine_health(at=at + timedelta(days=8)).skipped_warnings == 0


def test_another_organisations_clocks_are_not_counted(acme: Cast) -> None:
    make_clock("decision", at=MONDAY)
    assert engine_health(at=MONDAY).running == 1


def test_names_work_that_fails(acme: Cast) -> None:
    Round.objects.create(name="sla.months", next_at=MONDAY, attempts=3, error="ValueError: no")
    Job.objects.create(kind="leads.rescore", state="failed", created_at=MONDAY, finished_at=MONDAY, next_at=MONDAY)
    found = engine_health(at=MONDAY + timedelta(hours=1)).troubles
    assert [(trouble.name, trouble.attempts) for trouble in found] == [("sla.months", 3), ("leads.rescore", 0)]
    later = engine_health(at=MONDAY + timedelta(days=8)).troubles
    assert [trouble.name for trouble in later] == ["sla.months"]


def test_costs_the_same_number_of_queries_whatever_there_is(acme: Cast) -> None:
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            engine_health(at=MONDAY)
        counts.append(len(captured))
        for _number in range(5):
            make_clock("decision", at=MONDAY)
    # Sweep, overdue, running, lately found, skipped, newest check, rounds, failing rounds, failed jobs.
    assert counts == [9, 9]


@committed
@pytest.mark.parametrize(
    ("clocks", "state"),
    [
        (Clocks(at=MONDAY), "runs"),
        (Clocks(at=MONDAY - timedelta(seconds=15)), "runs"),
        (Clocks(at=MONDAY - timedelta(seconds=16)), "late"),
    ],
)
def test_a_silent_sweep_is_late(swept: Cast, clocks: Clocks, state: str) -> None:
    _forget_the_sweep()
    sweep(clocks=clocks)
    with tenant_scope(swept.acme.pk):
        assert sweep_standing(at=MONDAY).state == state


# The page


@committed
def test_all_is_well(swept: Cast) -> None:
    page = shown(swept.rita)
    assert "All is well." in page
    assert "not checked yet" in page


@committed
def test_nobody_has_looked_yet(swept: Cast) -> None:
    _forget_the_sweep()
    assert "has not looked yet" in shown(swept.ned)


@committed
@pytest.mark.parametrize(
    ("jump", "words"), [(timedelta(days=30), "jumped ahead by"), (-timedelta(hours=2), "went back by")]
)
def test_a_hold_is_said_loud_and_what_to_do_about_it(swept: Cast, jump: timedelta, words: str) -> None:
    clocks = Clocks(at=vienna("2027-01-12 09:00"))
    _forget_the_sweep()
    sweep(clocks=clocks)
    sweep(clocks=clocks.pass_by(timedelta(seconds=1), jump=jump))
    page = shown(swept.marc)
    assert "has stopped itself" in page
    assert words in page


@committed
def test_a_check_is_started_and_its_differences_are_shown(swept: Cast) -> None:
    with tenant_scope(swept.acme.pk):
        clock = make_clock("decision", at=MONDAY)
        Clock.objects.filter(pk=clock.pk).update(used_seconds=17)
    client = signed_in(swept.sina)
    started = client.post(f"{URL}check/")
    assert (started.status_code, started["Location"]) == (302, URL)
    assert "Compare the clocks with their events" in client.get(URL).content.decode()
    # A second press shows the one that is open.
    client.post(f"{URL}check/")
    run_jobs(organisation=swept.acme, at=MONDAY)
    page = client.get(URL).content.decode()
    assert str(clock.pk) in page
    assert "used_seconds" in page
    with tenant_scope(swept.acme.pk):
        assert Verification.objects.count() == 1


def test_a_poll_gets_the_figures_only(people: Cast) -> None:
    client = signed_in(people.ada)
    part = client.get(URL, headers={"HX-Request": "true", "HX-Target": "engine"}).content.decode()
    assert part.lstrip().startswith('<div class="sm-stack" id="engine"')


def test_who_may_look_and_who_may_start(people: Cast) -> None:
    allowed = {"marc", "sina", "rita", "ada"}
    for name, member in people.people().items():
        client = signed_in(member)
        assert client.get(URL).status_code == (200 if name in {*allowed, "ned"} else 403), name
        assert client.post(f"{URL}check/").status_code == (302 if name in allowed else 403), name
    assert signed_in(people.gus).get(URL).status_code == 404


def test_only_one_entry_of_the_navigation_is_marked(people: Cast) -> None:
    client = signed_in(people.rita)
    assert client.get(URL).content.decode().count('aria-current="page"') == client.get(
        "/o/acme/sla/"
    ).content.decode().count('aria-current="page"')


# For clients and for whoever watches


@committed
def test_a_client_reads_the_same(swept: Cast) -> None:
    with tenant_scope(swept.acme.pk):
        make_clock("decision", at=MONDAY)
    headers = api_key(swept.ned, "sla:read", at=MONDAY)
    answer = Client().get("/api/v1/sla/health", headers=headers)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["sweep"]["state"], found["running_clocks"], found["last_check"]) == ("runs", 1, None)
    forbidden = api_key(swept.sam, "sla:read", at=MONDAY)
    assert Client().get("/api/v1/sla/health", headers=forbidden).status_code == 403


@committed
def test_whoever_watches_is_told_of_a_held_sweep_and_the_pages_go_on(swept: Cast) -> None:
    well = Client().get("/healthz?watch=sweep")
    assert (well.status_code, well.json()["sweep"]) == (200, "runs")
    clocks = Clocks(at=vienna("2027-01-12 09:00"))
    _forget_the_sweep()
    sweep(clocks=clocks)
    sweep(clocks=clocks.pass_by(timedelta(seconds=1), jump=timedelta(days=1)))
    assert (Client().get("/healthz").status_code, Client().get("/healthz?watch=sweep").status_code) == (200, 503)
    assert Client().get("/healthz").json()["sweep"] == "held"


def _forget_the_sweep() -> None:
    with connections["sweeper"].cursor() as cursor:
        cursor.execute("update sla_sweep set at = null, booted = '{}'")
