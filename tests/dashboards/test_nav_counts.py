"""The numbers beside the navigation."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from arbitration.actions import file_appeal
from leads.actions import reject_handover
from notifications.actions import mark_read
from notifications.models import Notification
from smarketing.lib.scope import tenant_scope
from tests.leads.makers import make_handover
from tests.support import Cast, signed_in

URL = "/o/acme/nav-counts/"
HOUR = timedelta(hours=1)


def counts(client: Client, at: datetime, **headers: str) -> Any:
    with time_machine.travel(at, tick=False):
        return client.get(URL, headers=headers)


def numbers(response: Any) -> dict[str, int]:
    return {item.key: item.count for item in response.context["counts"] if item.key != "bell"}


@pytest.fixture
def busy(cast: Cast, at: datetime) -> Cast:
    """Three handovers: one waits, one came back, one is in dispute."""
    with tenant_scope(cast.acme.pk):
        sent = [make_handover(by=cast.mara, at=at, email=f"p{n}@example.com") for n in range(3)]
        claim = {"reason": "not_fitting", "criterion": "industry", "by": cast.sam, "at": at + HOUR}
        rejections = [reject_handover(handover, **claim) for handover in sent[:2]]
        file_appeal(rejections[0], grounds="It fits", by=cast.mara, at=at + HOUR)
    return cast


def test_each_role_sees_what_waits_for_it(busy: Cast, at: datetime) -> None:
    expected = {
        "sam": {"i": 1, "d": 1, "s": 0},
        "sina": {"i": 1, "d": 1, "s": 0},
        "mara": {"r": 1, "d": 1, "s": 0},
        "rita": {"d": 1, "s": 0},
        "ned": {"d": 1, "s": 0},
    }
    for name, found in expected.items():
        assert numbers(counts(signed_in(busy.people()[name]), at + 2 * HOUR)) == found, name


def test_a_broken_promise_is_hot_before_the_sweep_has_been(busy: Cast, at: datetime) -> None:
    response = counts(signed_in(busy.sina), at + timedelta(days=2))
    assert numbers(response)["s"] > 0
    text = response.content.decode()
    assert "hx-swap-oob=\"outerHTML:[data-count='s']\" data-hot" in text


def test_unchanged_numbers_are_not_sent_again(busy: Cast, at: datetime) -> None:
    client = signed_in(busy.sam)
    first = counts(client, at + 2 * HOUR)
    again = counts(client, at + 2 * HOUR, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    with tenant_scope(busy.acme.pk):
        make_handover(by=busy.mara, at=at, email="new@example.com")
    news = counts(client, at + 2 * HOUR, **{"If-None-Match": first["ETag"]})
    assert news.status_code == 200
    assert numbers(news)["i"] == 2


def test_the_bell_counts_what_was_not_seen_and_forgets_what_was(cast: Cast, at: datetime) -> None:
    with tenant_scope(cast.acme.pk):
        for number in range(2):
            Notification.objects.create(
                member=cast.sam, kind="lead.woke", text="x", path="/", at=at, once_key=str(number)
            )
    client = signed_in(cast.sam)
    first = counts(client, at)
    assert """data-count='bell']">2</span>""" in first.content.decode()
    assert counts(client, at, **{"If-None-Match": first["ETag"]}).status_code == 304
    with tenant_scope(cast.acme.pk):
        mark_read(cast.sam, until=at, at=at)
    after = counts(client, at, **{"If-None-Match": first["ETag"]})
    assert """data-count='bell']" hidden>""" in after.content.decode()
    assert """data-count='bell']" hidden>""" in counts(signed_in(cast.mara), at).content.decode()


def test_nothing_to_do_hides_the_number(cast: Cast, at: datetime) -> None:
    text = counts(signed_in(cast.rita), at).content.decode()
    assert text.count(" hidden>") == 3


def test_a_stranger_gets_404(cast: Cast, at: datetime) -> None:
    assert counts(signed_in(cast.gus), at).status_code == 404


def test_every_page_asks_for_them(cast: Cast, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        text = signed_in(cast.rita).get("/o/acme/dashboard/").content.decode()
    assert f'hx-get="{URL}"' in text
    assert 'data-count="s"' in text
