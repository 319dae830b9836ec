"""Signed messages for machines: once per event, verified by an independent reader, retried, replayed, switched off."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connections
from django.test import Client
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from events.actions import record, withdraw
from events.models import Event, Outbox
from notifications import delivering
from notifications.actions import (
    DeliveryOnItsWay,
    EndpointActive,
    EndpointNotActive,
    EndpointRemoved,
    NewEndpoint,
    NoSecret,
    TooManyEndpoints,
    blank_answers,
    change_endpoint,
    create_endpoint,
    forget_deliveries,
    pause_endpoint,
    remove_endpoint,
    replay_delivery,
    replay_range,
    resume_endpoint,
    rotate_secret,
    send_trial,
)
from notifications.delivering import LEASE, deliver_waiting
from notifications.models import Delivery, DeliveryAttempt, Endpoint, Notification
from notifications.retrying import DISABLE_AFTER, MAX_ATTEMPTS, PAUSES
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.actions import create_organisation
from tests.notifications.receiver import Receiver, receiver
from tests.support import Cast, api_key, run_outbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

LEAD = UUID("0199f0c2-7a10-7d3e-9c54-3b1f2a6e8d77")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def server(settings: Any) -> Iterator[Receiver]:
    settings.OUTBOUND_ALLOW_LOOPBACK = True
    with receiver() as found:
        yield found


def make_endpoint(
    cast: Cast, url: str, *, at: datetime, types: tuple[str, ...] = (), kind: str = "webhook"
) -> NewEndpoint:
    with tenant_scope(cast.acme.pk):
        return create_endpoint(kind=kind, name="CRM", url=url, types=types, by=cast.ada, at=at)


def happens(cast: Cast, kind: str, data: dict[str, Any] | None = None, *, at: datetime) -> Event:
    """Record an event and let the outbox hear of it."""
    with tenant_scope(cast.acme.pk):
        event = record(kind, cast.sam, by=cast.sam, at=at, data=data or {}, thread=LEAD)
    # Outbox rows are dated by the database's own clock.
    run_outbox(organisation=cast.acme, at=now())
    return event


def go(at: datetime) -> int:
    return deliver_waiting(at=at, jitter=lambda: 0.0)


def delivery(cast: Cast) -> Delivery:
    with tenant_scope(cast.acme.pk):
        return Delivery.objects.get()


def endpoint_state(cast: Cast) -> str:
    with tenant_scope(cast.acme.pk):
        return Endpoint.objects.get().state


def test_an_event_arrives_signed_and_once(live_cast: Cast, server: Receiver, at: datetime) -> None:
    made = make_endpoint(live_cast, server.url, at=at)
    event = happens(live_cast, "handover.accepted", {"took": True}, at=at)
    run_outbox(organisation=live_cast.acme, at=now() + HOUR)
    assert [go(at), go(at + HOUR)] == [1, 0]
    [posted] = server.posts
    with time_machine.travel(at, tick=False):
        told = Webhook(made.secret).verify(posted.body, dict(posted.headers))
    assert told == {
        "type": "handover.accepted",
        "timestamp": "2026-03-02T09:00:00Z",
        "version": 1,
        "organisation": "acme",
        "data": {"id": str(live_cast.sam.pk), "event": str(event.pk), "lead": str(LEAD)},
    }
    assert posted.headers["content-type"] == "application/json"
    found = delivery(live_cast)
    assert (found.state, found.last_status, found.delivered_at) == ("delivered", 200, at)


def test_another_secret_does_not_verify(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    other = make_endpoint(live_cast, f"{server.url}/2", at=at, types=("case.ruled",))
    happens(live_cast, "handover.accepted", at=at)
    go(at)
    [posted] = server.posts
    with time_machine.travel(at, tick=False), pytest.raises(WebhookVerificationError):
        Webhook(other.secret).verify(posted.body, dict(posted.headers))


def test_both_secrets_verify_for_a_day_after_the_rotation(live_cast: Cast, server: Receiver, at: datetime) -> None:
    made = make_endpoint(live_cast, server.url, at=at)
    with tenant_scope(live_cast.acme.pk):
        rotated = rotate_secret(made.endpoint, by=live_cast.ada, at=at)
    for moment in (at, at + 25 * HOUR):
        happens(live_cast, "handover.accepted", at=moment)
        go(moment)
    first, last = server.posts
    with time_machine.travel(at, tick=False):
        Webhook(made.secret).verify(first.body, dict(first.headers))
        Webhook(rotated.secret).verify(first.body, dict(first.headers))
    with time_machine.travel(at + 25 * HOUR, tick=False):
        Webhook(rotated.secret).verify(last.body, dict(last.headers))
        with pytest.raises(WebhookVerificationError):
            Webhook(made.secret).verify(last.body, dict(last.headers))


def test_only_chosen_types_are_told(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at, types=("case.ruled",))
    happens(live_cast, "handover.accepted", at=at)
    happens(live_cast, "case.ruled", {"number": "2026-001", "outcome": "upheld"}, at=at)
    go(at)
    assert [json.loads(posted.body)["type"] for posted in server.posts] == ["case.ruled"]


def test_a_merge_on_two_timelines_is_told_once(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    other = UUID(int=LEAD.int + 1)
    data = {"survivor": str(LEAD), "dropped": str(other)}
    with tenant_scope(live_cast.acme.pk):
        for thread in (LEAD, other):
            record("lead.merged", live_cast.sam, by=None, at=at, data=data, thread=thread)
    run_outbox(organisation=live_cast.acme, at=now())
    assert go(at) == 1


def test_what_is_undone_in_time_never_leaves(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    with tenant_scope(live_cast.acme.pk):
        record("handover.accepted", live_cast.sam, by=live_cast.sam, at=at, thread=LEAD, undoable=True)
    run_outbox(organisation=live_cast.acme, at=at + 7 * SECOND)
    with tenant_scope(live_cast.acme.pk):
        assert not Delivery.objects.exists()
        withdraw(live_cast.sam, "handover.accepted", at=at + 7 * SECOND)
    run_outbox(organisation=live_cast.acme, at=now())
    assert go(at + HOUR) == 0


def test_two_workers_deliver_once(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    for number in range(12):
        happens(live_cast, "case.opened", {"number": f"2026-{number:03}"}, at=at)

    def work(_number: int) -> None:
        try:
            while go(at):
                pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    ids = [posted.headers["webhook-id"] for posted in server.posts]
    assert len(ids) == len(set(ids)) == 12


def test_without_the_claim_two_workers_would_deliver_twice(
    live_cast: Cast, server: Receiver, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The negative control: who does not ask whether the row is still there sends what another one sends.
    make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "case.opened", {"number": "2026-001"}, at=at)
    [row] = delivering._waiting(at=at, limit=10)
    first = delivering.claim(*row, at=at)
    assert delivering.claim(*row, at=at) is None
    assert first is not None
    for parcel in (first, first):
        delivering._post(parcel, at=at)
    assert len(server.posts) == 2


def test_a_failure_is_tried_again_with_growing_pauses_and_given_up(
    live_cast: Cast, server: Receiver, at: datetime
) -> None:
    made = make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "handover.accepted", at=at)
    server.say(500)
    server.always = server.always.__class__(503)
    moment = at
    for pause in (*PAUSES, timedelta()):
        assert go(moment - SECOND) == 0
        assert go(moment) == 1
        moment += pause
    assert [delivery(live_cast).state, delivery(live_cast).attempts] == ["failed", MAX_ATTEMPTS]
    assert go(moment + 30 * HOUR) == 0
    assert len({posted.headers["webhook-id"] for posted in server.posts}) == 1
    assert len({posted.headers["webhook-signature"] for posted in server.posts}) == MAX_ATTEMPTS
    with tenant_scope(live_cast.acme.pk):
        assert DeliveryAttempt.objects.count() == MAX_ATTEMPTS
        assert Endpoint.objects.get(pk=made.endpoint.pk).failing_since == at


def test_what_the_receiver_asks_for_is_respected(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "handover.accepted", at=at)
    server.say(429, headers={"Retry-After": "120"})
    go(at)
    assert go(at + timedelta(seconds=119)) == 0
    assert go(at + timedelta(seconds=120)) == 1
    assert delivery(live_cast).state == "delivered"


def test_a_redirect_is_a_failure(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "handover.accepted", at=at)
    server.say(302, headers={"Location": "http://127.0.0.1:1/"})
    go(at)
    assert [delivery(live_cast).state, delivery(live_cast).last_status, len(server.posts)] == ["waiting", 302, 1]


def test_an_address_that_became_private_is_not_posted_to(
    live_cast: Cast, server: Receiver, at: datetime, settings: Any
) -> None:
    make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "handover.accepted", at=at)
    settings.OUTBOUND_ALLOW_LOOPBACK = False
    go(at)
    assert server.posts == []
    assert "https" in delivery(live_cast).error


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/x", "https://[::1]/", "x"],
)
def test_a_private_address_cannot_be_entered(live_cast: Cast, at: datetime, url: str) -> None:
    with pytest.raises(InvalidInput):
        make_endpoint(live_cast, url, at=at)
    with tenant_scope(live_cast.acme.pk):
        assert not Endpoint.objects.exists()


def test_a_receiver_that_is_gone_is_switched_off_at_once(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "handover.accepted", at=at)
    server.say(410)
    go(at)
    assert [endpoint_state(live_cast), delivery(live_cast).state] == ["disabled", "failed"]
    happens(live_cast, "handover.accepted", at=at + HOUR)
    with tenant_scope(live_cast.acme.pk):
        assert Delivery.objects.count() == 1
        assert Notification.objects.filter(kind="endpoint.disabled").get().member_id == live_cast.ada.pk


def test_days_of_failure_switch_off_and_tell_administrators(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    server.always = server.always.__class__(500)
    happens(live_cast, "handover.accepted", at=at)
    go(at)
    assert endpoint_state(live_cast) == "active"
    happens(live_cast, "handover.accepted", at=at + DISABLE_AFTER)
    go(at + DISABLE_AFTER)
    assert endpoint_state(live_cast) == "disabled"
    with tenant_scope(live_cast.acme.pk):
        assert set(Delivery.objects.values_list("state", flat=True)) == {"failed"}
        resume_endpoint(Endpoint.objects.get(), by=live_cast.ada, at=at + DISABLE_AFTER)
        assert Endpoint.objects.get().failing_since is None


def test_a_success_forgets_the_failures_before(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    server.say(500)
    happens(live_cast, "handover.accepted", at=at)
    go(at)
    go(at + HOUR)
    with tenant_scope(live_cast.acme.pk):
        assert Endpoint.objects.get().failing_since is None


def test_one_dead_address_does_not_delay_another(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, "http://127.0.0.1:9/dead", at=at)
    make_endpoint(live_cast, server.url, at=at)
    for number in range(6):
        happens(live_cast, "case.opened", {"number": str(number)}, at=at)
    while go(at):
        pass
    assert len(server.posts) == 6
    with tenant_scope(live_cast.acme.pk):
        tried = Delivery.objects.filter(state="waiting").values_list("attempts", flat=True)
        assert sorted(tried) == [0, 0, 1, 1, 1, 1]


def test_a_worker_that_died_gives_its_message_back(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "handover.accepted", at=at)
    [row] = delivering._waiting(at=at, limit=10)
    assert delivering.claim(*row, at=at) is not None
    assert go(at + LEASE / 2) == 0
    assert go(at + LEASE) == 1


def test_a_paused_endpoint_gets_everything_when_it_goes_on(live_cast: Cast, server: Receiver, at: datetime) -> None:
    made = make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "case.opened", {"number": "1"}, at=at)
    with tenant_scope(live_cast.acme.pk):
        pause_endpoint(made.endpoint, by=live_cast.ada, at=at)
        with pytest.raises(EndpointNotActive):
            pause_endpoint(made.endpoint, by=live_cast.ada, at=at)
    happens(live_cast, "case.opened", {"number": "2"}, at=at)
    assert go(at + HOUR) == 0
    with tenant_scope(live_cast.acme.pk):
        resume_endpoint(made.endpoint, by=live_cast.ada, at=at + HOUR)
        with pytest.raises(EndpointActive):
            resume_endpoint(made.endpoint, by=live_cast.ada, at=at + HOUR)
    assert go(at + HOUR) == 2


def test_a_removed_endpoint_is_told_nothing_and_forgets_its_secrets(
    live_cast: Cast, server: Receiver, at: datetime
) -> None:
    made = make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "handover.accepted", at=at)
    with tenant_scope(live_cast.acme.pk):
        remove_endpoint(made.endpoint, by=live_cast.ada, at=at)
        with pytest.raises(EndpointRemoved):
            remove_endpoint(made.endpoint, by=live_cast.ada, at=at)
    happens(live_cast, "handover.accepted", at=at + HOUR)
    assert [go(at + HOUR), delivery(live_cast).state] == [0, "failed"]


def test_a_trial_message_arrives(live_cast: Cast, server: Receiver, at: datetime) -> None:
    made = make_endpoint(live_cast, server.url, at=at, types=("case.ruled",))
    with tenant_scope(live_cast.acme.pk):
        send_trial(made.endpoint, by=live_cast.ada, at=at)
    assert go(at) == 1
    assert json.loads(server.posts[0].body)["type"] == "endpoint.test"


def test_a_message_is_replayed_with_the_same_id(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "handover.accepted", at=at)
    with tenant_scope(live_cast.acme.pk), pytest.raises(DeliveryOnItsWay):
        replay_delivery(Delivery.objects.get(), by=live_cast.ada, at=at)
    go(at)
    with tenant_scope(live_cast.acme.pk):
        replay_delivery(Delivery.objects.get(), by=live_cast.ada, at=at + HOUR)
    assert go(at + HOUR) == 1
    first, again = server.posts
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.body == again.body


def test_a_range_of_failed_messages_is_replayed(live_cast: Cast, server: Receiver, at: datetime) -> None:
    made = make_endpoint(live_cast, server.url, at=at)
    for number in range(3):
        happens(live_cast, "case.opened", {"number": str(number)}, at=at + number * HOUR)
    with tenant_scope(live_cast.acme.pk):
        Delivery.objects.update(state="failed")
        span = {"since": at + HOUR, "until": at + 3 * HOUR, "by": live_cast.ada, "at": at + 5 * HOUR}
        assert replay_range(made.endpoint, failed_only=True, **span) == 2
        assert replay_range(made.endpoint, failed_only=True, **span) == 0
    assert go(at + 5 * HOUR) == 2


def test_a_muted_organisations_messages_never_leave(live_cast: Cast, server: Receiver, at: datetime) -> None:
    made = create_organisation(
        name="demo", country="AT", zone="Europe/Vienna", admin_email="d@example.com", at=at, muted=True
    )
    with tenant_scope(made.organisation.pk):
        create_endpoint(kind="webhook", name="CRM", url=server.url, types=[], by=made.administrator, at=at)
        record("case.opened", made.administrator, by=None, at=at, data={"number": "1"}, thread=LEAD)
    run_outbox(organisation=made.organisation, at=now())
    assert go(at) == 0
    with tenant_scope(made.organisation.pk):
        assert Delivery.objects.get().state == "muted"


def test_an_unknown_type_and_one_endpoint_too_many_are_refused(live_cast: Cast, at: datetime) -> None:
    with pytest.raises(InvalidInput):
        make_endpoint(live_cast, "https://example.com/", at=at, types=("nothing.happened",))
    for number in range(20):
        make_endpoint(live_cast, f"https://example.com/{number}", at=at)
    with pytest.raises(TooManyEndpoints):
        make_endpoint(live_cast, "https://example.com/", at=at)


def test_the_address_and_types_can_change(live_cast: Cast, server: Receiver, at: datetime) -> None:
    made = make_endpoint(live_cast, "https://example.com/old", at=at)
    with tenant_scope(live_cast.acme.pk):
        change_endpoint(made.endpoint, name="New", url=server.url, types=["case.opened"], by=live_cast.ada, at=at)
    happens(live_cast, "case.opened", {"number": "1"}, at=at)
    happens(live_cast, "handover.accepted", at=at)
    go(at)
    assert len(server.posts) == 1


def test_a_chat_channel_gets_a_sentence_and_keeps_its_address_to_itself(
    live_cast: Cast, server: Receiver, at: datetime
) -> None:
    made = make_endpoint(live_cast, f"{server.url}/services/T0/B0/abcdWXYZ", at=at, kind="slack")
    assert made.secret == ""
    assert made.endpoint.shown_url == "https://127.0.0.1/…WXYZ"
    assert "abcdWXYZ" not in made.endpoint.sealed_url
    with tenant_scope(live_cast.acme.pk), pytest.raises(NoSecret):
        rotate_secret(made.endpoint, by=live_cast.ada, at=at)
    happens(live_cast, "case.opened", {"number": "2026-001"}, at=at)
    go(at)
    [posted] = server.posts
    assert posted.path.endswith("/services/T0/B0/abcdWXYZ")
    assert json.loads(posted.body)["text"].startswith("Case 2026-001 was opened: a rejection is disputed. <http")
    assert "webhook-signature" not in posted.headers


def test_nothing_of_events_holds_the_address(live_cast: Cast, at: datetime) -> None:
    make_endpoint(live_cast, "https://example.com/token-1234", at=at)
    with tenant_scope(live_cast.acme.pk):
        assert "1234" not in json.dumps([event.data for event in Event.objects.all()])


def test_answers_about_an_erased_person_are_blanked(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    server.say(200, body=b"thanks for jane@example.com")
    happens(live_cast, "handover.accepted", at=at)
    go(at)
    with tenant_scope(live_cast.acme.pk):
        assert DeliveryAttempt.objects.get().response == "thanks for jane@example.com"
        blank_answers(record("lead.erased", live_cast.sam, by=None, at=at, thread=LEAD))
        assert DeliveryAttempt.objects.get().response == ""


def test_old_messages_are_forgotten_and_open_ones_kept(live_cast: Cast, server: Receiver, at: datetime) -> None:
    make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "case.opened", {"number": "1"}, at=at)
    go(at)
    happens(live_cast, "case.opened", {"number": "2"}, at=at)
    with tenant_scope(live_cast.acme.pk):
        assert forget_deliveries(at + timedelta(days=29)) == 0
        assert forget_deliveries(at + timedelta(days=31)) == 1
        assert Delivery.objects.get().state == "waiting"
        assert not DeliveryAttempt.objects.exists()


def test_two_organisations_hear_only_of_their_own(live_cast: Cast, server: Receiver, at: datetime) -> None:
    """Each message is signed with its own organisation's secret, and none crosses."""
    ours = make_endpoint(live_cast, f"{server.url}/acme", at=at)
    with tenant_scope(live_cast.globex.pk):
        theirs = create_endpoint(
            kind="webhook", name="CRM", url=f"{server.url}/globex", types=(), by=live_cast.gus, at=at
        )
        record("handover.accepted", live_cast.gus, by=live_cast.gus, at=at, data={}, thread=LEAD)
    happens(live_cast, "handover.accepted", at=at)
    run_outbox(organisation=live_cast.globex, at=now())
    assert go(at) == 2
    assert ours.secret != theirs.secret
    slugs = {"acme": live_cast.acme.slug, "globex": live_cast.globex.slug}
    with time_machine.travel(at, tick=False):
        for posted in server.posts:
            name = posted.path.rpartition("/")[2]
            mine, other = (ours, theirs) if name == "acme" else (theirs, ours)
            told = Webhook(mine.secret).verify(posted.body, dict(posted.headers))
            assert told["organisation"] == slugs[name]
            with pytest.raises(WebhookVerificationError):
                Webhook(other.secret).verify(posted.body, dict(posted.headers))
    assert sorted(posted.path.rpartition("/")[2] for posted in server.posts) == ["acme", "globex"]


