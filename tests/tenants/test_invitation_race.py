"""The limit of invitations holds when many are sent at the same moment."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest

from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.actions import TooManyInvitations, invitations, invite
from tenants.actions.invitations import MOST_TO_ONE
from tenants.models import Invitation
from tests.intake.test_races import AT_ONCE, at_once
from tests.support import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def invited_at_once(cast: Cast) -> int:
    """Invite one person many times at the same moment; return how many invitations stand then."""

    def send(_number: int) -> None:
        with tenant_scope(cast.acme.pk):
            try:
                invite(email="new@example.com", roles=["marketer"], by=cast.ada, at=now())
            except TooManyInvitations:
                return

    at_once(send, times=AT_ONCE)
    with tenant_scope(cast.acme.pk):
        return Invitation.objects.count()


def test_no_more_than_the_limit_leave_however_many_are_sent_at_once(live_cast: Cast) -> None:
    assert invited_at_once(live_cast) == MOST_TO_ONE


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the wait for others, everybody has counted before anybody has sent."""
    monkeypatch.setattr(invitations, "_wait_for_others", lambda: None)
    together, send = Barrier(AT_ONCE), invitations._seat_token

    def sent_together(**options: Any) -> Any:
        together.wait(20)
        return send(**options)

    monkeypatch.setattr(invitations, "_seat_token", sent_together)


def test_negative_control_without_the_wait_all_of_them_leave(live_cast: Cast, unguarded: Callable[[], None]) -> None:
    assert invited_at_once(live_cast) == AT_ONCE
