"""Rounds and jobs: once each, for every organisation, with nothing lost when a worker dies."""

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from events.models import Event
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import tenant_scope
from tenants import jobs, rounds, work
from tenants.actions import JobFinished, cancel_job, start_job
from tenants.actions.jobs import RUN_JOBS
from tenants.models import Job, Membership, Round, Team
from tests.support import Cast, run_jobs

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

HOUR = timedelta(hours=1)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this test's rounds and jobs."""
    monkeypatch.setattr(rounds, "_rounds", {})
    monkeypatch.setattr(jobs, "_kinds", {})


def team(name: str) -> None:
    Team.objects.create(name=name, side="sales")


def names_of(organisation: Any) -> list[str]:
    with tenant_scope(organisation.pk):
        return list(Team.objects.order_by("name").values_list("name", flat=True))


def test_makes_each_round_once_per_interval_in_every_organisation(
    live_cast: Cast, at: datetime, registered: None
) -> None:
    rounds.register_round(rounds.Round("test.round", HOUR, lambda moment: team(f"{moment:%H:%M}")))
    assert work.plan_rounds(at=at) == 2
    assert work.plan_rounds(at=at) == 0
    for minutes in (0, 1, 59, 60, 61):
        work.make_rounds(at=at + timedelta(minutes=minutes))
    assert names_of(live_cast.acme) == ["09:00", "10:00"]
    assert names_of(live_cast.globex) == ["09:00", "10:00"]


def test_catches_up_with_one_round_after_an_outage(live_cast: Cast, at: datetime, registered: None) -> None:
    rounds.register_round(rounds.Round("test.round", HOUR, lambda moment: team(f"{moment:%d %H:%M}")))
    work.plan_rounds(at=at)
    work.make_rounds(at=at)
    work.make_rounds(at=at + timedelta(days=3))
    assert names_of(live_cast.acme) == ["02 09:00", "05 09:00"]


def test_a_failing_round_undoes_its_writes_and_is_tried_again_later(
    live_cast: Cast, at: datetime, registered: None
) -> None:
    def fail(moment: datetime) -> None:
        team(f"{moment:%H:%M:%S}")
        if moment < at + timedelta(seconds=15):
            raise ValueError("not yet")

    rounds.register_round(rounds.Round("test.round", HOUR, fail))
    work.plan_rounds(at=at)
    work.make_rounds(at=at)
    with tenant_scope(live_cast.acme.pk):
        row = Round.objects.get()
        assert (row.attempts, row.error, row.last_at) == (1, "ValueError: not yet", None)
    work.make_rounds(at=at + timedelta(seconds=10))
    assert names_of(live_cast.acme) == []
    work.make_rounds(at=at + timedelta(seconds=20))
    assert names_of(live_cast.acme) == ["09:00:20"]