def test_another_organisations_log_secret_and_replay_do_not_exist(
    live_cast: Cast, server: Receiver, at: datetime
) -> None:
    made = make_endpoint(live_cast, server.url, at=at)
    happens(live_cast, "handover.accepted", at=at)
    go(at)
    place = f"/api/v1/webhook-endpoints/{made.endpoint.pk}"
    log = f"{place}/deliveries/{delivery(live_cast).pk}"
    asked = [("get", path) for path in (place, f"{place}/secret", f"{place}/deliveries", log)]
    acts = [f"{place}/{act}" for act in ("rotation", "trial", "pause", "resumption")]
    asked += [("post", path) for path in (*acts, f"{log}/replay")] + [("delete", place)]
    with tenant_scope(live_cast.globex.pk):
        stranger = api_key(live_cast.gus, "webhooks:manage", at=at)
    with time_machine.travel(at, tick=False):
        answers = [
            getattr(Client(), method)(path, content_type="application/json", headers=stranger) for method, path in asked
        ]
        listed = Client().get("/api/v1/webhook-endpoints", headers=stranger).json()
    assert [answer.status_code for answer in answers] == [404] * len(asked)
    assert listed == {"results": [], "next": None}
    assert not [answer for answer in answers if made.secret.encode() in answer.content]
    assert (go(at + HOUR), len(server.posts), endpoint_state(live_cast)) == (0, 1, "active")


def test_nobody_listening_costs_nothing(live_cast: Cast, server: Receiver, at: datetime) -> None:
    with tenant_scope(live_cast.globex.pk):
        create_endpoint(kind="webhook", name="CRM", url=server.url, types=(), by=live_cast.gus, at=at)
    before = happens(live_cast, "handover.accepted", at=at)
    make_endpoint(live_cast, server.url, at=at)
    after = happens(live_cast, "handover.accepted", at=at)
    with tenant_scope(live_cast.acme.pk):
        waited = Outbox.objects.filter(handler="notifications.tell_machines", event__in=[before, after])
        assert list(waited.values_list("event", flat=True)) == [after.pk]
        assert [one.event_id for one in Delivery.objects.all()] == [after.pk]
