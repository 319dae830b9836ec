"""Next steps: planned along with a contact, listed by time, reminded of once, passed on with the lead."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from events.models import Event, Outbox
from events.queries import history_of
from leads.actions import (
    FollowUpChanged,
    FollowUpClosed,
    FollowUpNotYours,
    When,
    assign_handover,
    cancel_follow_up,
    change_follow_up,
    cover_absences,
    finish_follow_up,
    merge_leads,
    plan_follow_up,
    remind_of_follow_ups,
    undo_merge,
)
from leads.models import Attempt, FollowUp, Handover, Merge
from leads.queries import Picked, colleagues_for, overview_of, queue_for, steps_for, steps_of, suggested_moments
from notifications.models import Mail, Notification
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.actions import plan_absence
from tenants.models import Absence
from tests.leads.makers import kinds_of, make_handover, make_lead, make_rep
from tests.support import Cast, api_key, run_outbox

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VIENNA = "Europe/Vienna"
HTMX = {"HX-Request": "true"}


def of_sam(cast: Cast, at: datetime) -> Handover:
    """Sam's lead; he is the only rep."""
    handover = make_handover(by=cast.mara, at=at)
    assert handover.assigned_to == cast.sam
    return handover


@pytest.fixture
def handover(acme: Cast, at: datetime) -> Handover:
    return of_sam(acme, at)


def plan(handover: Handover, cast: Cast, at: datetime, due_at: datetime, **changes: Any) -> FollowUp:
    changes.setdefault("by", cast.sam)
    changes.setdefault("what", "Call again")
    return plan_follow_up(handover.lead, when=When(at=due_at, zone=VIENNA), at=at, **changes)


# Planning


def test_a_step_with_a_time_is_due_then_and_one_with_a_day_when_that_ends(
    acme: Cast, handover: Handover, at: datetime
) -> None:
    timed = plan(handover, acme, at, at + 3 * HOUR)
    assert (timed.due_at, timed.remind_at, timed.due_on) == (at + 3 * HOUR, at + 3 * HOUR, date(2026, 3, 2))
    # The day on which the clocks go forward has 23 hours.
    day = plan_follow_up(handover.lead, what="Offer", when=When(on=date(2026, 3, 29), zone=VIENNA), by=acme.sam, at=at)
    assert day.remind_at == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert day.due_at == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert timed.handover == handover
    assert kinds_of(timed) == ["followup.planned"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("", When(on=date(2026, 3, 3), zone=VIENNA), "/what"),
        ("x" * 201, When(on=date(2026, 3, 3), zone=VIENNA), "/what"),
        ("Call", When(on=date(2026, 3, 1), zone=VIENNA), "/due_on"),
        ("Call", When(on=date.max, zone=VIENNA), "/due_on"),
        ("Call", When(at=datetime.min.replace(tzinfo=UTC), zone=VIENNA), "/due_at"),
        ("Call", When(at=datetime.max.replace(tzinfo=UTC), zone=VIENNA), "/due_at"),
    ],
)
def test_refuses_what_says_nothing_or_is_due_at_no_sensible_time(
    acme: Cast, handover: Handover, at: datetime, wrong: tuple[str, When, str]
) -> None:
    what, when, pointer = wrong
    with pytest.raises(InvalidInput) as refused:
        plan_follow_up(handover.lead, what=what, when=when, by=acme.sam, at=at)
    assert [fault.pointer for fault in refused.value.errors] == [pointer]
    assert not FollowUp.objects.exists()


def test_goes_only_to_somebody_who_sees_the_lead(acme: Cast, handover: Handover, at: datetime) -> None:
    other = make_rep("stranger", at=at)
    with pytest.raises(InvalidInput):
        plan(handover, acme, at, at + HOUR, assigned_to=other)
    assert other not in colleagues_for(handover.lead)
    assert {acme.sam, acme.sina, acme.mara} <= set(colleagues_for(handover.lead))
    assert plan(handover, acme, at, at + HOUR, by=acme.sina, assigned_to=acme.sam).assigned_to == acme.sam