def test_two_workers_make_a_round_once(live_cast: Cast, at: datetime, registered: None) -> None:
    barrier = Barrier(2)
    rounds.register_round(rounds.Round("test.round", HOUR, lambda moment: team(f"{moment:%H:%M}")))
    work.plan_rounds(at=at)
    made: list[int] = []

    def worker() -> None:
        barrier.wait()
        made.append(work.make_rounds(at=at))
        connections.close_all()

    threads = [Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 2
    assert names_of(live_cast.acme) == ["09:00"]


def count_to_three(job: Job, at: datetime) -> jobs.Step:
    number = job.cursor.get("number", 0) + 1
    team(f"step {number}")
    return jobs.Step({"number": number}, number, 3, number == 3, {"counted": number} if number == 3 else {})


def start(cast: Cast, at: datetime, by: Membership | None = None) -> Job:
    with tenant_scope(cast.acme.pk):
        return start_job(kind="test.count", params={}, by=by or cast.ada, at=at)


def test_runs_a_job_to_its_end_step_by_step(live_cast: Cast, at: datetime, registered: None) -> None:
    jobs.register_job(jobs.JobKind("test.count", count_to_three, "Counting"))
    job = start(live_cast, at)
    assert work.run_jobs(clock=lambda: at) == 1
    with tenant_scope(live_cast.acme.pk):
        job.refresh_from_db()
        assert (job.state, job.done, job.total, job.result) == ("done", 3, 3, {"counted": 3})
        assert job.percent == 100
        kinds = list(Event.objects.filter(subject_id=job.pk).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["job.started", "job.done"]
    assert names_of(live_cast.acme) == ["step 1", "step 2", "step 3"]
    assert work.run_jobs(clock=lambda: at) == 0


def test_what_is_not_finished_asks_for_its_next_turn_at_once(
    live_cast: Cast, at: datetime, registered: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(work, "nudge", asked.append)
    jobs.register_job(jobs.JobKind("test.count", count_to_three, "Counting"))
    start(live_cast, at)
    for turns in (1, 2, 2):
        assert work.run_jobs(clock=lambda: at, turn_seconds=0) == 1
        assert asked == [RUN_JOBS] * turns


def test_a_crash_between_steps_repeats_nothing(live_cast: Cast, at: datetime, registered: None) -> None:
    jobs.register_job(jobs.JobKind("test.count", count_to_three, "Counting"))
    job = start(live_cast, at)
    # A worker that leases it, does one step and dies.
    leased = next(work._lease(work.CLAIM_JOBS, at=at, limit=1))
    assert work.run_step(leased, at=at)
    assert work.run_jobs(clock=lambda: at + timedelta(seconds=60)) == 0
    assert work.run_jobs(clock=lambda: at + timedelta(seconds=100)) == 1
    assert names_of(live_cast.acme) == ["step 1", "step 2", "step 3"]
    with tenant_scope(live_cast.acme.pk):
        assert Job.objects.get(pk=job.pk).state == "done"


def test_a_refusal_ends_a_job_with_its_sentence(live_cast: Cast, at: datetime, registered: None) -> None:
    def refuse(job: Job, at: datetime) -> jobs.Step:
        team("half done")
        raise DomainError("This file has no rows.")

    jobs.register_job(jobs.JobKind("test.count", refuse, "Counting"))
    start(live_cast, at)
    work.run_jobs(clock=lambda: at)
    with tenant_scope(live_cast.acme.pk):
        job = Job.objects.get()
    assert (job.state, job.error) == ("failed", "This file has no rows.")
    assert names_of(live_cast.acme) == []


def test_an_error_is_tried_again_and_gives_up_at_the_fifth(live_cast: Cast, at: datetime, registered: None) -> None:
    def fail(job: Job, at: datetime) -> jobs.Step:
        raise OSError("disk full")

    jobs.register_job(jobs.JobKind("test.count", fail, "Counting"))
    start(live_cast, at)
    for hours in range(6):
        work.run_jobs(clock=lambda hours=hours: at + timedelta(hours=hours))  # type: ignore[misc]
    with tenant_scope(live_cast.acme.pk):
        job = Job.objects.get()
    assert (job.state, job.attempts, job.error) == ("failed", 5, "OSError: disk full")


def test_a_stopped_job_does_no_further_step(live_cast: Cast, at: datetime, registered: None) -> None:
    jobs.register_job(jobs.JobKind("test.count", count_to_three, "Counting"))
    job = start(live_cast, at)
    leased = next(work._lease(work.CLAIM_JOBS, at=at, limit=1))
    work.run_step(leased, at=at)
    with tenant_scope(live_cast.acme.pk):
        cancel_job(job, by=live_cast.ada, at=at)
        with pytest.raises(JobFinished):
            cancel_job(job, by=live_cast.ada, at=at)
    assert run_jobs(organisation=live_cast.acme, at=at) == 0
    assert names_of(live_cast.acme) == ["step 1"]


def test_the_page_shows_how_far_it_is_and_stops_asking_at_the_end(
    live_cast: Cast, at: datetime, registered: None, client_of: Any
) -> None:
    jobs.register_job(jobs.JobKind("test.count", count_to_three, "Counting"))
    job = start(live_cast, at)
    page = f"/o/{live_cast.acme.slug}/jobs/{job.pk}/"
    first = client_of(live_cast.ada).get(page, headers={"HX-Request": "true"})
    assert b"Counting" in first.content
    assert b"data-poll" in first.content
    assert run_jobs(organisation=live_cast.acme, at=at) == 1
    last = client_of(live_cast.ada).get(page)
    assert b"3 of 3" in last.content
    assert b'data-poll="2"' not in last.content
    assert client_of(live_cast.gus).get(page).status_code == 404
