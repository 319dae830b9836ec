"""What reaches whom, how and when: choices, quiet hours, gathered mails, the link that ends them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from events.actions import record
from events.models import Event
from notifications.actions import choose, end_mails, forget_mails, keep_quiet, retry_mail, send_digests, tell_about
from notifications.actions.mailing import MailNotGivenUp
from notifications.kinds import KINDS, WEEKLY, How, groups_for
from notifications.models import Choice, DigestLine, Mail, Notification
from notifications.quiet import after_quiet, next_daily, next_hour
from notifications.rules import RULES
from notifications.sending import send_waiting
from notifications.unsubscribing import Wish, path_for, wish_in
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership, User
from tenants.roles import Role
from tests.notifications.smtp import Mailbox, mail_server
from tests.support import Cast, api_key, signed_in

VIENNA = ZoneInfo("Europe/Vienna")
HOUR = timedelta(hours=1)
LATE = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)

live = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as found:
        settings.EMAIL_BACKEND = "smarketing.lib.mail.Backend"
        settings.EMAIL_URL = f"smtp://127.0.0.1:{found.port}"
        yield found


def assigned(cast: Cast, *, at: datetime) -> Event:
    """Tell sam that a lead was given to him."""
    event = record("handover.assigned", cast.mara, by=None, at=at, data={"assigned_to": str(cast.sam.pk)})
    tell_about(event)
    tell_about(event)
    return event


@pytest.mark.parametrize(
    ("how", "bell", "mails", "lines"),
    [
        ("", 1, 1, 0), ("at_once", 1, 1, 0), ("hourly", 1, 0, 1), ("daily", 1, 0, 1), ("bell", 1, 0, 0),
        ("never", 0, 0, 0),
    ],
)  # fmt: skip
def test_each_way_is_kept_once(  # noqa: PLR0917 -- the columns of the table
    acme: Cast, at: datetime, how: str, bell: int, mails: int, lines: int
) -> None:
    choose(acme.sam, {"handover.assigned": how}, at=at)
    assigned(acme, at=at)
    assert (Notification.objects.count(), Mail.objects.count(), DigestLine.objects.count()) == (bell, mails, lines)


def test_the_usual_way_is_what_the_rule_says(acme: Cast, at: datetime) -> None:
    choose(acme.sam, {"handover.assigned": "never"}, at=at)
    choose(acme.sam, {"handover.assigned": ""}, at=at)
    assert not Choice.objects.exists()


@pytest.mark.parametrize("wanted", [{"nothing.known": "bell"}, {"handover.sent": "loud"}, {"clock.escalated": "never"}])
def test_what_cannot_be_chosen_is_refused_and_changes_nothing(acme: Cast, at: datetime, wanted: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        choose(acme.sam, {"handover.assigned": "bell", **wanted}, at=at)
    assert not Choice.objects.exists()


def test_every_kind_that_is_told_can_be_chosen_about() -> None:
    told = {
        "clock.excuse_requested": "clock.plea", "clock.evidence_offered": "clock.plea",
        "clock.excused": "clock.plea_answered", "clock.excuse_refused": "clock.plea_answered",
        "clock.evidence_refused": "clock.plea_answered", "clock.breach_voided": "clock.plea_answered",
    }  # fmt: skip
    missing = {told.get(kind, kind) for kind in RULES} - set(KINDS)
    assert missing == set()


@pytest.mark.parametrize("role", list(Role))
def test_everybody_is_offered_what_concerns_them(role: Role) -> None:
    offered = {kind.key for group in groups_for({role}) for kind in group.kinds}
    assert "clock.escalated" in offered
    assert ("handover.sent" in offered) == (role in {Role.SALES_REP, Role.SALES_MANAGER})


@pytest.mark.parametrize(
    ("local", "begin", "end", "expected"),
    [
        ("2026-03-02T18:59", "19:00", "07:00", "2026-03-02T18:59"),
        ("2026-03-02T19:00", "19:00", "07:00", "2026-03-03T07:00"),
        ("2026-03-03T06:59", "19:00", "07:00", "2026-03-03T07:00"),
        ("2026-03-03T07:00", "19:00", "07:00", "2026-03-03T07:00"),
        ("2026-03-02T12:30", "12:00", "13:00", "2026-03-02T13:00"),
        ("2026-03-02T12:30", "12:00", "12:00", "2026-03-02T12:30"),
        # The night in which summer time begins.
        ("2026-03-28T23:00", "19:00", "07:00", "2026-03-29T07:00"),
        ("2026-12-31T23:00", "19:00", "00:00", "2027-01-01T00:00"),
    ],
)  # fmt: skip
def test_quiet_hours_are_the_readers(local: str, begin: str, end: str, expected: str) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=VIENNA)
    found = after_quiet(at, begin=time.fromisoformat(begin), end=time.fromisoformat(end), zone=VIENNA)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=VIENNA)


def test_the_next_hour_and_the_next_morning() -> None:
    at = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    assert next_hour(at) == datetime(2026, 3, 28, 13, tzinfo=UTC)
    assert next_daily(at, on=time(8), zone=VIENNA) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert next_daily(at, on=time(14), zone=VIENNA) == datetime(2026, 3, 28, 13, tzinfo=UTC)


@live
def test_a_mail_outside_working_hours_waits_for_the_next_opening(live_cast: Cast, box: Mailbox) -> None:
    with tenant_scope(live_cast.acme.pk):
        assigned(live_cast, at=LATE)
    assert send_waiting(at=LATE) == 0
    assert send_waiting(at=LATE + HOUR) == 0
    # Tuesday 9:00 in Vienna.
    assert send_waiting(at=datetime(2026, 3, 3, 8, 0, tzinfo=UTC)) == 1
    assert len(box.mails) == 1


@live
@pytest.mark.parametrize(("quiet", "sent"), [("never", 1), ("own", 0), ("work", 0)])
def test_quiet_is_as_chosen(live_cast: Cast, box: Mailbox, quiet: str, sent: int) -> None:
    with tenant_scope(live_cast.acme.pk):
        keep_quiet(live_cast.sam, quiet=quiet, quiet_from=time(20), quiet_until=time(6), daily_at=time(8), at=LATE)
        assigned(live_cast, at=LATE)
    assert send_waiting(at=LATE) == sent


@live
def test_own_quiet_hours_are_on_the_readers_clock(live_cast: Cast, box: Mailbox) -> None:
    with tenant_scope(live_cast.acme.pk):
        User.objects.filter(pk=live_cast.sam.user_id).update(zone="America/New_York")
        keep_quiet(live_cast.sam, quiet="own", quiet_from=time(20), quiet_until=time(6), daily_at=time(8), at=LATE)
        assigned(live_cast, at=LATE)
    assert send_waiting(at=LATE) == 1


@live
def test_a_mail_is_text_and_html_and_says_how_it_ends(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        assigned(live_cast, at=at)
    send_waiting(at=at)
    [mail] = box.mails
    plain, rich = mail.iter_parts()
    assert [plain.get_content_type(), rich.get_content_type()] == ["text/plain", "text/html"]
    for text in (plain.get_content(), rich.get_content()):
        assert "A lead was given to you: it is in your inbox." in text
        assert "/o/acme/me/notifications/" in text
        assert "/unsubscribe/" in text
    assert re.fullmatch(r"<http[^<>]+/unsubscribe/[^<>]+/>", mail["List-Unsubscribe"].strip())
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@live
def test_one_click_ends_the_mails_and_looking_does_not(live_cast: Cast, box: Mailbox, at: datetime) -> None:
    with tenant_scope(live_cast.acme.pk):
        assigned(live_cast, at=at)
    send_waiting(at=at)
    path = re.sub(r"^<https?://[^/]+|>$", "", box.mails[0]["List-Unsubscribe"].strip())
    browser = Client(enforce_csrf_checks=True)
    assert b"A lead was given to you" in browser.get(path).content
    with tenant_scope(live_cast.acme.pk):
        assert not Choice.objects.exists()
    for _again in range(2):
        response = browser.post(path, {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
    with tenant_scope(live_cast.acme.pk):
        assert (Choice.objects.get().kind, Choice.objects.get().how) == ("handover.assigned", "bell")
        assigned(live_cast, at=at + HOUR)
        assert (Mail.objects.count(), Notification.objects.count()) == (1, 2)


def test_only_our_own_links_end_mails(cast: Cast) -> None:
    wish = Wish("acme", cast.sam.pk, "handover.sent")
    token = path_for(wish).split("/")[2]
    assert wish_in(token) == wish
    assert wish_in(token[:-1]) is None
    assert wish_in("x") is None
    foreign = path_for(Wish("acme", cast.gus.pk, "handover.sent"))
    for path in ("/unsubscribe/x/", f"/unsubscribe/{token}x/", foreign):
        assert Client().get(path).status_code == 404
        assert Client().post(path).status_code == 404


def test_ending_all_mails_leaves_silence_as_chosen(acme: Cast, at: datetime) -> None:
    choose(acme.sam, {"lead.dwelling": "never"}, at=at)
    end_mails(acme.sam, "", at=at)
    found = dict(Choice.objects.values_list("kind", "how"))
    assert found["lead.dwelling"] == How.NEVER
    assert found[WEEKLY] == How.NEVER
    assert found["handover.sent"] == How.BELL


def test_several_notices_are_one_mail(acme: Cast, at: datetime) -> None:
    choose(acme.sam, {"handover.assigned": "hourly"}, at=at)
    for minute in (0, 10, 20):
        assigned(acme, at=at + timedelta(minutes=minute))
    assert send_digests(at + timedelta(minutes=30)) == 0
    assert [send_digests(at + HOUR), send_digests(at + HOUR)] == [1, 0]
    mail = Mail.objects.get()
    assert mail.subject == "3 notices of acme"
    assert mail.body.count("A lead was given to you") == 3
    assert wish_in(mail.unsubscribe.split("/")[2]).kind == "handover.assigned"  # type: ignore[union-attr]


def test_the_mail_of_the_day_comes_in_the_morning_and_respects_the_weekend(acme: Cast) -> None:
    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
    choose(acme.sam, {"handover.assigned": "daily"}, at=friday)
    assigned(acme, at=friday)
    assert DigestLine.objects.get().due_at == datetime(2026, 3, 7, 7, 0, tzinfo=UTC)
    assert send_digests(datetime(2026, 3, 7, 12, 0, tzinfo=UTC)) == 0
    assert send_digests(datetime(2026, 3, 9, 8, 0, tzinfo=UTC)) == 1


def test_who_left_gets_no_gathered_mail(acme: Cast, at: datetime) -> None:
    choose(acme.sam, {"handover.assigned": "hourly"}, at=at)
    assigned(acme, at=at)
    Membership.objects.filter(pk=acme.sam.pk).update(is_active=False)
    assert send_digests(at + HOUR) == 0
    assert not DigestLine.objects.exists()


def test_old_mails_are_forgotten(acme: Cast, at: datetime) -> None:
    choose(acme.sam, {"handover.assigned": "hourly"}, at=at)
    assigned(acme, at=at)
    send_digests(at + HOUR)
    Mail.objects.update(state="sent")
    assert forget_mails(at + timedelta(days=89)) == 0
    assert forget_mails(at + timedelta(days=91)) == 1
    assert not DigestLine.objects.exists()


@live
def test_a_failed_mail_is_told_to_administrators_once_a_day_and_can_be_retried(
    live_cast: Cast, box: Mailbox, at: datetime
) -> None:
    box.refuse["sam@"] = 550
    with tenant_scope(live_cast.acme.pk):
        assigned(live_cast, at=at)
        assigned(live_cast, at=at + timedelta(minutes=1))
    send_waiting(at=at + HOUR)
    with tenant_scope(live_cast.acme.pk):
        [event] = Event.objects.filter(kind="mail.failed")
        tell_about(event)
        assert Notification.objects.get(kind="mail.failed").member_id == live_cast.ada.pk
        assert not Mail.objects.filter(member=live_cast.ada).exists()
        mail = Mail.objects.filter(state="dead")[0]
        retry_mail(mail, by=live_cast.ada, at=at + HOUR)
        with pytest.raises(MailNotGivenUp):
            retry_mail(mail, by=live_cast.ada, at=at + HOUR)
    box.refuse.clear()
    assert send_waiting(at=at + HOUR) == 1


def test_the_page_saves_what_was_chosen(cast: Cast, at: datetime) -> None:
    client = signed_in(cast.sam)
    url = "/o/acme/me/notifications/"
    assert b"A new lead is in your inbox" in client.get(url).content
    form = {"quiet": "own", "quiet_from": "20:00", "quiet_until": "06:30", "daily_at": "09:00"}
    assert client.post(url, {**form, "how_handover_sent": "daily"}).status_code == 302
    assert client.post(url, {**form, "how_handover_sent": "loud"}).status_code == 422
    with tenant_scope(cast.acme.pk):
        assert Choice.objects.get().how == "daily"
    assert b'value="06:30"' in client.get(url).content


def test_a_client_reads_and_changes_its_members_choices(cast: Cast, at: datetime) -> None:
    client = Client(headers=api_key(cast.sam, "leads:read", "leads:write", at=at))
    url = "/api/v1/notification-choices"
    sent = {"quiet": "never", "choices": {"handover.sent": "hourly"}}
    answer = client.patch(url, sent, content_type="application/json")
    assert (answer.status_code, answer.json()["quiet"], answer.json()["choices"]["handover.sent"]) == (
        200,
        "never",
        "hourly",
    )
    assert client.get(url).json() == answer.json()
    wrong = client.patch(url, {"choices": {"clock.escalated": "never"}}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/choices/clock.escalated")
