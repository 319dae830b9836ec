"""The worker that adds figures up: marks, twins, failures, whose turn it is, and the nightly check."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from dashboards import rollups
from dashboards.models import Counted, Rollup, Slice
from dashboards.queries import Cut, Direct, Rolled, month_figures, source_of
from dashboards.rollups import check_some_day, fold, fold_due, plan_rollups, step
from dashboards.rollups.counting import count_subjects
from events.models import Event
from leads.actions import accept_handover, merge_leads
from leads.actions.campaigns import create_campaign
from leads.capture import Attribution, Touch
from leads.models import Handover, Lead
from leads.queries.cohorts import CohortCut, cohort_handovers
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover
from tests.support import Cast

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

ZONE = "Europe/Vienna"
MARCH = Cut(date(2026, 3, 1))
HOUR = timedelta(hours=1)


@pytest.fixture
def counted(live_cast: Cast, at: datetime) -> Cast:
    """The cast, in organisations whose figures are added up."""
    plan_rollups(at=at)
    for organisation in (live_cast.acme, live_cast.globex):
        fold(organisation.pk, at=at)
    return live_cast


def send(cast: Cast, at: datetime, *numbers: int, **changes: Any) -> list[Handover]:
    with tenant_scope(cast.acme.pk):
        return [make_handover(by=cast.mara, at=at, email=f"p{number}@example.com", **changes) for number in numbers]


def sent_so_far(cast: Cast, dimension: str = "all", key: str = "") -> int:
    """What the slices alone say, without the tail."""
    with tenant_scope(cast.acme.pk):
        rows = Slice.objects.filter(dimension=dimension, key=key, part="").values_list("figures", flat=True)
        return sum(n for figures in rows for n, _amount in figures.get("decision", {}).values())


def source(cast: Cast, at: datetime, cut: Cut = MARCH) -> Any:
    with tenant_scope(cast.acme.pk):
        return source_of(cut, at=at, zone=ZONE)


def state(cast: Cast) -> Rollup:
    with tenant_scope(cast.acme.pk):
        return Rollup.objects.get()


# What a page reads


def test_a_page_adds_what_the_worker_has_not_counted_yet(counted: Cast, at: datetime) -> None:
    send(counted, at, 1, 2)
    assert sent_so_far(counted) == 0
    found = source(counted, at)
    assert isinstance(found, Rolled)
    assert found.cohorts()[MARCH.month].decisions.pending == 2
    fold(counted.acme.pk, at=at)
    assert sent_so_far(counted) == 2
    assert source(counted, at).cohorts()[MARCH.month].decisions.pending == 2


def test_before_the_first_count_pages_read_the_rows(live_cast: Cast, at: datetime) -> None:
    send(live_cast, at, 1)
    assert isinstance(source(live_cast, at), Direct)
    plan_rollups(at=at)
    assert isinstance(source(live_cast, at), Direct)
    fold(live_cast.acme.pk, at=at)
    assert isinstance(source(live_cast, at), Rolled)


def test_a_persons_part_of_a_campaign_is_read_from_the_rows(counted: Cast, at: datetime) -> None:
    of_tier = Cut(MARCH.month, "standard", counted.sam.pk)
    assert isinstance(source(counted, at, of_tier), Rolled)
    assert isinstance(source(counted, at, replace(of_tier, campaign=uuid4())), Direct)


def test_a_merged_handover_counts_once_as_in_the_list_behind_it(counted: Cast, at: datetime) -> None:
    one, other = send(counted, at, 1, 2)
    with tenant_scope(counted.acme.pk):
        merge_leads(*Lead.objects.filter(pk__in=[one.lead_id, other.lead_id]), by=counted.mara, at=at + HOUR)
    fold(counted.acme.pk, at=at + HOUR)
    with tenant_scope(counted.acme.pk):
        figures = month_figures(MARCH, at=at + HOUR, zone=ZONE)
        assert figures.cohort.decisions.sent == cohort_handovers(CohortCut(MARCH.month)).count() == 1
        assert Direct(MARCH, at + HOUR, ZONE).cohorts() == figures.cohorts


def test_a_campaign_that_is_found_later_takes_its_handovers_along(counted: Cast, at: datetime) -> None:
    visit = Attribution(first=Touch(source="linkedin", campaign="spring"))
    send(counted, at, 1, 2, attribution=visit)
    send(counted, at, 3)
    fold(counted.acme.pk, at=at)
    assert sent_so_far(counted, "campaign") == 3
    with tenant_scope(counted.acme.pk):
        campaign = create_campaign(name="Spring", utm="spring", by=counted.ada, at=at + HOUR)
    fold(counted.acme.pk, at=at + HOUR)
    assert sent_so_far(counted, "campaign") == 1
    assert sent_so_far(counted, "campaign", str(campaign.pk)) == 2
    assert sent_so_far(counted, "source", "linkedin") == 2


# Marks


@contextmanager
def slow_transaction(cast: Cast) -> Iterator[Any]:
    """A transaction that had its number before the others and commits after them."""
    slow = psycopg2.connect(**connection.get_connection_params())
    with slow.cursor() as cursor:
        cursor.execute("select set_config('app.tenant_id', %s, true)", [str(cast.acme.pk)])
        cursor.execute("select pg_current_xact_id()")
    try:
        yield slow
    finally:
        slow.close()


def accept_slowly(slow: Any, handover: Handover, at: datetime) -> None:
    with slow.cursor() as cursor:
        cursor.execute(
            "update leads_handover set decision = 'accepted', decided_at = %s where id = %s", [at, str(handover.pk)]
        )
        cursor.execute(
            "insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, via, at, data)"
            " values (current_setting('app.tenant_id')::bigint, 'handover.accepted', 'handover', %s, %s, 'web', %s,"
            " '{}')",
            [str(handover.pk), str(handover.lead_id), at],
        )
    slow.commit()


def test_what_commits_late_is_not_passed_over(counted: Cast, at: datetime) -> None:
    (late,) = send(counted, at, 1)
    with slow_transaction(counted) as slow:
        send(counted, at, 2)
        fold(counted.acme.pk, at=at)
        accept_slowly(slow, late, at)
    fold(counted.acme.pk, at=at)
    decisions = source(counted, at).cohorts()[MARCH.month].decisions
    assert (decisions.accepted, decisions.pending) == (1, 1)


def test_a_mark_at_the_newest_event_would_pass_over_it(counted: Cast, at: datetime) -> None:
    (late,) = send(counted, at, 1)
    with slow_transaction(counted) as slow:
        send(counted, at, 2)
        fold(counted.acme.pk, at=at)
        with tenant_scope(counted.acme.pk):
            newest = Event.objects.order_by("-txid").values_list("txid", flat=True).first()
            assert newest is not None
            Rollup.objects.update(horizon=newest + 1)
        accept_slowly(slow, late, at)
    assert source(counted, at).cohorts()[MARCH.month].decisions.accepted == 0


def test_a_step_that_dies_has_done_nothing(counted: Cast, at: datetime) -> None:
    send(counted, at, 1)
    before = state(counted).horizon
    with pytest.raises(ZeroDivisionError), tenant_scope(counted.acme.pk):
        step(at=at)
        raise ZeroDivisionError
    assert (sent_so_far(counted), state(counted).horizon) == (0, before)
    fold(counted.acme.pk, at=at)
    assert sent_so_far(counted) == 1


def test_many_subjects_are_counted_in_steps_that_go_on_where_they_stopped(counted: Cast, at: datetime) -> None:
    send(counted, at, 1, 2, 3, 4, 5)
    with tenant_scope(counted.acme.pk):
        before = Rollup.objects.get().horizon
        assert step(at=at, limit=2) == rollups.folding.Stood(more=True, changed=2)
    assert (sent_so_far(counted), state(counted).horizon) == (2, before)
    # A page in between adds the rest.
    assert source(counted, at).cohorts()[MARCH.month].decisions.pending == 5
    fold(counted.acme.pk, at=at)
    assert sent_so_far(counted) == 5
    assert state(counted).cursor is None


def test_counting_again_what_was_counted_changes_nothing(counted: Cast, at: datetime) -> None:
    sent = send(counted, at, 1, 2)
    fold(counted.acme.pk, at=at)
    with tenant_scope(counted.acme.pk):
        revision = Rollup.objects.get().revision
        Rollup.objects.update(horizon=0)
        assert count_subjects([handover.subject_id for handover in sent], zone=ZONE) == 0
    assert fold(counted.acme.pk, at=at) == 0
    assert (sent_so_far(counted), state(counted).revision) == (2, revision)


# Twins


def both_at_once(work: Any) -> None:
    barrier = threading.Barrier(2)

    def run() -> None:
        try:
            work(barrier)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_workers_add_a_difference_once(counted: Cast, at: datetime) -> None:
    send(counted, at, 1, 2, 3)

    def work(barrier: threading.Barrier) -> None:
        with tenant_scope(counted.acme.pk):
            barrier.wait()
            step(at=at)

    both_at_once(work)
    assert sent_so_far(counted) == 3


def test_without_the_rows_lock_two_would_add_it_twice(counted: Cast, at: datetime) -> None:
    subjects = [handover.subject_id for handover in send(counted, at, 1, 2, 3)]
    counts = rollups.counting

    turns = threading.Lock()

    def work(barrier: threading.Barrier) -> None:
        with tenant_scope(counted.acme.pk):
            # As count_subjects does, with both having read before either writes.
            found = counts.differing(subjects, zone=ZONE)
        barrier.wait()
        with turns, tenant_scope(counted.acme.pk):
            delta = rollups.parts.Delta()
            for before, after in found.values():
                delta.replace(before, after)
            counts.add(delta)

    both_at_once(work)
    assert sent_so_far(counted) == 6


# Whose turn it is


def due(at: datetime) -> int:
    return fold_due(at=at)


def test_only_who_has_something_new_is_looked_at(counted: Cast, at: datetime) -> None:
    with tenant_scope(counted.globex.pk):
        Rollup.objects.update(next_at=at + HOUR)
    due(at)
    assert due(at) == 0
    send(counted, at, 1)
    assert due(at) == 1
    assert sent_so_far(counted) == 1
    assert due(at) == 0
    # What moves no clock is found within the minute.
    assert due(at + timedelta(seconds=61)) == 1


def test_one_organisations_trouble_does_not_stop_the_others(counted: Cast, at: datetime) -> None:
    send(counted, at, 1)
    with tenant_scope(counted.globex.pk):
        make_handover(by=None, at=at)
        # Something that cannot be read back.
        subject = Handover.objects.get().subject_id
        Counted.objects.create(subject_id=subject, by=["no such form"], parts=[["x"]])
    due(at + timedelta(seconds=61))
    assert sent_so_far(counted) == 1
    with tenant_scope(counted.globex.pk):
        row = Rollup.objects.get()
    assert row.attempts == 1
    assert "Error" in row.error
    assert row.next_at > at + timedelta(seconds=61)


def test_another_zone_counts_everything_anew(counted: Cast, at: datetime) -> None:
    late = datetime(2026, 3, 31, 22, 30, tzinfo=at.tzinfo)
    send(counted, at, 1)
    fold(counted.acme.pk, at=at)
    with tenant_scope(counted.acme.pk):
        Rollup.objects.update(zone="Asia/Tokyo")
    assert isinstance(source(counted, late), Direct)
    assert fold(counted.acme.pk, at=late) == 1
    assert state(counted).zone == ZONE
    assert sent_so_far(counted) == 1


def test_the_mark_is_never_ahead_of_an_open_transaction(counted: Cast, at: datetime) -> None:
    with slow_transaction(counted) as slow, slow.cursor() as asking, tenant_scope(counted.acme.pk):
        asking.execute("select pg_current_xact_id()::text::bigint")
        ((its_number,),) = asking.fetchall()
        step(at=at)
        assert Rollup.objects.get().horizon <= its_number


def test_a_command_for_nobody_says_so(counted: Cast) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("rebuild_rollups", organisation="nowhere")


def test_the_command_rebuilds_every_organisation(counted: Cast, at: datetime, capsys: Any) -> None:
    send(counted, at, 1)
    call_command("rebuild_rollups")
    assert sent_so_far(counted) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2


# The nightly check


def check(cast: Cast, at: datetime) -> Rollup:
    with tenant_scope(cast.acme.pk):
        check_some_day(at)
        return Rollup.objects.get()


def test_a_night_finds_nothing_to_mend(counted: Cast, at: datetime) -> None:
    sent = send(counted, at, 1, 2)
    fold(counted.acme.pk, at=at)
    with tenant_scope(counted.acme.pk):
        accept_handover(Handover.objects.select_related("lead", "subject", "version").get(pk=sent[0].pk),
                        by=counted.sam, at=at + HOUR)  # fmt: skip
    row = check(counted, at + HOUR)
    assert (row.checked_at, row.differences) == (at + HOUR, 0)
    assert row.checked_on is not None
    assert row.built_at is not None


def test_a_difference_is_told_and_everything_is_counted_again(counted: Cast, at: datetime) -> None:
    send(counted, at, 1, 2)
    fold(counted.acme.pk, at=at)
    with tenant_scope(counted.acme.pk):
        # Somebody's hand, on every day, so that the lot does not matter.
        for row in Slice.objects.filter(dimension="day"):
            Slice.objects.filter(pk=row.pk).update(figures={**row.figures, "decision": {"accepted": [7, 0]}})
    row = check(counted, at + HOUR)
    assert row.differences > 0
    assert row.built_at is None
    with tenant_scope(counted.acme.pk):
        told = Event.objects.get(kind="rollups.checked")
    assert told.data["differences"] == row.differences
    fold(counted.acme.pk, at=at + HOUR)
    assert sent_so_far(counted) == 2
    assert check(counted, at + 25 * HOUR).differences == 0