def test_no_event_repeats_what_people_wrote(acme: Cast, handover: Handover, at: datetime) -> None:
    step = plan(handover, acme, at, at + HOUR, what="Ask Mrs Huber for the budget")
    finish_follow_up(step, by=acme.sam, at=at)
    assert not [event for event in Event.objects.filter(subject_id=step.pk) if "Huber" in str(event.data)]


def test_offers_what_people_usually_choose(acme: Cast, at: datetime) -> None:
    labels = [one.label for one in suggested_moments(at=at, zone=VIENNA)]
    assert labels == ["Today, 13:00", "Tomorrow, 10:00", "Wed 4 Mar, 10:00", "Mon 9 Mar, 10:00"]
    friday_evening = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
    labels = [one.label for one in suggested_moments(at=friday_evening, zone=VIENNA)]
    assert labels == ["Mon 9 Mar, 10:00", "Tue 10 Mar, 10:00", "Fri 13 Mar, 10:00"]


# Changing


def test_of_two_who_change_a_step_the_second_is_told(acme: Cast, handover: Handover, at: datetime) -> None:
    step = plan(handover, acme, at, at + HOUR)
    told: dict[str, Any] = {"when": When(at=at + DAY, zone=VIENNA), "assigned_to": acme.sam, "revision": 1}
    changed = change_follow_up(step, what="Write", by=acme.sam, at=at, **told)
    assert (changed.what, changed.due_at, changed.revision) == ("Write", at + DAY, 2)
    with pytest.raises(FollowUpChanged):
        change_follow_up(step, what="Visit", by=acme.sina, at=at, **told)
    assert FollowUp.objects.get().what == "Write"


def test_an_overdue_step_can_be_reworded_without_a_new_time(acme: Cast, handover: Handover, at: datetime) -> None:
    step = plan(handover, acme, at, at + HOUR)
    changed = change_follow_up(
        step, what="Call Jane", when=When(at=at + HOUR, zone=VIENNA), assigned_to=acme.sam, revision=1, by=acme.sam,
        at=at + DAY,
    )  # fmt: skip
    assert (changed.what, changed.due_at) == ("Call Jane", at + HOUR)


def test_a_step_ends_once(acme: Cast, handover: Handover, at: datetime) -> None:
    step = plan(handover, acme, at, at + HOUR)
    assert finish_follow_up(step, by=acme.sam, at=at).state == "done"
    for again in (finish_follow_up, cancel_follow_up):
        with pytest.raises(FollowUpClosed, match="done already"):
            again(step, by=acme.sam, at=at + HOUR)
    with pytest.raises(FollowUpClosed):
        change_follow_up(
            step, what="x", when=When(at=at + DAY, zone=VIENNA), assigned_to=acme.sam, revision=2, by=acme.sam, at=at
        )
    found = FollowUp.objects.get()
    assert (found.closed_at, found.closed_by) == (at, acme.sam)
    assert kinds_of(step) == ["followup.planned", "followup.done"]


def test_who_has_made_or_answers_for_a_step_ends_it_and_nobody_else(
    acme: Cast, handover: Handover, at: datetime
) -> None:
    for member in (acme.mara, acme.marc):
        with pytest.raises(FollowUpNotYours):
            cancel_follow_up(plan(handover, acme, at, at + HOUR), by=member, at=at)
    assert cancel_follow_up(plan(handover, acme, at, at + HOUR), by=acme.sina, at=at).state == "cancelled"
    planned_for_sam = plan(handover, acme, at, at + HOUR, by=acme.mara, assigned_to=acme.sam)
    assert finish_follow_up(planned_for_sam, by=acme.mara, at=at).state == "done"


# Going on with the lead


def test_goes_to_the_next_rep_with_the_handover(acme: Cast, handover: Handover, at: datetime) -> None:
    step, of_mara = plan(handover, acme, at, at + HOUR), plan(handover, acme, at, at + HOUR, by=acme.mara)
    done = finish_follow_up(plan(handover, acme, at, at + HOUR), by=acme.sam, at=at)
    other = make_rep("other", at=at)
    assign_handover(handover, to=other, by=acme.sina, at=at)
    owners = {row.pk: row.assigned_to for row in FollowUp.objects.select_related("assigned_to")}
    assert owners == {step.pk: other, of_mara.pk: acme.mara, done.pk: acme.sam}
    assert kinds_of(step)[-1] == "followup.passed_on"


