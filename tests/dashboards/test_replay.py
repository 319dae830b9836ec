"""A month's handovers under another version of the agreement."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from dashboards.queries.replay import Replay, newest_replay, replay_of, replay_step
from dashboards.queries.replay_month import Judged
from dashboards.replay import (
    BREACHED,
    MET,
    UNCLEAR,
    Outcome,
    after_silence,
    outcome_of,
    under_other_hours,
    with_attempts,
)
from dashboards.replay_page import replayed_month, start_replay
from sla import actions
from sla.business_time import BUSINESS_HOURS
from sla.clocks import Attempt, AttemptTerms, Excused, Paused, Resumed, Shortened, Started, Stopped, Terms
from sla.models import AgreementVersion
from smarketing.lib.scope import tenant_scope
from tests.sla.agreements import edited, make_draft
from tests.sla.calendars import std, vienna
from tests.sla.support import make_subject
from tests.support import Cast, api_key, run_jobs, signed_in

NOW = datetime(2026, 4, 8, 9, 0, tzinfo=UTC)
MARCH = date(2026, 3, 1)


def bh(amount: int) -> Terms:
    return Terms(amount, BUSINESS_HOURS, std())


MONDAY = Started(vienna(1, 12, 9))
FRIDAY = vienna(1, 16, 12)


# The rules


@pytest.mark.parametrize(("amount", "expected"), [(8, MET), (4, MET), (3, BREACHED)])
def test_the_same_contact_is_judged_by_another_time(amount: int, expected: str) -> None:
    assert outcome_of([MONDAY, Stopped(vienna(1, 12, 13))], bh(amount), at=FRIDAY).kind == expected


def test_pauses_stay_where_they_were() -> None:
    facts = [MONDAY, Paused(vienna(1, 12, 10)), Resumed(vienna(1, 13, 10)), Stopped(vienna(1, 13, 12))]
    assert outcome_of(facts, bh(3), at=FRIDAY) == Outcome(MET, vienna(1, 13, 12))


def test_an_excuse_for_what_is_kept_now_says_nothing() -> None:
    facts = [MONDAY, Stopped(vienna(1, 12, 15)), Excused(vienna(1, 13, 9))]
    assert outcome_of(facts, bh(4), at=FRIDAY).kind == "other"
    assert outcome_of(facts, bh(8), at=FRIDAY).kind == MET


def test_a_request_brings_in_the_other_versions_promise_to_hand_raisers() -> None:
    facts = [MONDAY, Shortened(vienna(1, 12, 10), bh(1)), Stopped(vienna(1, 12, 12))]
    assert outcome_of(facts, bh(8), at=FRIDAY).kind == BREACHED
    assert outcome_of(under_other_hours(facts, shorter=bh(2)), bh(8), at=FRIDAY).kind == MET
    assert outcome_of(under_other_hours(facts, shorter=None), bh(8), at=FRIDAY).kind == MET


@pytest.mark.parametrize(("count", "expected"), [(2, MET), (3, BREACHED)])
def test_attempts_are_counted_by_the_other_rule(count: int, expected: str) -> None:
    attempts = [Attempt(vienna(1, 12, 10)), Attempt(vienna(1, 12, 15))]
    spaced = AttemptTerms(count, 4, BUSINESS_HOURS, std())
    facts = with_attempts([MONDAY, Stopped(vienna(1, 12, 16))], attempts, spaced, bh(16), at=FRIDAY)
    assert outcome_of(facts, bh(16), at=FRIDAY).kind == expected


def test_a_longer_time_after_silence_is_unclear() -> None:
    early, late = Outcome(BREACHED, vienna(1, 12, 17)), Outcome(BREACHED, vienna(1, 13, 17))
    assert after_silence(early, late).kind == UNCLEAR
    assert after_silence(late, early).kind == BREACHED
    assert after_silence(early, Outcome(MET, vienna(1, 13, 17))).kind == MET


# A month


def make_month(cast: Cast, *, hours: tuple[int, ...]) -> None:
    """Hand a lead over each Monday of March at nine and contact it so many hours later."""
    for number, after in enumerate(hours):
        at = vienna(3, 9, 9) + timedelta(days=7 * (number % 4), minutes=number)
        subject = make_subject(at=at, owner=cast.sam)
        actions.give_credit(subject, key=f"lead:{number}", at=at, zone="Europe/Vienna")
        actions.start_clocks(subject, at=at)
        actions.record_fact(subject, kind="attempt", at=at + timedelta(hours=after))
        actions.stop_clock(subject, "first_contact", at=at + timedelta(hours=after), by=cast.sam)


def stricter(cast: Cast) -> AgreementVersion:
    """A draft in which contact is due within four hours and a standard lead counts two points."""
    version = make_draft(cast, at=NOW)
    content = edited(
        version.content,
        lambda c: (
            c["commitments"][1].update(amount=4),
            c["tiers"].update(standard={"weight": "2"}),
            c["volume"].update(points_per_month=9),
        ),
    )
    actions.change_draft(version, content=content, by=cast.marc, at=NOW)
    return version


def replayed(cast: Cast, version: AgreementVersion) -> Replay:
    start_replay(version, MARCH, next_url="", by=cast.marc, at=NOW)
    run_jobs(organisation=cast.acme, at=NOW)
    with tenant_scope(cast.acme.pk):
        job = newest_replay(version, MARCH)
        assert job is not None
        return replay_of(job, version, zone="Europe/Vienna")


def test_a_month_under_a_stricter_version(acme: Cast) -> None:
    make_month(acme, hours=(1, 3, 5, 30))
    found = replayed(acme, stricter(acme))
    (contact,) = [line for line in found.lines if line.commitment == "first_contact"]
    assert (contact.then[MET], contact.then[BREACHED]) == (3, 1)
    assert (contact.now[MET], contact.now[BREACHED]) == (2, 2)
    assert [(row.commitment, row.then, row.now) for row in found.differences] == [("first_contact", MET, BREACHED)]
    assert (found.handovers, found.differing) == (4, 1)
    assert (found.points_then, found.points_now, found.target_now) == (4, 8, 9)


def test_the_version_of_the_time_changes_nothing(acme: Cast) -> None:
    make_month(acme, hours=(1, 30))
    founding = AgreementVersion.objects.get()
    found = replayed(acme, founding)
    assert found.differing == 0
    assert all(line.then == line.now for line in found.lines)


def test_a_promise_that_falls_away_is_told(acme: Cast) -> None:
    make_month(acme, hours=(1,))
    version = make_draft(acme, at=NOW)
    content = edited(version.content, lambda c: c["commitments"].pop(3))
    actions.change_draft(version, content=content, by=acme.marc, at=NOW)
    (attempts,) = [line for line in replayed(acme, version).lines if line.commitment == "attempts"]
    assert attempts.now["none"] == 1


def test_status_and_rulings_are_replayed_too(acme: Cast) -> None:
    founding = AgreementVersion.objects.get()
    silent = {"key": "status_current", "side": "sales", "amount": 5, "unit": "business_days", "calendar": "sales"}
    founding.content["commitments"].append({**silent, "warn_shares": []})
    at = vienna(3, 9, 9)
    lead = make_subject(at=at, owner=acme.sam, version=founding)
    case = make_subject(at=at, kind="case", tier="", version=founding)
    actions.start_clock(lead, "status_current", at=at)
    actions.stop_clock(lead, "status_current", at=at + timedelta(days=3), by=acme.sam)
    actions.start_clock(case, "ruling", at=at)
    actions.stop_clock(case, "ruling", at=at + timedelta(days=3), by=acme.rita)
    version = make_draft(acme, at=NOW)
    shorter = [
        {**terms, "amount": 2} if terms["key"] == "ruling" else terms for terms in version.content["commitments"]
    ]
    terms = {"appealable": ["clerical"], "statements_close_after_business_days": 1}
    content = {
        **version.content, "arbitration": terms, "commitments": [*shorter, {**silent, "amount": 2, "warn_shares": []}]
    }  # fmt: skip
    actions.change_draft(version, content=content, by=acme.marc, at=NOW)
    found = replayed(acme, version)
    lines = {line.commitment: (line.then[MET], line.now[BREACHED]) for line in found.lines}
    assert lines == {"status_current": (1, 1), "ruling": (1, 1)}
    # A case is no handover.
    assert found.handovers == 1


def test_contact_that_must_reach_the_person(acme: Cast) -> None:
    make_month(acme, hours=(1, 2))
    version = make_draft(acme, at=NOW)
    actions.change_draft(version, content={**version.content, "contact_means": "reached"}, by=acme.marc, at=NOW)
    (contact,) = [line for line in replayed(acme, version).lines if line.commitment == "first_contact"]
    # Attempted in time, but nobody was reached.
    assert (contact.then[MET], contact.now[BREACHED]) == (2, 2)


def test_many_handovers_are_replayed_in_pieces(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboards.queries import replay

    make_month(acme, hours=(1, 3, 5, 30, 2))
    version = stricter(acme)
    whole = replayed(acme, version)
    monkeypatch.setattr(replay, "_PIECE", 2)
    pieces = replayed(acme, version)
    assert pieces.lines == whole.lines
    assert [row.commitment for row in pieces.differences] == [row.commitment for row in whole.differences]
    assert (pieces.handovers, pieces.differing) == (whole.handovers, whole.differing) == (5, 1)


def test_a_piece_costs_a_fixed_number_of_queries(acme: Cast, django_assert_max_num_queries: Any) -> None:
    version = stricter(acme)
    make_month(acme, hours=(5,) * 12)
    job = start_replay(version, MARCH, next_url="", by=acme.marc, at=NOW)
    with django_assert_max_num_queries(9):
        assert replay_step(job, NOW).done == 12


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", date(2026, 3, 1)),
        ("2026-04", date(2026, 4, 1)),
        ("2025-12", date(2025, 12, 1)),
        ("2026-05", None),
        ("soon", None),
        ("0001-01", None),
    ],
)
def test_a_month_that_has_begun_is_replayed(text: str, expected: date | None) -> None:
    assert replayed_month(text, at=NOW, zone="Europe/Vienna") == expected


# The month in figures


def figures_by_name(found: Replay) -> dict[tuple[str, int], tuple[Judged, Judged]]:
    return {(line.commitment, line.week): (line.then, line.now) for line in found.figures}


def shares_and_weeks(content: dict[str, Any]) -> None:
    """Promises in shares, and half of the plan week by week."""
    content["commitments"] += [
        {"key": "pace", "side": "marketing", "period": "week", "share": "0.5"},
        {"key": "acceptance_rate", "side": "marketing", "share": "0.8"},
        {"key": "completeness", "side": "marketing", "share": "0.7"},
    ]


def asks_for(points: int, *, weight: str = "1") -> Callable[[dict[str, Any]], None]:
    """A change of what a month owes and a standard lead weighs."""

    def change(content: dict[str, Any]) -> None:
        content["tiers"].update(standard={"weight": weight})
        content["volume"].update(points_per_month=points)

    return change


def draft(cast: Cast, *changes: Callable[[dict[str, Any]], None]) -> AgreementVersion:
    version = make_draft(cast, at=NOW)
    content = version.content
    for change in changes:
        content = edited(content, change)
    actions.change_draft(version, content=content, by=cast.marc, at=NOW)
    version.refresh_from_db()
    return version


@pytest.mark.parametrize(("points", "kind"), [(9, BREACHED), (8, MET)])
def test_the_months_points_are_judged_by_the_versions_weights(acme: Cast, points: int, kind: str) -> None:
    """Four standard leads are 4 of 500 points then, and 8 where each counts two."""
    make_month(acme, hours=(1, 3, 5, 30))
    then, now = figures_by_name(replayed(acme, draft(acme, asks_for(points, weight="2"))))["volume", 0]
    assert (then.kind, then.promised, then.delivered) == (BREACHED, 500, 4)
    assert (now.kind, now.promised, now.delivered) == (kind, points, 8)


def test_weeks_and_shares_that_only_the_version_promises_are_judged(acme: Cast) -> None:
    """Of 12 points in 22 working days 2.73 are half the plan after ten of them; one lead had come by then."""
    make_month(acme, hours=(1, 3, 5, 30))
    make_subject(at=vienna(3, 10, 9), required_fields=4, present_fields=3)
    figures = figures_by_name(replayed(acme, draft(acme, shares_and_weeks, asks_for(12))))
    then, now = figures["pace", 11]
    assert then == Judged("none")
    assert (now.kind, now.promised, now.delivered) == (BREACHED, Decimal("2.73"), 1)
    assert figures["completeness", 0][1] == Judged(MET, Decimal("0.7"), Decimal("0.75"))
    # Nobody decided on anything.
    assert figures["acceptance_rate", 0][1] == Judged("other", Decimal("0.8"))


def test_completeness_of_other_fields_is_unclear(acme: Cast) -> None:
    make_month(acme, hours=(1,))
    make_subject(at=vienna(3, 10, 9), required_fields=4, present_fields=3)
    version = draft(acme, shares_and_weeks, lambda c: c["definitions"]["required_fields"].append("phone"))
    assert figures_by_name(replayed(acme, version))["completeness", 0][1] == Judged(UNCLEAR, Decimal("0.7"))


def test_a_countersigned_target_stands_under_any_version(acme: Cast) -> None:
    make_month(acme, hours=(1,))
    target = actions.propose_target(month=MARCH, points=30, note="", by=acme.marc, at=vienna(2, 20, 9))
    actions.countersign_target(target, by=acme.sina, at=vienna(2, 23, 9))
    then, now = figures_by_name(replayed(acme, draft(acme, asks_for(9))))["volume", 0]
    assert (then.promised, now.promised) == (30, 30)


# Page and client


def test_a_head_replays_a_draft_in_the_browser(cast: Cast) -> None:
    address = "/o/acme/agreement/2/replay/?month=2026-03"
    with time_machine.travel(NOW, tick=False):
        with tenant_scope(cast.acme.pk):
            make_month(cast, hours=(1, 5))
            stricter(cast)
        client = signed_in(cast.sina)
        assert "Replay 2 handovers" in client.get(address).content.decode()
        assert client.post(address).status_code == 302
        assert 'class="sm-job"' in client.get(address).content.decode()
        # Asking twice works it out once.
        client.post(address)
        assert run_jobs(organisation=cast.acme, at=NOW) == 1
        html = client.get(address).content.decode()
    assert "Where it would have come out otherwise" in html
    assert "4 of 9 points" in html
    assert "First contact" in html
    assert "broken" in html


def test_what_was_worked_out_for_another_text_is_not_shown(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False), tenant_scope(cast.acme.pk):
        version = stricter(cast)
        start_replay(version, MARCH, next_url="", by=cast.marc, at=NOW)
        assert newest_replay(version, MARCH) is not None
        actions.change_draft(version, content={**version.content, "review_after_months": 9}, by=cast.marc, at=NOW)
        assert newest_replay(version, MARCH) is None


@pytest.mark.parametrize(("name", "status"), [("rita", 200), ("mara", 403), ("sam", 403), ("ned", 403), ("gus", 404)])
def test_who_may_replay(cast: Cast, name: str, status: int) -> None:
    with time_machine.travel(NOW, tick=False):
        client = signed_in(getattr(cast, name))
        assert client.get("/o/acme/agreement/1/replay/").status_code == status
        if status == 200:
            assert client.get("/o/acme/agreement/1/replay/?month=2026-09").status_code == 404


def test_a_client_replays(cast: Cast, client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        headers = api_key(cast.marc, "reports:read", at=NOW)
        with tenant_scope(cast.acme.pk):
            make_month(cast, hours=(1, 5))
            stricter(cast)
        address = "/api/v1/agreements/2/replay?month=2026-03"
        assert client.get(address, headers=headers).status_code == 404
        begun = client.generic("POST", address, headers=headers)
        assert (begun.status_code, begun.json()["total"], begun.json()["result"]) == (202, 2, None)
        run_jobs(organisation=cast.acme, at=NOW)
        result = json.loads(client.get(address, headers=headers).content)["result"]
        figures = {line["commitment"]: line["now"] for line in result["figures"]}
        assert figures["volume"] == {"outcome": "breached", "promised": "9", "delivered": "4"}
        assert (result["handovers"], result["differing"]) == (2, 1)
        assert result["points"] == {"then": "2.00", "now": "4", "promised": 9}
        wrong = client.get("/api/v1/agreements/2/replay?month=2027-01", headers=headers)
        assert wrong.status_code == 422
