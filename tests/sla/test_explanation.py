"""The story of a deadline, for a page, for a client, for people: what counted, whose time, what was asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from sla import actions, queries
from sla.models import Clock
from sla.queries import Story
from smarketing.lib.scope import tenant_scope
from tests.sla.support import ZONE, make_subject, vienna
from tests.support import Cast, make_cast

NOW = vienna("2026-01-13 12:00")
MONDAY = vienna("2026-01-12 09:00")
HOUR = 3600
HTMX = {"HX-Request": "true", "HX-Target": "dialog-body"}


@pytest.fixture(autouse=True)
def _the_present() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast(at=vienna("2026-01-02 09:00"))


@pytest.fixture
def acme(cast: Cast) -> Iterator[Cast]:
    with tenant_scope(cast.acme.pk):
        yield cast


def eight_hours(cast: Cast, at: datetime = MONDAY, **changes: Any) -> Clock:
    """A decision in eight business hours."""
    version = queries.agreement_in_force(at=at)
    assert version is not None
    next(terms for terms in version.content["commitments"] if terms["key"] == "decision")["amount"] = 8
    subject = make_subject(at=at, version=version, owner=cast.sam, sender=cast.mara, **changes)
    return actions.start_clock(subject, "decision", at=at)


def story(clock: Clock, cast: Cast, at: datetime = NOW) -> Story:
    row = Clock.objects.select_related("version", "subject", "owner__manager").get(pk=clock.pk)
    return queries.story_of(row, reader=cast.sina, at=at, zone=ZONE)


def test_case_13_says_whose_time_it_was(acme: Cast) -> None:
    clock = eight_hours(acme)
    actions.reassign_clocks(clock.subject, owner=acme.sina, at=vienna("2026-01-12 15:00"), by=acme.sina)
    told = story(clock, acme)
    assert [(share.name, share.seconds) for share in told.shares] == [("Sam", 6 * HOUR), ("Sina", 2 * HOUR)]
    assert [part.begin_at for part in told.owners] == [MONDAY, vienna("2026-01-12 15:00")]


def test_time_that_nobody_had_is_told_too(acme: Cast) -> None:
    clock = eight_hours(acme)
    actions.reassign_clocks(clock.subject, owner=None, at=vienna("2026-01-12 11:00"), by=acme.sina)
    actions.reassign_clocks(clock.subject, owner=acme.sina, at=vienna("2026-01-12 14:00"), by=acme.sina)
    told = [(share.owner_id, share.seconds) for share in story(clock, acme).shares]
    assert told == [(acme.sam.pk, 2 * HOUR), (None, 3 * HOUR), (acme.sina.pk, 3 * HOUR)]


def test_lateness_belongs_to_no_share_of_the_promised_time(acme: Cast) -> None:
    clock = eight_hours(acme)
    actions.stop_clock(clock.subject, "decision", at=vienna("2026-01-13 11:00"), by=acme.sam)
    told = story(clock, acme)
    assert (sum(share.seconds for share in told.shares), told.clock.late_seconds) == (8 * HOUR, 2 * HOUR)


def test_every_reason_stands_in_a_sentence(acme: Cast) -> None:
    # Over the sixth of January, a holiday, with a rejection in between.
    clock = eight_hours(acme, vienna("2026-01-05 14:00"))
    actions.pause_clocks(clock.subject, side="sales", reason="rejected", at=vienna("2026-01-05 16:00"), by=acme.sam)
    actions.resume_clocks(clock.subject, side="sales", at=vienna("2026-01-07 10:00"), by=acme.rita)
    sentences = story(clock, acme, vienna("2026-01-07 12:00")).sentences
    assert sentences == [
        "Promised within 8 business hours from Mon 5 Jan 2026 14:00.",
        "Mon 5 Jan 2026 14:00 to Mon 5 Jan 2026 16:00 counts 2\u202fh\u00a000\u202fm.",
        "Wed 7 Jan 2026 10:00 to Wed 7 Jan 2026 16:00 counts 6\u202fh\u00a000\u202fm.",
        "It was paused from Mon 5 Jan 2026 16:00 to Wed 7 Jan 2026 10:00: the lead was rejected.",
        "Tue 6 Jan 2026 does not count: Epiphany.",
        "So it is due Wed 7 Jan 2026 16:00.",
    ]


def test_a_shorter_promise_is_told_with_the_first(acme: Cast) -> None:
    subject = make_subject(at=MONDAY, owner=acme.sam)
    clock = actions.start_clock(subject, "first_contact", at=MONDAY)
    actions.shorten_clock(subject, "first_contact", at=vienna("2026-01-12 11:00"), by=None)
    told = story(clock, acme)
    assert told.sentences[:2] == [
        "Promised within 24 hours from Mon 12 Jan 2026 09:00.",
        "Since Mon 12 Jan 2026 11:00 it is promised within 1 business hours; the earlier date counts.",
    ]
    assert "shortened" in [event.kind for event in told.happenings]


def test_the_bar_holds_what_counted_what_paused_and_what_was_late(acme: Cast) -> None:
    clock = eight_hours(acme)
    actions.pause_clocks(clock.subject, side="sales", reason="rejected", at=vienna("2026-01-12 11:00"), by=acme.sam)
    actions.resume_clocks(clock.subject, side="sales", at=vienna("2026-01-12 12:00"), by=acme.sam)
    told = story(clock, acme, vienna("2026-01-13 12:00"))
    kinds = [part.kind for part in told.bar.parts]
    assert (kinds.count("counted"), kinds.count("paused"), kinds.count("late")) == (3, 1, 1)
    assert all(0 <= float(part.x) <= 100 and float(part.x) + float(part.width) <= 100.01 for part in told.bar.parts)
    assert float(told.bar.due_mark) < 100


def test_what_was_asked_and_answered_is_part_of_the_story(acme: Cast) -> None:
    clock = eight_hours(acme)
    actions.notice_due(at=NOW)
    plea = actions.request_excuse(clock, reason="Strike", by=acme.sam, at=NOW)
    assert (story(clock, acme).may_excuse, story(clock, acme).pleas[0].may_decide) == (False, False)
    actions.decide_plea(plea, granted=True, note="Yes.", by=acme.marc, at=NOW)
    told = story(clock, acme)
    assert (told.pleas[0].state, told.pleas[0].decided_by, told.pleas[0].note) == ("granted", "Marc", "Yes.")
    assert told.sentences[-1].endswith("the breach is excused.")
    assert [event.kind for event in told.happenings if event.kind != "warning"] == [
        "breached", "excuse_requested", "excused",
    ]  # fmt: skip


def test_the_story_costs_the_same_however_much_has_happened(acme: Cast, django_assert_max_num_queries: Any) -> None:
    clock = eight_hours(acme)
    for number in range(10):
        owner = (acme.sam, acme.sina)[number % 2]
        at = MONDAY + timedelta(minutes=10 * (number + 1))
        actions.reassign_clocks(clock.subject, owner=owner, at=at, by=acme.sina)
    row = Clock.objects.select_related("version", "subject", "owner__manager").get(pk=clock.pk)
    queries.story_of(row, reader=acme.sina, at=NOW, zone=ZONE)
    with django_assert_max_num_queries(6):
        queries.story_of(row, reader=acme.sina, at=NOW, zone=ZONE)


# Pages


def started(cast: Cast, **changes: Any) -> Clock:
    with tenant_scope(cast.acme.pk):
        clock = eight_hours(cast, **changes)
        actions.notice_due(at=NOW)
        return clock


def test_the_page_and_the_dialog_tell_the_same(cast: Cast, client_of: Any) -> None:
    clock = started(cast)
    address = f"/o/acme/clocks/{clock.pk}/explanation/"
    for headers in ({}, HTMX):
        html = client_of(cast.sam).get(address, headers=headers).content.decode()
        assert "Promised within 8 business hours from Mon 12 Jan 2026 09:00." in html
        assert "with Sam" in html
        assert f"/o/acme/clocks/{clock.pk}/excuse/" in html
        assert ("<html" in html) is (headers == {})


def test_a_rep_reads_no_colleagues_deadline(cast: Cast, client_of: Any) -> None:
    with tenant_scope(cast.acme.pk):
        clock = actions.start_clock(make_subject(at=MONDAY, owner=cast.sina), "decision", at=MONDAY)
    assert client_of(cast.sam).get(f"/o/acme/clocks/{clock.pk}/explanation/").status_code == 404
    assert client_of(cast.gus).get(f"/o/acme/clocks/{clock.pk}/explanation/").status_code == 404
    assert client_of(cast.ned).get(f"/o/acme/clocks/{clock.pk}/explanation/").status_code == 200


def test_a_rep_asks_and_the_other_head_answers_in_the_browser(cast: Cast, client_of: Any) -> None:
    clock = started(cast)
    excuse = f"/o/acme/clocks/{clock.pk}/excuse/"
    assert client_of(cast.sam).post(excuse, {"reason": ""}).status_code == 422
    assert client_of(cast.sam).post(excuse, {"reason": "The line was down."}).status_code == 302
    page = client_of(cast.marc).get("/o/acme/sla/").content.decode()
    assert "The line was down." in page
    with tenant_scope(cast.acme.pk):
        (plea,) = queries.open_pleas(reader=cast.marc, clocks=Clock.objects.all())
    decide = f"/o/acme/pleas/{plea.id}/decide/"
    assert decide in page
    assert client_of(cast.sina).post(decide, {"granted": "yes"}).status_code == 409
    assert client_of(cast.marc).post(decide, {"granted": "perhaps"}).status_code == 422
    assert client_of(cast.marc).post(decide, {"granted": "yes", "note": "Right."}).status_code == 302
    html = client_of(cast.sam).get("/o/acme/sla/").content.decode()
    assert "excused" in html
    assert client_of(cast.marc).post(decide, {"granted": "yes"}).status_code == 409


def test_a_rep_takes_the_question_back_in_the_browser(cast: Cast, client_of: Any) -> None:
    clock = started(cast)
    client_of(cast.sam).post(f"/o/acme/clocks/{clock.pk}/excuse/", {"reason": "Hm."})
    with tenant_scope(cast.acme.pk):
        (plea,) = queries.open_pleas(reader=cast.sam, clocks=Clock.objects.all())
    assert client_of(cast.marc).post(f"/o/acme/pleas/{plea.id}/withdraw/").status_code == 409
    assert client_of(cast.sam).post(f"/o/acme/pleas/{plea.id}/withdraw/").status_code == 302
    assert client_of(cast.sam).post(f"/o/acme/pleas/{plea.id}/withdraw/").status_code == 409


def test_a_time_outside_is_refused_at_its_field(cast: Cast, client_of: Any) -> None:
    clock = started(cast)
    address = f"/o/acme/clocks/{clock.pk}/evidence/"
    for wrong in ("2026-01-12T08:00", "2026-01-12T18:00", "soon"):
        answer = client_of(cast.sam).post(address, {"happened_at": wrong, "note": "I did."})
        assert (answer.status_code, "happened_at" in answer.context["form"].errors) == (422, True)
    answer = client_of(cast.sam).post(address, {"happened_at": "2026-01-12T16:40", "note": "I did."})
    assert answer.status_code == 302
    with tenant_scope(cast.acme.pk):
        (plea,) = queries.open_pleas(reader=cast.marc, clocks=Clock.objects.all())
    assert plea.happened_at == datetime(2026, 1, 12, 15, 40, tzinfo=UTC)


@pytest.mark.parametrize("query", ["month=2026-01", "side=sales", "commitment=decision", "state=open"])
def test_breaches_are_cut_by_what_the_url_says(cast: Cast, client_of: Any, query: str) -> None:
    clock = started(cast)
    for text, number in ((query, 1), ("side=marketing", 0), ("month=2025-12", 0), ("state=voided", 0), ("month=x", 1)):
        found = client_of(cast.sina).get(f"/o/acme/sla/?{text}").context["open"]
        assert [row.id for row in found] == [clock.pk] * number


def test_the_table_of_hours_counts_in_the_organisations_zone(cast: Cast, client_of: Any) -> None:
    started(cast)
    heat = client_of(cast.sina).get("/o/acme/sla/").context["heat"]
    # Due on Monday at 17:00 in Vienna, 16:00 UTC.
    assert [(row.weekday, cell.hour) for row in heat for cell in row.cells if cell.count] == [(1, 17)]


def test_a_row_says_who_was_told_and_whose_time_it_was(cast: Cast, client_of: Any) -> None:
    with tenant_scope(cast.acme.pk):
        clock = eight_hours(cast)
        actions.reassign_clocks(clock.subject, owner=cast.sina, at=vienna("2026-01-12 15:00"), by=cast.sina)
        actions.notice_due(at=NOW)
        actions.escalate_clock(clock.pk, at=vienna("2026-01-12 17:01"))
    (row,) = client_of(cast.sina).get("/o/acme/sla/").context["open"]
    assert [(rung.share, rung.who) for rung in row.rungs] == [(100, "Sina")]
    assert [(share.name, share.seconds) for share in row.shared] == [("Sam", 6 * HOUR), ("Sina", 2 * HOUR)]