def test_goes_to_the_deputy_and_comes_back(acme: Cast, handover: Handover, at: datetime) -> None:
    step, other = plan(handover, acme, at, at + 2 * DAY), make_rep("deputy", at=at)
    today = at.date()
    plan_absence(acme.sam, first_day=today, last_day=today, deputy=other, by=acme.sam, at=at)
    cover_absences(at=at)
    step.refresh_from_db()
    assert step.assigned_to == other
    cover_absences(at=at + DAY)
    step.refresh_from_db()
    assert step.assigned_to == acme.sam


def test_a_deputy_sees_and_ends_what_stayed_with_the_one_who_is_away(
    acme: Cast, handover: Handover, at: datetime
) -> None:
    step, other = plan(handover, acme, at, at + HOUR), make_rep("deputy", at=at)
    assert steps_for(other, "mine", at=at, zone=VIENNA).total == 0
    today = at.date()
    Absence.objects.create(
        member=acme.sam, first_day=today, last_day=today, deputy=other, created_by=acme.sam, created_at=at
    )
    (group,) = steps_for(other, "mine", at=at, zone=VIENNA).groups
    (row,) = group.rows
    assert (row.what, row.is_mine, row.who, row.sees_lead) == ("Call again", False, "Sam", False)
    assert finish_follow_up(step, by=other, at=at).state == "done"


def test_a_merge_takes_the_steps_along_and_undoing_gives_them_back(acme: Cast, at: datetime) -> None:
    older, younger = make_lead(at=at), make_lead(at=at + HOUR, email="other@example.org")
    step = plan_follow_up(younger, what="Call", when=When(at=at + DAY, zone=VIENNA), by=acme.mara, at=at + HOUR)
    merge_leads(older, younger, by=acme.mara, at=at + HOUR)
    step.refresh_from_db()
    assert step.lead_id == older.pk
    younger.refresh_from_db()
    assert plan_follow_up(younger, what="x", when=When(at=at + DAY), by=acme.mara, at=at + HOUR).lead_id == older.pk
    undo_merge(Merge.objects.get(), by=acme.mara, at=at + HOUR)
    step.refresh_from_db()
    assert step.lead_id == younger.pk


# Lists


def test_lists_ones_own_by_time_and_the_teams_for_who_answers(acme: Cast, handover: Handover, at: datetime) -> None:
    for hours, what in ((1, "late"), (4, "today"), (24, "tomorrow"), (24 * 9, "later")):
        plan(handover, acme, at, at + hours * HOUR, what=what)
    mine = steps_for(acme.sam, "mine", at=at + 2 * HOUR, zone=VIENNA)
    assert [(group.key, [row.what for row in group.rows]) for group in mine.groups] == [
        ("overdue", ["late"]), ("today", ["today"]), ("tomorrow", ["tomorrow"]), ("later", ["later"]),
    ]  # fmt: skip
    assert (mine.total, mine.overdue, mine.goes_on) == (4, 1, False)
    assert steps_for(acme.sina, "mine", at=at, zone=VIENNA).total == 0
    assert steps_for(acme.sina, "team", at=at, zone=VIENNA).total == 4
    assert steps_for(acme.marc, "team", at=at, zone=VIENNA).total == 0


def test_a_list_costs_the_same_number_of_queries_however_long(
    acme: Cast, handover: Handover, at: datetime, django_assert_num_queries: Any
) -> None:
    for hours in range(1, 9):
        plan(handover, acme, at, at + hours * HOUR)
    # Whom one stands in for (for the list, and for what may be changed), the steps, which of their leads are seen.
    with django_assert_num_queries(4):
        assert steps_for(acme.sam, "mine", at=at, zone=VIENNA).total == 8


