"""People and machines are told of several events at once what they would be told of each by itself."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from events.actions import record
from events.models import Event
from notifications.actions import (
    choose,
    create_endpoint,
    pause_endpoint,
    tell_about,
    tell_about_many,
    tell_machines,
    tell_machines_of_many,
)
from notifications.models import Delivery, DigestLine, Endpoint, Mail, Notification
from tests.support import Cast

LEAD = UUID("0199f0c2-7a10-7d3e-9c54-3b1f2a6e8d01")
DUE = "2026-03-02T10:00:00+00:00"
# Row of its own each time, and what the rows of both ways may differ in.
OF_THE_ROW = {"id", "mail_id", "message_id"}


def happened(cast: Cast, at: datetime) -> list[Event]:
    """Events of many kinds: for one person, for roles, by those whom they concern, for nobody."""
    sam, mara, sina = (str(member.pk) for member in (cast.sam, cast.mara, cast.sina))
    near = {"commitment": "decision", "owner": sam, "side": "sales", "share": 90, "due_at": DUE}
    told: list[tuple[str, dict[str, Any], Any]] = [
        ("handover.sent", {"assigned_to": sam, "tier": "standard"}, cast.mara),
        ("lead.received", {"created": True}, None),
        ("handover.sent", {"assigned_to": None, "tier": "standard"}, cast.mara),
        ("target.proposed", {"month": "2026-03", "points": "500"}, cast.marc),
        ("target.proposed", {"month": "2026-04", "points": "500"}, cast.sina),
        ("target.proposed", {"month": "2026-05", "points": "500", "months": 0}, cast.marc),
        ("clock.warning", near, None),
        ("clock.warning", {**near, "skipped": True}, None),
        ("handover.rejected", {"sent_by": mara, "reason": "budget"}, cast.sam),
        ("handover.rejected", {}, cast.sam),
        ("clock.escalated", {**near, "members": [sam, sina], "share": 100}, None),
        ("case.opened", {"number": "2026-001", "rejected_by": sam}, cast.mara),
        ("nobody.knows", {}, None),
    ]
    return [
        record(kind, cast.sam, by=by, at=at + timedelta(minutes=place), data=data, thread=LEAD)
        for place, (kind, data, by) in enumerate(told)
    ]


def compared(tables: Sequence[Any], *ways: Callable[[], Any]) -> list[dict[str, list[Any]]]:
    """Return what each of these ways leaves in the tables, by itself."""
    found = []
    for way in ways:
        mark = transaction.savepoint()
        way()
        found.append({table.__name__: sorted(map(_picture, table.objects.all())) for table in tables})
        transaction.savepoint_rollback(mark)
    return found


def _picture(row: Any) -> str:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return repr({name: value for name, value in values.items() if name not in OF_THE_ROW})


def one_by_one(run: Callable[[Event], None], events: Sequence[Event]) -> None:
    for event in events:
        run(event)


def test_people_are_told_the_same(acme: Cast, at: datetime) -> None:
    choose(acme.sam, {"handover.sent": "hourly", "clock.warning": "bell"}, at=at)
    choose(acme.sina, {"target.proposed": "daily", "handover.sent": "never"}, at=at)
    events = happened(acme, at)
    tables = (Notification, Mail, DigestLine)
    # The link that ends the mails holds the second in which it was signed.
    with time_machine.travel(at, tick=False):
        alone, together = compared(tables, lambda: one_by_one(tell_about, events), lambda: tell_about_many(events))
    assert all(alone.values()), "little is compared"
    assert together == alone


def test_people_are_told_once_when_the_group_comes_again(acme: Cast, at: datetime) -> None:
    events = happened(acme, at)
    tell_about_many(events[:6])
    tell_about_many(events)
    counts = [table.objects.count() for table in (Notification, Mail)]
    tell_about_many(events)
    assert [table.objects.count() for table in (Notification, Mail)] == counts


def test_machines_are_told_the_same(acme: Cast, at: datetime) -> None:
    for name, kind, types in (
        ("all", "webhook", ()),
        ("some", "webhook", ("handover.sent", "case.opened")),
        ("later", "webhook", ("target.proposed",)),
        ("talk", "slack", ()),
    ):
        url = f"https://{'hooks.slack.com/services/T0/B0/x' if kind == 'slack' else 'example.com/hook'}"
        create_endpoint(kind=kind, name=name, url=url, types=types, by=acme.ada, at=at)
    pause_endpoint(Endpoint.objects.get(name="later"), by=acme.ada, at=at)
    events = happened(acme, at)
    alone, together = compared(
        (Delivery,), lambda: one_by_one(tell_machines, events), lambda: tell_machines_of_many(events)
    )
    assert len(alone["Delivery"]) > len(events)
    assert together == alone


def test_what_nobody_wants_to_hear_costs_hardly_anything(acme: Cast, at: datetime) -> None:
    create_endpoint(
        kind="webhook", name="CRM", url="https://example.com/hook", types=("case.opened",), by=acme.ada, at=at
    )
    events = [record("lead.received", acme.sam, by=None, at=at, data={"created": True}) for _place in range(50)]
    with CaptureQueriesContext(connection) as asked:
        tell_machines_of_many(events)
        tell_about_many(events)
    # The endpoints, and the savepoints of both.
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) == 1
