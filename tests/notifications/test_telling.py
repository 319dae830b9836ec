"""What people are told about an event: under the bell and by mail, once each."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from events.actions import record
from events.models import Event
from notifications.actions import tell_about
from notifications.models import Mail, Notification
from notifications.rules import told_about
from tenants.models import Membership, User
from tests.support import Cast

DUE = "2026-03-02T10:00:00+00:00"


def happened(cast: Cast, kind: str, data: dict[str, Any], *, at: datetime, by: Membership | None = None) -> Event:
    return record(kind, cast.sam, by=by, at=at, data=data)


def told(cast: Cast) -> set[str]:
    names = {person.pk: name for name, person in cast.people().items()}
    return {names[pk] for pk in Notification.objects.values_list("member_id", flat=True)}


def mailed() -> set[str]:
    return {to.partition("@")[0] for to in Mail.objects.values_list("to", flat=True)}


@pytest.mark.parametrize(
    ("kind", "data", "people", "mails"),
    [
        ("handover.sent", {"assigned_to": "sam", "tier": "standard"}, {"sam"}, {"sam"}),
        ("handover.sent", {"assigned_to": None, "tier": "standard"}, {"sina"}, {"sina"}),
        ("handover.rejected", {"sent_by": "mara"}, {"mara"}, {"mara"}),
        ("handover.rejected", {}, {"marc"}, {"marc"}),
        (
            "clock.warning",
            {"commitment": "decision", "owner": "sam", "side": "sales", "share": 50, "due_at": DUE},
            {"sam"},
            set(),
        ),
        (
            "clock.warning",
            {"commitment": "decision", "owner": "sam", "side": "sales", "share": 90, "due_at": DUE},
            {"sam"},
            {"sam"},
        ),
        (
            "clock.warning",
            {"commitment": "decision", "owner": "sam", "side": "sales", "share": 90, "due_at": DUE, "skipped": True},
            set(),
            set(),
        ),
        (
            "clock.breached",
            {"commitment": "first_contact", "owner": "sam", "side": "sales", "due_at": DUE},
            set(),
            set(),
        ),
        ("clock.breached", {"commitment": "volume", "side": "marketing", "due_at": DUE}, {"marc"}, {"marc"}),
        (
            "clock.breached",
            {"commitment": "pace", "owner": "mara", "side": "marketing", "due_at": DUE},
            {"mara", "marc"},
            {"mara", "marc"},
        ),
        ("clock.excuse_requested", {"commitment": "decision", "side": "sales"}, {"marc"}, {"marc"}),
        ("clock.evidence_offered", {"commitment": "ruling", "side": "board"}, {"marc", "sina"}, {"marc", "sina"}),
        ("clock.excused", {"commitment": "decision", "side": "sales", "requested_by": "sam"}, {"sam"}, {"sam"}),
        ("case.opened", {"number": "2026-001", "rejected_by": "sam"}, {"sam", "rita"}, {"sam", "rita"}),
        ("case.ruled", {"number": "1", "filed_by": "mara", "rejected_by": "sam"}, {"mara", "sam"}, {"mara", "sam"}),
        ("target.proposed", {}, {"sina"}, {"sina"}),
        ("target.proposed", {"months": 3}, {"sina"}, {"sina"}),
        ("target.proposed", {"months": 0}, set(), set()),
        ("pace.at_risk", {"forecast": "480.50", "target": "500"}, {"marc", "sina"}, {"marc", "sina"}),
        ("pace.on_track", {"forecast": "510.00", "target": "500"}, {"marc", "sina"}, set()),
        ("lead.received", {}, set(), set()),
    ],
)  # fmt: skip
def test_tells_those_whom_it_concerns_and_nobody_twice(  # noqa: PLR0917 -- the columns of the table
    acme: Cast, at: datetime, kind: str, data: dict[str, Any], people: set[str], mails: set[str]
) -> None:
    known = {name: str(person.pk) for name, person in acme.people().items()}
    event = happened(acme, kind, {name: known.get(value, value) for name, value in data.items()}, at=at)
    tell_about(event)
    tell_about(event)
    assert told(acme) == people
    assert mailed() == mails
    assert Notification.objects.count() == len(people)


def test_who_caused_it_is_not_told(acme: Cast, at: datetime) -> None:
    tell_about(happened(acme, "target.proposed", {}, at=at, by=acme.sina))
    assert told(acme) == set()


def test_somebody_who_left_is_not_told(acme: Cast, at: datetime) -> None:
    Membership.objects.filter(pk=acme.sina.pk).update(is_active=False)
    tell_about(happened(acme, "target.proposed", {}, at=at))
    assert told(acme) == set()


def test_the_time_is_the_readers_own(acme: Cast, at: datetime) -> None:
    User.objects.filter(pk=acme.sam.user_id).update(zone="Asia/Tokyo")
    data = {"commitment": "decision", "members": [str(acme.sam.pk)], "share": 100, "due_at": DUE}
    tell_about(happened(acme, "clock.escalated", data, at=at))
    assert "19:00" in Notification.objects.get().text


def test_no_names_of_people_leads_or_companies_are_needed(at: datetime) -> None:
    for kind in ("handover.sent", "handover.rejected", "target.proposed"):
        assert told_about(kind, {})


def test_a_mail_says_where_to_look(acme: Cast, at: datetime) -> None:
    tell_about(happened(acme, "target.proposed", {}, at=at + timedelta(hours=1)))
    mail = Mail.objects.get()
    assert "/o/acme/" in mail.body
    assert mail.to == "sina@example.com"