def test_a_lead_shows_what_is_open_and_what_was_done_last(acme: Cast, handover: Handover, at: datetime) -> None:
    for number in range(7):
        finish_follow_up(plan(handover, acme, at, at + HOUR, what=f"n{number}"), by=acme.sam, at=at)
    plan(handover, acme, at, at + 5 * HOUR, what="second")
    plan(handover, acme, at, at + HOUR, what="first")
    rows = steps_of(handover.lead_id, acme.sam, at=at, zone=VIENNA)
    assert [row.what for row in rows] == ["first", "second", "n6", "n5", "n4", "n3", "n2"]
    assert [row.may_change for row in rows] == [True, True, False, False, False, False, False]


def test_the_inbox_tells_of_an_overdue_step_and_its_version_changes(
    acme: Cast, handover: Handover, at: datetime
) -> None:
    plan(handover, acme, at, at + 2 * HOUR + timedelta(seconds=30))

    def seen(moment: datetime) -> tuple[bool, str]:
        (row,) = queue_for(acme.sam, Picked(), at=moment, zone=VIENNA).rows
        return row.step_overdue, overview_of(acme.sam, at=moment).version

    before, after = seen(at + 2 * HOUR), seen(at + 2 * HOUR + timedelta(minutes=1))
    assert (before[0], after[0]) == (False, True)
    assert before[1] != after[1]


# Reminding


def test_reminds_once_at_its_time_and_anew_when_it_is_put_off(live_cast: Cast, at: datetime) -> None:
    cast = live_cast
    with tenant_scope(cast.acme.pk):
        handover = of_sam(cast, at)
        step = plan(handover, cast, at, at + HOUR)
        assert remind_of_follow_ups(at) == 0
        assert remind_of_follow_ups(at + 2 * HOUR) == 1
        assert remind_of_follow_ups(at + 2 * HOUR) == 0
    run_outbox(organisation=cast.acme, at=now())
    with tenant_scope(cast.acme.pk):
        notice = Notification.objects.get(kind="followup.due")
        # Dated when it was due, not when the round came by.
        assert (notice.member, notice.at) == (cast.sam, at + HOUR)
        assert notice.text == f"Your next step with lead {handover.lead} is due Mon 2 Mar, 11:00."
        assert notice.path == reverse("leads:followups", args=["acme"])
        # Whom it is about is filled in as it leaves.
        assert "is due Mon 2 Mar, 11:00" in Mail.objects.get(kind="followup.due").subject
        change_follow_up(
            step, what="x", when=When(at=at + 5 * HOUR), assigned_to=cast.sam, revision=1, by=cast.sam, at=at + 3 * HOUR
        )
        assert remind_of_follow_ups(at + 5 * HOUR) == 1
        assert kinds_of(step).count("followup.due") == 2


def test_nobody_is_reminded_outside_their_hours_or_of_what_is_done(
    acme: Cast, handover: Handover, at: datetime
) -> None:
    saturday = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)
    step = plan(handover, acme, at, saturday)
    remind_of_follow_ups(saturday)
    (row,) = Outbox.objects.filter(event__kind="followup.due")
    assert row.available_at == datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    finish_follow_up(step, by=acme.sam, at=saturday + HOUR)
    row.refresh_from_db()
    assert row.withdrawn_at == saturday + HOUR


def test_who_is_away_is_reminded_through_the_deputy(acme: Cast, handover: Handover, at: datetime) -> None:
    step = plan(handover, acme, at, at + 3 * HOUR, by=acme.mara)
    today = at.date()
    plan_absence(acme.mara, first_day=today, last_day=today, deputy=acme.marc, by=acme.mara, at=at)
    remind_of_follow_ups(at + 3 * HOUR)
    due = history_of(step.pk)[-1]
    assert (due.kind, due.data["told"]) == ("followup.due", str(acme.marc.pk))


# Pages


