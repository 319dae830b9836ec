"""Meetings of the board: docket, minutes, meeting room, calendar file."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import icalendar
import pytest
import time_machine
from django.test import Client

from arbitration.actions import (
    DocketFull,
    NotOnDocket,
    NotYourSitting,
    SittingChanged,
    SittingOver,
    end_sitting,
    move_on_docket,
    plan_sitting,
    put_on_docket,
    rule_on_case,
    take_off_docket,
    write_minutes,
)
from arbitration.models import Case, Sitting, SittingCase
from arbitration.queries import sittings
from leads.models import Handover
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.arbitration.support import make_case
from tests.support import Cast

ClientOf = Callable[[Membership], Client]
DAY = timedelta(days=1)


def numbers(sitting: Sitting) -> list[str]:
    rows = SittingCase.objects.filter(sitting=sitting).select_related("case").order_by("position")
    return [row.case.number for row in rows]


def plan(cast: Cast, *, at: datetime, order: str = "oldest") -> Sitting:
    return plan_sitting(starts_at=at + 7 * DAY, place="Room 1", order=order, by=cast.rita, at=at + DAY)


def test_the_docket_takes_open_cases_in_the_order_asked_for(acme: Cast, at: datetime) -> None:
    first, second, third = (make_case(acme, name, at=at) for name in ("ann", "ben", "cleo"))
    rule_on_case(first, outcome="upheld", reasons="So.", by=acme.rita, at=at + DAY)
    Handover.objects.filter(pk=third.handover_id).update(weight=Decimal(3))
    assert numbers(plan(acme, at=at)) == [second.number, third.number]
    assert numbers(plan(acme, at=at, order="value")) == [third.number, second.number]
    # Both wait on the same question: the older one first.
    assert numbers(plan(acme, at=at, order="quota")) == [second.number, third.number]


def test_a_docket_holds_no_more_than_it_may(acme: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [make_case(acme, name, at=at) for name in ("ann", "ben", "cleo")]
    monkeypatch.setattr(sittings, "MOST_CASES", 2)
    monkeypatch.setattr("arbitration.actions.sittings.MOST_CASES", 2)
    sitting = plan(acme, at=at)
    assert numbers(sitting) == [cases[0].number, cases[1].number]
    with pytest.raises(DocketFull):
        put_on_docket(sitting, cases[2], by=acme.rita, at=at + DAY)


def test_cases_move_come_and_go(acme: Cast, at: datetime) -> None:
    a, b, c = (make_case(acme, name, at=at) for name in ("ann", "ben", "cleo"))
    sitting, who = plan(acme, at=at), {"by": acme.rita, "at": at + DAY}
    move_on_docket(sitting, c, step=-1, **who)
    move_on_docket(sitting, a, step=-1, **who)
    assert numbers(sitting) == [a.number, c.number, b.number]
    take_off_docket(sitting, a, **who)
    with pytest.raises(NotOnDocket):
        take_off_docket(sitting, a, **who)
    put_on_docket(sitting, a, **who)
    assert numbers(sitting) == [c.number, b.number, a.number]
    end_sitting(sitting, state="held", **who)
    with pytest.raises(SittingOver):
        put_on_docket(sitting, a, **who)


def test_minutes_are_written_by_one_at_a_time(acme: Cast, at: datetime) -> None:
    sitting = plan(acme, at=at)
    written = write_minutes(sitting, minutes="All heard.", revision=1, by=acme.rita, at=at + DAY)
    assert (written.minutes, written.revision) == ("All heard.", 2)
    with pytest.raises(SittingChanged):
        write_minutes(sitting, minutes="Mine.", revision=1, by=acme.rita, at=at + DAY)


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "ned", "ada"])
def test_only_executives_call_the_board_together(acme: Cast, at: datetime, who: str) -> None:
    with pytest.raises(NotYourSitting):
        plan_sitting(starts_at=at + DAY, by=acme.people()[who], at=at)
    with pytest.raises(NotYourSitting):
        write_minutes(plan(acme, at=at), minutes="Mine.", revision=1, by=acme.people()[who], at=at + DAY)


def test_a_sitting_lies_ahead(acme: Cast, at: datetime) -> None:
    with pytest.raises(InvalidInput) as refused:
        plan_sitting(starts_at=at, by=acme.rita, at=at)
    assert refused.value.errors[0].pointer == "/starts_at"


def test_pages_plan_show_and_go_through_the_cases(cast: Cast, at: datetime, client_of: ClientOf) -> None:
    with tenant_scope(cast.acme.pk):
        for name in ("ann", "ben"):
            make_case(cast, name, at=at)
    with time_machine.travel(at + DAY, tick=False):
        client = client_of(cast.rita)
        sent = {"starts_at": "2026-04-01T10:00", "minutes_for": "90", "place": "Room 1", "order": "oldest"}
        made = client.post("/o/acme/board/sittings/", sent)
        assert made.status_code == 303
        url = made["Location"]
        assert client.post("/o/acme/board/sittings/", sent | {"starts_at": "2026-03-01T10:00"}).status_code == 422
        page = client.get(url).content.decode()
        assert page.index("2026-001") < page.index("2026-002")
        room = client.get(f"{url}room/?n=2")
        assert (room.context["item"].number, room.context["next"]) == ("2026-002", None)
        assert 'data-key="arrowleft"' in room.content.decode()
        case = room.context["item"].case_id
        assert client.post(f"{url}docket/", {"do": "up", "case": case}).status_code == 303
        assert client.get(f"{url}room/").context["item"].number == "2026-002"
        kept = client.post(url, {"minutes": "Both heard.", "revision": "2"})
        assert kept.status_code == 303
        assert "Both heard." in client_of(cast.mara).get(url).content.decode()
        # A rep sees the docket of their own cases, and no minutes: these speak of all.
        assert "Both heard." not in client_of(cast.sam).get(url).content.decode()
        assert client_of(cast.gus).get(url).status_code == 404
        file = client.get(f"{url}calendar.ics")
    event = icalendar.Calendar.from_ical(file.content).walk("VEVENT")[0]
    assert event.decoded("dtstart") == datetime.fromisoformat("2026-04-01T08:00:00+00:00")
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=90)
    assert "2026-001" in str(event["description"])
    assert str(event["location"]) == "Room 1"
    with tenant_scope(cast.acme.pk):
        assert Case.objects.count() == 2
