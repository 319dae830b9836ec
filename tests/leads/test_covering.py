"""Absences: what is owed goes to the deputy and comes back; no deadline moves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from events.models import Event
from leads.access import visible_handovers
from leads.actions import accept_handover, assign_handover, cover_absences, log_attempt, reject_handover
from leads.models import Cover, Handover, Lead
from notifications.models import Notification
from sla.models import Clock, Subject
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.actions import end_absence, plan_absence
from tenants.models import Absence
from tests.leads.makers import clock_of, kinds_of, make_handover, make_rep
from tests.leads.terms import agree
from tests.support import Cast, run_outbox

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


def away(acme: Cast, who: Any, deputy: Any, *, at: datetime, first: date = MONDAY + DAY, days: int = 3) -> Absence:
    return plan_absence(who, first_day=first, last_day=first + (days - 1) * DAY, deputy=deputy, by=who, at=at)


def holder(handover: Handover) -> Any:
    """Who has it: handover, lead, subject and open clocks agree on it."""
    row = Handover.objects.get(pk=handover.pk)
    owners = {
        row.assigned_to_id,
        Lead.objects.get(pk=row.lead_id).sales_owner_id,
        Subject.objects.get(pk=row.subject_id).owner_id,
        *Clock.objects.filter(subject=row.subject_id, state="running").values_list("owner", flat=True),
    }
    assert len(owners) == 1
    return owners.pop()


def test_open_work_goes_to_the_deputy_and_comes_back(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    pam = make_rep("pam", at=at)
    due = {clock.pk: clock.due_at for clock in Clock.objects.all()}
    away(acme, acme.sam, pam, at=at)
    assert holder(handover) == acme.sam.pk
    assert cover_absences(at=at + DAY) == 1
    assert holder(handover) == pam.pk
    assert pam.pk in {one.assigned_to_id for one in visible_handovers(pam)}
    # A round that comes again moves nothing.
    assert cover_absences(at=at + DAY) == 0
    assert cover_absences(at=at + 3 * DAY) == 0
    assert cover_absences(at=at + 4 * DAY) == 1
    assert holder(handover) == acme.sam.pk
    assert {clock.pk: clock.due_at for clock in Clock.objects.all()} == due
    assert kinds_of(handover) == ["handover.sent", "handover.covered", "handover.uncovered"]
    assert set(Clock.objects.values_list("cycle", flat=True)) == {1}


def test_it_does_not_start_anew_even_where_reassigning_does(acme: Cast, at: datetime) -> None:
    def restarts(content: dict[str, Any]) -> None:
        content["reassignment_restarts"] = True

    agree(acme, restarts, at=at, starts_on=date(2026, 4, 1))
    april = datetime(2026, 4, 7, 8, 0, tzinfo=UTC)
    pam, pete = make_rep("pam", at=at), make_rep("pete", at=at)
    handover = make_handover(by=acme.mara, at=april)
    first = acme.sam if handover.assigned_to == acme.sam else handover.assigned_to
    deputy = next(one for one in (pam, pete, acme.sam) if one != first)
    away(acme, first, deputy, at=april, first=date(2026, 4, 7))
    assert holder(handover) == deputy.pk
    assert clock_of(handover, "decision").cycle == 1
    other = next(one for one in (pam, pete, acme.sam) if one not in (first, deputy))
    assign_handover(handover, to=other, by=acme.sina, at=april + timedelta(hours=1))
    assert clock_of(handover, "decision").cycle == 2


def test_an_absence_that_begins_today_moves_work_at_once(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    away(acme, acme.sam, acme.sina, at=at, first=MONDAY)
    assert holder(handover) == acme.sina.pk


def test_coming_back_early_brings_it_back_at_once(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    absence = away(acme, acme.sam, acme.sina, at=at, first=MONDAY)
    end_absence(absence, by=acme.sam, at=at + timedelta(hours=1))
    assert holder(handover) == acme.sam.pk
    assert not Cover.objects.filter(ended_at=None).exists()


def test_without_a_deputy_nothing_moves(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    away(acme, acme.sam, None, at=at, first=MONDAY)
    assert cover_absences(at=at + DAY) == 0
    assert holder(handover) == acme.sam.pk


def test_what_is_settled_or_given_away_meanwhile_stays(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    handovers = [make_handover(by=acme.mara, at=at, email=f"{n}@example.com") for n in range(4)]
    settled, given = [one for one in handovers if one.assigned_to == acme.sam]
    absence = away(acme, acme.sam, acme.sina, at=at, first=MONDAY)
    later = at + timedelta(hours=1)
    accept_handover(settled, by=acme.sina, at=later)
    log_attempt(settled, channel="call", outcome="reached", by=acme.sina, at=later)
    assign_handover(given, to=pam, by=acme.sina, at=later)
    end_absence(absence, by=acme.sam, at=later + timedelta(minutes=1))
    # Nothing is owed any more on the first: who has spoken to the person keeps the conversation.
    assert Handover.objects.get(pk=settled.pk).assigned_to == acme.sina
    assert holder(given) == pam.pk


def test_who_owes_nothing_keeps_the_conversation(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    accept_handover(handover, by=acme.sam, at=at)
    log_attempt(handover, channel="call", outcome="reached", by=acme.sam, at=at)
    away(acme, acme.sam, acme.sina, at=at, first=MONDAY)
    assert Handover.objects.get().assigned_to == acme.sam


def test_a_breach_stays_with_the_one_who_let_it_happen(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    cover_day = at + 2 * DAY
    away(acme, acme.sam, acme.sina, at=at, first=MONDAY + 2 * DAY)
    cover_absences(at=cover_day)
    breached = clock_of(handover, "first_contact")
    assert (breached.state, breached.owner) == ("breached", acme.sam)
    assert clock_of(handover, "decision").owner == acme.sina
    assert Handover.objects.get().assigned_to == acme.sina


def test_a_deputy_who_refused_a_lead_does_not_get_it(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    handover = make_handover(by=acme.mara, at=at)
    first = handover.assigned_to
    assert first is not None
    reject_handover(handover, reason="wrong_addressee", by=first, at=at)
    second = next(one for one in (acme.sam, pam) if one != first)
    away(acme, second, first, at=at, first=MONDAY)
    assert Handover.objects.get().assigned_to == second


def test_a_deputy_who_goes_away_hands_on_and_all_comes_back(acme: Cast, at: datetime) -> None:
    pam = make_rep("pam", at=at)
    handovers = [make_handover(by=acme.mara, at=at, email=f"{n}@example.com") for n in range(2)]
    handover = next(one for one in handovers if one.assigned_to == acme.sam)
    away(acme, acme.sam, pam, at=at, first=MONDAY, days=2)
    away(acme, pam, acme.sina, at=at + DAY, first=MONDAY + DAY, days=3)
    assert holder(handover) == acme.sina.pk
    # Sam is here again before pam is: what was his goes back to him past her.
    cover_absences(at=at + 2 * DAY)
    assert holder(handover) == acme.sam.pk
    assert Cover.objects.filter(ended_at=None, handover=handover).count() == 0


def test_marketing_answers_to_returns_go_to_the_deputy(acme: Cast, at: datetime) -> None:
    handover = make_handover(by=acme.mara, at=at)
    reject_handover(handover, reason="not_fitting", criterion="company_size", by=acme.sam, at=at)
    absence = away(acme, acme.mara, acme.marc, at=at, first=MONDAY)
    assert clock_of(handover, "return_answer").owner == acme.marc
    assert Handover.objects.get().sent_by == acme.mara
    end_absence(absence, by=acme.mara, at=at + timedelta(hours=1))
    assert clock_of(handover, "return_answer").owner == acme.mara


def test_the_deputy_is_told_once_for_all(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        for number in range(3):
            make_handover(by=cast.mara, at=at, email=f"{number}@example.com")
        away(cast, cast.sam, cast.sina, at=at, first=MONDAY)
        event = Event.objects.get(kind="absence.covered")
        assert (event.data["count"], event.data["deputy"]) == (3, str(cast.sina.pk))
    run_outbox(organisation=cast.acme, at=now() + timedelta(minutes=1))
    with tenant_scope(cast.acme.pk):
        told = Notification.objects.filter(member=cast.sina, kind__startswith="absence.").order_by("pk")
        assert [row.kind for row in told] == ["absence.planned", "absence.covered"]
        assert "3 leads" in told[1].text