def test_a_contact_and_the_next_step_are_logged_in_one_go(cast: Cast, at: datetime, client_of: Any) -> None:
    with tenant_scope(cast.acme.pk):
        handover = of_sam(cast, at)
    sam, url = client_of(cast.sam), reverse("leads:attempt", args=["acme", handover.pk])
    with time_machine.travel(at, tick=False):
        page = sam.get(url).content.decode()
        assert 'value="2026-03-03T10:00"' in page
        past = {"channel": "call", "outcome": "no_answer", "next_own": "2026-03-01T10:00"}
        assert sam.post(url, past).status_code == 422
        with tenant_scope(cast.acme.pk):
            assert not Attempt.objects.exists()
        done = sam.post(url, {"channel": "call", "outcome": "no_answer", "next_at": "2026-03-03T10:00"})
        assert done.status_code == 302
        with tenant_scope(cast.acme.pk):
            step = FollowUp.objects.get()
            assert (step.what, step.due_at, step.assigned_to) == (
                "Call again", datetime(2026, 3, 3, 9, tzinfo=UTC), cast.sam,
            )  # fmt: skip
        assert b"Call again" in sam.get(reverse("leads:inbox", args=["acme"])).content


def test_people_plan_change_and_end_steps_in_the_browser(cast: Cast, at: datetime, client_of: Any) -> None:
    with tenant_scope(cast.acme.pk):
        handover = of_sam(cast, at)
    sam, new = client_of(cast.sam), reverse("leads:followup_new", args=["acme", handover.lead_id])
    form = {"what": "Send offer", "due_on": "2026-03-04", "time": "", "assigned_to": str(cast.sam.pk)}
    with time_machine.travel(at, tick=False):
        assert sam.post(new, {**form, "due_on": "2026-03-01"}).status_code == 422
        made = sam.post(new, form, headers={**HTMX, "HX-Target": "followups"})
        assert made.content.decode().lstrip().startswith('<section class="sm-p" id="followups"')
        with tenant_scope(cast.acme.pk):
            step = FollowUp.objects.get()
        listed = reverse("leads:followups", args=["acme"])
        assert b"Send offer" in sam.get(listed).content
        assert b"Send offer" in client_of(cast.sina).get(f"{listed}?whose=team").content
        change = reverse("leads:followup_change", args=["acme", step.pk])
        assert sam.post(change, {**form, "what": "Send contract", "revision": "1"}).status_code == 302
        assert sam.post(change, {**form, "what": "Late", "revision": "1"}).status_code == 409
        done = reverse("leads:followup_done", args=["acme", step.pk])
        assert client_of(cast.gus).post(done).status_code == 404
        assert client_of(cast.rita).post(done).status_code == 403
        assert client_of(cast.mara).post(done).status_code == 409
        assert b"Nothing is planned" in sam.post(done, headers={**HTMX, "HX-Target": "list"}).content
        assert sam.post(done).status_code == 409


def test_a_client_plans_changes_and_ends_steps(cast: Cast, at: datetime, client: Any) -> None:
    with tenant_scope(cast.acme.pk):
        handover = of_sam(cast, at)
    headers = api_key(cast.sam, "leads:read", "leads:write", at=at)
    base = f"/api/v1/leads/{handover.lead_id}/followups"

    def post(path: str, body: Any = None) -> Any:
        return client.post(path, body or {}, content_type="application/json", headers=headers)

    with time_machine.travel(at, tick=False):
        assert post(base, {"what": "Call"}).json()["errors"][0]["code"] == "one_of"
        assert post(base, {"what": "Call", "due_on": "2020-01-01"}).status_code == 422
        made = post(base, {"what": "Call", "due_on": "2026-03-03"})
        assert (made.status_code, made.json()["due_at"], made.json()["state"]) == (201, None, "open")
        one = made.headers["Location"]
        patch = {"content_type": "application/json", "headers": {**headers, "If-Match": made.headers["ETag"]}}
        moved = client.patch(one, {"due_at": "2026-03-04T09:30:00Z"}, **patch)
        assert moved.json()["due_at"] == "2026-03-04T09:30:00Z"
        assert client.patch(one, {"what": "x"}, **patch).status_code == 412
        found = client.get("/api/v1/followups?state=open&due_before=2026-03-05T00:00:00Z", headers=headers).json()
        assert [row["id"] for row in found["results"]] == [made.json()["id"]]
        assert client.get("/api/v1/followups?state=done", headers=headers).json()["results"] == []
        assert post(f"{one}/done").json()["state"] == "done"
        assert post(f"{one}/cancellation").json()["code"] == "followup_closed"
        assert client.get(base, headers=headers).json()["results"][0]["closed_by"] == str(cast.sam.pk)
