"""Mails leave once, through a real SMTP server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import send_mail
from django.db import connections

from events.actions import record
from notifications import sending
from notifications.actions import put_mail
from notifications.models import Mail
from notifications.sending import LEASE, MAX_ATTEMPTS, send_waiting
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.access import find_invitation
from tenants.actions import create_organisation, invite
from tests.notifications.smtp import Mailbox, mail_server
from tests.support import Cast, run_outbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as found:
        settings.EMAIL_BACKEND = "smarketing.lib.mail.Backend"
        settings.EMAIL_URL = f"smtp://127.0.0.1:{found.port}"
        yield found


def put(cast: Cast, *, at: datetime, to: str = "sam@example.com", number: int = 1) -> None:
    with tenant_scope(cast.acme.pk):
        event = record("test.happened", cast.sam, by=None, at=at)
        put_mail(to=to, subject="Größe\nzählt", body="Grüße\n.\nEnde", once_key=f"k{number}", event=event)
        put_mail(to=to, subject="again", body="again", once_key=f"k{number}", event=event)


def state(cast: Cast) -> tuple[str, int]:
    with tenant_scope(cast.acme.pk):
        mail = Mail.objects.get()
    return mail.state, mail.attempts


def test_a_mail_leaves_once_with_its_text(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    put(live_cast, at=at)
    assert [send_waiting(at=at), send_waiting(at=at + timedelta(hours=1))] == [1, 0]
    assert len(box.mails) == 1
    assert box.mails[0]["Subject"] == "Größe zählt"
    assert box.mails[0]["To"] == "sam@example.com"
    assert box.mails[0].get_content().splitlines() == ["Grüße", ".", "Ende"]
    assert state(live_cast) == ("sent", 1)


def test_workers_at_once_send_each_mail_once(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    for number in range(12):
        put(live_cast, at=at, number=number, to=f"p{number}@example.com")

    def work(_number: int) -> None:
        try:
            send_waiting(at=at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert sorted(mail["To"] for mail in box.mails) == sorted(f"p{number}@example.com" for number in range(12))


def test_a_server_that_hangs_up_is_asked_again_later(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    box.hang_up = 1
    put(live_cast, at=at)
    send_waiting(at=at)
    assert state(live_cast) == ("waiting", 1)
    assert send_waiting(at=at + timedelta(seconds=1)) == 0
    send_waiting(at=at + timedelta(minutes=1))
    assert state(live_cast) == ("sent", 2)
    assert len(box.mails) == 1


def test_a_mailbox_that_does_not_exist_is_given_up_at_once(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    box.refuse["sam@"] = 550
    put(live_cast, at=at)
    send_waiting(at=at)
    assert state(live_cast) == ("dead", 1)


def test_a_busy_mailbox_is_given_up_after_the_last_attempt(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    box.refuse["sam@"] = 451
    put(live_cast, at=at)
    for attempt in range(MAX_ATTEMPTS + 2):
        send_waiting(at=at + timedelta(hours=3 * attempt))
    assert state(live_cast) == ("dead", MAX_ATTEMPTS)


def test_one_bad_mail_does_not_hold_up_the_others(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    put(live_cast, at=at, number=1, to="bad\n@example.com")
    put(live_cast, at=at + timedelta(seconds=1), number=2)
    send_waiting(at=at + timedelta(seconds=2))
    assert [mail["To"] for mail in box.mails] == ["sam@example.com"]


def test_a_worker_that_died_with_a_mail_gives_it_back(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    put(live_cast, at=at)
    [waiting] = sending._waiting(at=at, limit=10)
    assert sending._claim(waiting, at=at) is not None
    assert send_waiting(at=at + LEASE / 2) == 0
    assert send_waiting(at=at + LEASE * 1.01) == 1
    assert len(box.mails) == 1


def test_without_a_server_mails_are_kept_as_a_log(live_cast: Cast, settings: Any, at: datetime) -> None:
    settings.EMAIL_URL = ""
    put(live_cast, at=at)
    assert send_waiting(at=at) == 0
    assert state(live_cast) == ("kept", 0)


def test_a_muted_organisations_mails_never_leave(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    made = create_organisation(
        name="demo", country="AT", zone="Europe/Vienna", admin_email="d@example.com", at=at, muted=True
    )
    with tenant_scope(made.organisation.pk):
        event = record("test.happened", made.administrator, by=None, at=at)
        put_mail(to="x@example.com", subject="s", body="b", once_key="k", event=event)
        assert Mail.objects.get().state == "muted"
    assert send_waiting(at=at) == 0
    assert box.mails == []


def test_an_invitation_is_mailed_with_the_link_that_works(live_cast: Cast, box: Mailbox) -> None:
    with tenant_scope(live_cast.acme.pk):
        made = invite(email="new@example.com", roles=["marketer"], by=live_cast.ada, at=now())
    run_outbox(organisation=live_cast.acme, at=now())
    send_waiting(at=now())
    [mail] = [mail for mail in box.mails if mail["To"] == "new@example.com"]
    token = mail.get_content().partition("/invite/")[2].partition("/")[0]
    # Not the link that whoever invites is shown: this one proves the address.
    assert token != made.token
    found = find_invitation(token, at=now())
    assert found is not None
    assert (found.invitation.pk, found.by_mail) == (made.invitation.pk, True)


def test_other_mails_of_the_application_leave_by_the_same_server(live_cast: Cast, box: Mailbox) -> None:
    send_mail("Reset", "text", None, ["sam@example.com"])
    assert [mail["Subject"] for mail in box.mails] == ["Reset"]
