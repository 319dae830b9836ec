"""The bell's page."""

from datetime import timedelta

from django.test import Client

from events.actions import record
from notifications.actions import tell_about
from notifications.models import Notification
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.support import CANARY, Cast, signed_in

LIST = "/o/acme/notifications/"


def tell_sina(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        tell_about(record("target.proposed", cast.marc, by=cast.marc, at=now() - timedelta(minutes=1)))


def unread(cast: Cast) -> int:
    with tenant_scope(cast.acme.pk):
        return Notification.objects.filter(read_at=None).count()


def test_shows_each_member_their_own(cast: Cast) -> None:
    tell_sina(cast)
    assert "proposes a target" in signed_in(cast.sina).get(LIST).content.decode()
    for name, person in cast.people().items():
        page = signed_in(person).get(LIST)
        assert page.status_code == 200
        assert ("proposes a target" in page.content.decode()) is (name == "sina")
        assert CANARY not in page.content.decode()
    assert signed_in(cast.gus).get(LIST).status_code == 404
    assert Client().get(LIST).status_code == 302


def test_marks_read_what_was_seen_and_only_ones_own(cast: Cast) -> None:
    tell_sina(cast)
    signed_in(cast.sam).post(f"{LIST}read/")
    signed_in(cast.sina).post(f"{LIST}read/", data={"until": (now() - timedelta(hours=1)).isoformat()})
    assert unread(cast) == 1
    assert signed_in(cast.sina).post(f"{LIST}read/", data={"until": now().isoformat()}).status_code == 302
    assert unread(cast) == 0


def test_an_odd_moment_is_no_error(cast: Cast) -> None:
    for until in ("soon", "2026-02-30T00:00:00Z", "2026-01-01", "", "\x00"):
        assert signed_in(cast.sina).post(f"{LIST}read/", data={"until": until}).status_code == 302
