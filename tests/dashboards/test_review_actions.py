"""What people take on in meetings: reminded of once, done, carried over, on the next agenda."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from dashboards.actions import (
    ActionClosed,
    ActionNotYours,
    NotYourReview,
    carry_action,
    drop_action,
    finish_action,
    give_action,
    open_review,
    plan_review,
    remind_of_actions,
)
from dashboards.models import Review, ReviewAction, ReviewItem
from events.models import Event
from notifications.models import Mail, Notification
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.actions import plan_absence
from tenants.models import Membership
from tests.support import Cast, run_outbox

ClientOf = Callable[[Membership], Client]
DAY = timedelta(days=1)
# The Tuesday after the cast was made.
DUE = date(2026, 3, 10)


def held(cast: Cast, *, at: datetime) -> Review:
    review = plan_review(starts_at=at + timedelta(hours=1), by=cast.marc, at=at)
    return open_review(review, by=cast.marc, at=at + timedelta(hours=1))


def given(cast: Cast, *, at: datetime, due_on: date = DUE) -> ReviewAction:
    return give_action(held(cast, at=at), text="Call the fair", owner=cast.sam, due_on=due_on, by=cast.marc, at=at)


def reminders() -> list[tuple[str, bool]]:
    rows = Event.objects.filter(kind="review.action_due").order_by("id")
    return [(event.data["told"], event.data["is_due"]) for event in rows]


def test_the_owner_is_reminded_the_day_before_and_on_the_day_once_each(acme: Cast, at: datetime) -> None:
    given(acme, at=at)
    assert remind_of_actions(at + 6 * DAY) == 0
    assert (remind_of_actions(at + 7 * DAY), remind_of_actions(at + 7 * DAY)) == (1, 0)
    assert (remind_of_actions(at + 8 * DAY), remind_of_actions(at + 9 * DAY)) == (1, 0)
    assert reminders() == [(str(acme.sam.pk), False), (str(acme.sam.pk), True)]


def test_after_an_outage_only_what_is_still_news_is_said(acme: Cast, at: datetime) -> None:
    given(acme, at=at)
    assert remind_of_actions(at + 20 * DAY) == 1
    assert reminders() == [(str(acme.sam.pk), True)]


def test_what_is_done_is_not_reminded_of(acme: Cast, at: datetime) -> None:
    action = given(acme, at=at)
    finish_action(action, by=acme.sam, at=at + DAY)
    assert remind_of_actions(at + 8 * DAY) == 0


def test_a_deputy_is_told_while_the_owner_is_away(acme: Cast, at: datetime) -> None:
    given(acme, at=at)
    plan_absence(acme.sam, first_day=DUE, last_day=DUE, deputy=acme.sina, by=acme.sam, at=at)
    remind_of_actions(at + 8 * DAY)
    assert reminders() == [(str(acme.sina.pk), True)]


def test_carried_over_it_is_reminded_of_anew(acme: Cast, at: datetime) -> None:
    action = given(acme, at=at)
    remind_of_actions(at + 8 * DAY)
    carried = carry_action(action, due_on=DUE + 7 * DAY, by=acme.sina, at=at + 8 * DAY)
    assert (carried.carried, carried.due_on) == (1, DUE + 7 * DAY)
    assert remind_of_actions(at + 14 * DAY) == 1
    for day in (DUE, DUE + 7 * DAY, date(2031, 1, 1)):
        with pytest.raises(InvalidInput):
            carry_action(carried, due_on=day, by=acme.sina, at=at + 8 * DAY)


def test_the_reminder_reaches_the_owner_by_bell_and_mail_once(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        given(cast, at=at)
        remind_of_actions(at + 8 * DAY)
    for _twice in range(2):
        run_outbox(organisation=cast.acme, at=datetime.now(UTC) + DAY)
    with tenant_scope(cast.acme.pk):
        assert Notification.objects.filter(kind="review.action_due", member=cast.sam).count() == 1
        mail = Mail.objects.get(kind="review.action_due")
        assert "/o/acme/reviews/" in mail.body
        # People write names into what is to be done.
        assert "fair" not in mail.body + mail.subject


def test_who_has_it_and_the_heads_say_that_it_is_done(acme: Cast, at: datetime) -> None:
    action = given(acme, at=at)
    for stranger in (acme.mara, acme.rita, acme.ned, acme.ada):
        with pytest.raises(ActionNotYours):
            finish_action(action, by=stranger, at=at)
    with pytest.raises(NotYourReview):
        drop_action(action, by=acme.sam, at=at)
    done = finish_action(action, by=acme.sam, at=at + DAY)
    assert (done.state, done.closed_at, done.closed_by_id) == ("done", at + DAY, acme.sam.pk)
    for act in (finish_action, drop_action):
        with pytest.raises(ActionClosed):
            act(action, by=acme.marc, at=at + DAY)


def test_the_next_agenda_begins_with_what_is_open(acme: Cast, at: datetime) -> None:
    left, done = given(acme, at=at), given(acme, at=at)
    finish_action(done, by=acme.sam, at=at)
    review = held(acme, at=at + 21 * DAY)
    first = ReviewItem.objects.filter(review=review).order_by("position")[0]
    assert (first.topic, first.facts) == ("actions", {"actions": [str(left.pk)], "late": 1})


def test_buttons_lead_back_to_where_they_were(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        action, other = given(cast, at=at), given(cast, at=at)
    url = f"/o/acme/reviews/actions/{action.pk}/"
    with time_machine.travel(at + DAY, tick=False):
        marc = client_of(cast.marc)
        assert marc.post(url, {"do": "carry", "on": "list", "due_on": "2026-03-17"})["Location"] == "/o/acme/reviews/"
        assert marc.post(url, {"do": "carry", "due_on": "2026-03-01"}).status_code == 422
        assert marc.post(url, {"do": "carry"}).status_code == 422
        assert marc.post(url, {"do": "else"}).status_code == 409
        sam = client_of(cast.sam)
        assert sam.post(url, {"do": "done", "on": "https://evil.example"})["Location"].startswith("/o/acme/reviews/")
        assert sam.post(url, {"do": "done"}).status_code == 409
        assert sam.post(f"/o/acme/reviews/actions/{other.pk}/", {"do": "drop"}).status_code == 403
        assert client_of(cast.mara).post(f"/o/acme/reviews/actions/{other.pk}/", {"do": "done"}).status_code == 409
        page = sam.get("/o/acme/reviews/").content.decode()
    assert page.count("Call the fair") > 0
    assert "carried over once" in client_of(cast.ned).get(f"/o/acme/reviews/{action.review_id}/").content.decode()
