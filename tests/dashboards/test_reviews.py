"""Meetings of both sides: planned in a rhythm, opened with a frozen agenda, put into minutes."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from arbitration.models import Case
from dashboards.actions import (
    NotYourReview,
    ReviewChanged,
    ReviewNotOpen,
    ReviewNotPlanned,
    add_point,
    cancel_review,
    change_review,
    close_review,
    give_action,
    open_review,
    plan_review,
    plan_reviews,
    write_item,
)
from dashboards.models import Review, ReviewItem
from events.models import Event
from notifications.models import Notification
from sla.actions import notice_due
from sla.models import Clock
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.arbitration.support import make_case, make_rejection
from tests.support import Cast, api_key, run_outbox

ClientOf = Callable[[Membership], Client]
DAY = timedelta(days=1)


def plan(cast: Cast, *, at: datetime, rhythm: str = "once", days: int = 7) -> Review:
    return plan_review(starts_at=at + days * DAY, place="Room 1", rhythm=rhythm, by=cast.marc, at=at)


def opened(cast: Cast, *, at: datetime) -> Review:
    return open_review(plan(cast, at=at), by=cast.sina, at=at + 7 * DAY)


def topics(review: Review) -> list[str]:
    return list(ReviewItem.objects.filter(review=review).order_by("position").values_list("topic", flat=True))


def item_of(review: Review, topic: str) -> ReviewItem:
    return ReviewItem.objects.select_related("review").get(review=review, topic=topic)


def test_the_agenda_is_drawn_from_what_happened(acme: Cast, at: datetime) -> None:
    case = make_case(acme, "ann", at=at)
    make_rejection(acme, "ben", at=at)
    late = Clock.objects.filter(state="running").order_by("due_at")[0]
    notice_due(at=late.due_at + DAY)
    review = open_review(plan(acme, at=at, days=14), by=acme.sina, at=at + 14 * DAY)
    assert topics(review) == ["pace", "promises", "cases", "rejections", "terms"]
    assert (review.month, review.since) == (date(2026, 3, 1), review.starts_at - 30 * DAY)
    facts = item_of(review, "cases").facts
    assert facts == {"open": 1, "cases": [str(case.pk)]}
    broken = Clock.objects.exclude(breached_at=None)
    assert sum(row["n"] for row in item_of(review, "promises").facts["broken"]) == broken.count() > 0
    assert item_of(review, "rejections").facts["total"] == 2
    assert item_of(review, "pace").facts["target"] == "500.00"


def test_an_open_meeting_keeps_its_agenda_whatever_happens(acme: Cast, at: datetime) -> None:
    review = opened(acme, at=at)
    before = [item.facts for item in ReviewItem.objects.filter(review=review).order_by("position")]
    make_case(acme, "ann", at=at + 8 * DAY)
    assert Case.objects.count() == 1
    assert [item.facts for item in ReviewItem.objects.filter(review=review).order_by("position")] == before
    with pytest.raises(ReviewNotPlanned):
        open_review(review, by=acme.marc, at=at + 8 * DAY)


@pytest.mark.parametrize("column", ["facts", "title", "topic", "position"])
def test_the_database_refuses_to_change_what_is_frozen(acme: Cast, at: datetime, column: str) -> None:
    item = item_of(opened(acme, at=at), "pace")
    changed = {"facts": {}, "title": "Other", "topic": "own", "position": 99}[column]
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ReviewItem.objects.filter(pk=item.pk).update(**{column: changed})
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ReviewItem.objects.filter(pk=item.pk).delete()


def test_points_of_people_come_last_and_can_be_added_until_the_end(acme: Cast, at: datetime) -> None:
    review = plan(acme, at=at)
    add_point(review, title="The fair", by=acme.marc, at=at)
    open_review(review, by=acme.sina, at=at + 7 * DAY)
    add_point(review, title="Holidays", by=acme.sina, at=at + 7 * DAY)
    rows = ReviewItem.objects.filter(review=review).order_by("position")
    assert [row.title for row in rows][-2:] == ["The fair", "Holidays"]
    close_review(review, by=acme.sina, at=at + 8 * DAY)
    with pytest.raises(ReviewNotOpen):
        add_point(review, title="Late", by=acme.marc, at=at + 8 * DAY)


def test_minutes_are_written_by_one_at_a_time_and_only_while_it_is_held(acme: Cast, at: datetime) -> None:
    review = opened(acme, at=at)
    item, now = item_of(review, "pace"), at + 7 * DAY
    written = write_item(item, minutes=" We are behind. ", decision="Two fairs", revision=1, by=acme.marc, at=now)
    assert (written.minutes, written.decision, written.revision) == ("We are behind.", "Two fairs", 2)
    with pytest.raises(ReviewChanged):
        write_item(item, minutes="Mine.", decision="", revision=1, by=acme.sina, at=now)
    close_review(review, by=acme.marc, at=now)
    with pytest.raises(ReviewNotOpen):
        write_item(item, minutes="Later.", decision="", revision=2, by=acme.marc, at=now)
    assert ReviewItem.objects.get(pk=item.pk).minutes == "We are behind."


@pytest.mark.parametrize("who", ["mara", "sam", "rita", "ned", "ada"])
def test_only_the_heads_call_and_lead(acme: Cast, at: datetime, who: str) -> None:
    by, review = acme.people()[who], plan(acme, at=at)
    with pytest.raises(NotYourReview):
        plan_review(starts_at=at + DAY, by=by, at=at)
    for act in (open_review, cancel_review, close_review):
        with pytest.raises(NotYourReview):
            act(review, by=by, at=at)
    with pytest.raises(NotYourReview):
        add_point(review, title="Mine", by=by, at=at)
    assert Review.objects.get().state == "planned"


def test_a_meeting_lies_ahead(acme: Cast, at: datetime) -> None:
    for starts_at in (at, at + 1000 * DAY):
        with pytest.raises(InvalidInput) as refused:
            plan_review(starts_at=starts_at, by=acme.marc, at=at)
        assert refused.value.errors[0].pointer == "/starts_at"


def test_a_rhythm_plans_the_next_meeting_once(acme: Cast, at: datetime) -> None:
    first = plan(acme, at=at, rhythm="weekly")
    assert plan_reviews(at + 6 * DAY) == 0
    assert plan_reviews(at + 7 * DAY) == 1
    assert plan_reviews(at + 7 * DAY) == 0
    following = Review.objects.get(follows=first)
    assert (following.starts_at, following.place, following.rhythm) == (at + 14 * DAY, "Room 1", "weekly")
    # Opening the first plans nothing more, opening the second its follower.
    open_review(first, by=acme.marc, at=at + 7 * DAY)
    assert Review.objects.count() == 2
    open_review(following, by=acme.marc, at=at + 14 * DAY)
    assert Review.objects.get(follows=following).starts_at == at + 21 * DAY


def test_a_moved_meeting_leaves_the_rhythm_and_once_ends_it(acme: Cast, at: datetime) -> None:
    first = plan(acme, at=at, rhythm="weekly")
    told = {"minutes_for": 60, "place": "Room 1", "by": acme.sina, "at": at}
    change_review(first, starts_at=at + 8 * DAY, rhythm="weekly", revision=1, **told)
    plan_reviews(at + 9 * DAY)
    following = Review.objects.get(follows=first)
    assert following.starts_at == at + 14 * DAY
    with pytest.raises(ReviewChanged):
        change_review(following, starts_at=at + 15 * DAY, rhythm="once", revision=9, **told)
    change_review(following, starts_at=following.starts_at, rhythm="once", revision=1, **told)
    assert plan_reviews(at + 30 * DAY) == 0


def test_a_cancelled_meeting_is_followed_by_the_next(acme: Cast, at: datetime) -> None:
    first = plan(acme, at=at, rhythm="monthly")
    cancel_review(first, by=acme.marc, at=at)
    assert Review.objects.get(follows=first).is_planned
    with pytest.raises(ReviewNotPlanned):
        open_review(first, by=acme.marc, at=at)


def test_both_heads_and_the_executives_are_told(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        plan(cast, at=at)
    run_outbox(organisation=cast.acme, at=datetime.now(UTC) + DAY)
    with tenant_scope(cast.acme.pk):
        told = Notification.objects.filter(kind="review.planned")
        assert {row.member_id for row in told} == {cast.sina.pk, cast.rita.pk}
        assert "9 Mar" in told[0].text


def test_events_hold_no_word_of_the_minutes(acme: Cast, at: datetime) -> None:
    review = opened(acme, at=at)
    item = item_of(review, "pace")
    write_item(item, minutes="Karl was ill", decision="Karl rests", revision=1, by=acme.marc, at=at + 7 * DAY)
    give_action(review, text="Karl calls", owner=acme.sam, due_on=(at + 9 * DAY).date(), by=acme.marc, at=at + 7 * DAY)
    told = Event.objects.filter(kind__startswith="review.")
    assert {event.kind for event in told} == {
        "review.planned", "review.opened", "review.minuted", "review.action_given",
    }  # fmt: skip
    assert "Karl" not in str([event.data for event in told])


def test_the_pages_go_from_plan_to_closed_minutes(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        make_case(cast, "ann", at=at)
    marc = client_of(cast.marc)
    with time_machine.travel(at + DAY, tick=False):
        sent = {"starts_at": "2026-03-10T10:00", "minutes_for": "90", "place": "Room 1", "rhythm": "monthly"}
        made = marc.post("/o/acme/reviews/", sent)
        assert made.status_code == 303
        url = made["Location"]
        assert marc.post("/o/acme/reviews/", sent | {"starts_at": "2026-03-01T10:00"}).status_code == 422
        preview = marc.get(url).content.decode()
        assert "as it would be now" in preview
        assert "2026-001" in preview
        assert marc.get(f"{url}minutes.pdf").status_code == 404
        assert marc.post(f"{url}point/", {"title": "The fair"}).status_code == 303
    with time_machine.travel(at + 8 * DAY, tick=False):
        assert marc.post(f"{url}act/", {"do": "open"})["Location"] == f"{url}room/"
        room = marc.get(f"{url}room/?n=99")
        assert room.context["item"].title == "The fair"
        assert 'data-key="arrowleft"' in room.content.decode()
        item = room.context["item"]
        place = f"{url}items/{item.id}/"
        kept = marc.post(f"{place}?n=5", {"minutes": "Stand booked.", "decision": "We go.", "revision": item.revision})
        assert kept["Location"] == f"{url}room/?n=5"
        stale = marc.post(place, {"minutes": "Mine.", "revision": item.revision})
        assert stale.status_code == 409
        noted = {"text": "Book rooms", "owner": cast.sam.pk, "due_on": "2026-03-20"}
        assert marc.post(f"{place}actions/?n=5", noted).status_code == 303
        assert marc.post(f"{place}actions/", noted | {"due_on": "2026-03-01"}).status_code == 422
        assert marc.post(f"{url}act/", {"do": "close"}).status_code == 303
        for reader in (cast.mara, cast.sam, cast.ned, cast.rita):
            page = client_of(reader).get(url).content.decode()
            assert "Stand booked." in page
            assert "Close the minutes" not in page
        # A rep does not learn here of the cases of colleagues; this one is his own.
        assert "2026-001" in client_of(cast.sam).get(url).content.decode()
        assert client_of(cast.gus).get(url).status_code == 404
        assert client_of(cast.sam).post(f"{url}act/", {"do": "open"}).status_code == 403
        assert marc.get(f"{url}minutes.pdf").content.startswith(b"%PDF-")


def test_a_calendar_follows_a_moved_and_a_cancelled_meeting(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        review = plan(cast, at=at)
    marc, url = client_of(cast.marc), f"/o/acme/reviews/{review.pk}/"

    def event() -> icalendar.Event:
        return icalendar.Calendar.from_ical(marc.get(f"{url}calendar.ics").content).walk("VEVENT")[0]

    with time_machine.travel(at, tick=False):
        first = event()
        assert (first["uid"], int(first["sequence"])) == (f"review-{review.pk}", 0)
        assert first.decoded("dtstart") == at + 7 * DAY
        moved = {"starts_at": "2026-03-11T10:00", "minutes_for": "60", "rhythm": "once", "place": "", "revision": "1"}
        assert marc.post(f"{url}change/", moved).status_code == 303
        second = event()
        assert (second["uid"], int(second["sequence"])) == (first["uid"], 1)
        assert marc.post(f"{url}act/", {"do": "cancel"}).status_code == 303
        third = event()
        assert (str(third["status"]), int(third["sequence"])) == ("CANCELLED", 2)


def test_clients_hold_a_meeting_too(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    key, client = api_key(cast.marc, "sla:write", "reports:read", at=at), Client()
    api = "/api/v1/reviews"

    def send(method: str, path: str, body: object = None, **headers: str) -> dict[str, object]:
        answer = client.generic(
            method, path, data=b"" if body is None else json.dumps(body).encode(),
            content_type="application/json", headers={**key, **headers},
        )  # fmt: skip
        assert answer.status_code in (200, 201), answer.content
        return dict(answer.json())

    with time_machine.travel(at, tick=False):
        made = send("POST", api, {"starts_at": "2026-03-09T09:00:00Z", "rhythm": "weekly"})
        url = f"{api}/{made['id']}"
        assert client.patch(url, {}, content_type="application/json", headers=key).status_code == 428
        moved = send("PATCH", url, {"place": "Room 2"}, **{"If-Match": "*"})
        assert (moved["place"], moved["rhythm"]) == ("Room 2", "weekly")
        send("POST", f"{url}/points", {"title": "The fair"})
        held = send("POST", f"{url}/opening")
        point = held["agenda"][-1]
        written = {"minutes": "Booked.", "decision": "We go."}
        send("PUT", f"{url}/items/{point['id']}", written, **{"If-Match": '"1"'})
        stale = client.put(
            f"{url}/items/{point['id']}", written, content_type="application/json", headers={**key, "If-Match": '"1"'}
        )
        assert stale.status_code == 412
        noted = {"text": "Book", "owner": str(cast.sam.pk), "due_on": "2026-03-20", "item": point["id"]}
        action = send("POST", f"{url}/actions", noted)
        assert send("POST", f"/api/v1/review-actions/{action['id']}/carrying", {"due_on": "2026-03-27"})["carried"] == 1
        assert send("POST", f"/api/v1/review-actions/{action['id']}/completion")["state"] == "done"
        assert send("GET", "/api/v1/review-actions?state=open")["results"] == []
        closed = send("POST", f"{url}/closing")
        assert (closed["state"], closed["agenda"][-1]["decision"]) == ("closed", "We go.")
        assert client.get(f"{url}/minutes", headers=key).content.startswith(b"%PDF-")
