"""The pages of working hours: who may read and change, previews before imports, errors at their fields."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from events.models import Event
from notifications.models import Notification
from sla import actions
from sla.models import Calendar, CalendarVersion, Clock
from sla.queries.calendars import newest_version
from smarketing.lib.scope import tenant_scope
from tests.sla.support import make_clock
from tests.support import CANARY, Cast, run_outbox

NOW = datetime.fromisoformat("2026-06-01T08:00:00Z")
FILE = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Stocktaking\r\nDTSTART;VALUE=DATE:20260701\r\n"
    b"DTEND;VALUE=DATE:20260703\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Meeting\r\nDTSTART:20260701T090000Z\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(autouse=True)
def _the_present() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada(cast: Cast, client_of: Any) -> Client:
    """The administrator's browser."""
    return client_of(cast.ada)


@pytest.fixture
def sales(cast: Cast) -> str:
    """The address of sales' calendar."""
    return address(cast, "sales")


@pytest.fixture
def board(cast: Cast) -> str:
    """The address of the board's calendar, whose week is in no agreement."""
    return address(cast, "board")


def address(cast: Cast, key: str) -> str:
    with tenant_scope(cast.acme.pk):
        return f"/o/acme/calendars/{Calendar.objects.get(key=key).pk}/"


def content(cast: Cast, key: str = "sales") -> dict[str, Any]:
    with tenant_scope(cast.acme.pk):
        return dict(newest_version(Calendar.objects.get(key=key)).content)


def test_everybody_reads_and_only_administrators_see_buttons(cast: Cast, client_of: Any, sales: str) -> None:
    for name, person in cast.people().items():
        for page in ("/o/acme/calendars/", sales, f"{sales}history/"):
            response = client_of(person).get(page)
            assert response.status_code == 200
            assert CANARY not in response.content.decode()
        html = client_of(person).get(sales).content.decode()
        assert ("days/" in html) == (name == "ada")
        assert "Mon–Fri 09:00–17:00" in html


@pytest.mark.parametrize("part", ["", "edit/", "holidays/", "file/", "history/"])
def test_pages_hold_no_inline_style_or_script(ada: Client, sales: str, part: str) -> None:
    html = ada.get(sales + part).content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script>|hx-on", html)


def test_the_pages_cost_a_fixed_number_of_queries(
    cast: Cast, ada: Client, sales: str, django_assert_max_num_queries: Any
) -> None:
    with tenant_scope(cast.acme.pk):
        for day in range(1, 26):
            calendar = Calendar.objects.get(key="sales")
            closed = [*newest_version(calendar).content["closed"], f"2026-09-{day:02}"]
            whole = {**newest_version(calendar).content, "closed": closed}
            actions.change_calendar(calendar, content=whole, by=cast.ada, at=NOW)
    ada.get(sales)
    for page in ("/o/acme/calendars/", sales, f"{sales}history/"):
        with django_assert_max_num_queries(24):
            ada.get(page)


# Days


def test_closes_a_period_and_open_deadlines_follow(cast: Cast, ada: Client, sales: str) -> None:
    with tenant_scope(cast.acme.pk):
        clock = make_clock("first_contact", at=datetime.fromisoformat("2026-06-01T14:30:00Z"), tier="hand_raiser")
    form = {"first": "2026-06-02", "last": "2026-06-03", "kind": "closed", "name": "Stocktaking", "seen": "1"}
    answer = ada.post(f"{sales}days/", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, sales)
    html = ada.get(sales).content.decode()
    assert "2 Jun – 3 Jun 2026" in html
    assert "Changed. 1 open deadline is dated anew." in html
    assert content(cast)["holidays"]["2026-06-03"] == "Stocktaking"
    with tenant_scope(cast.acme.pk):
        # Thursday the 4th is Corpus Christi.
        assert Clock.objects.get(pk=clock.pk).due_at == datetime.fromisoformat("2026-06-05T07:30:00Z")


def test_gives_days_other_hours_and_takes_them_back(cast: Cast, ada: Client, sales: str) -> None:
    form = {"first": "2026-12-24", "kind": "hours", "begin": "09:00", "end": "12:00"}
    assert ada.post(f"{sales}days/", form).status_code == 302
    assert content(cast)["exceptions"] == {"2026-12-24": [["09:00", "12:00"]]}
    assert "Open 09:00–12:00" in ada.get(sales).content.decode()
    assert ada.post(f"{sales}days/2026-12-24/2026-12-24/clear/").status_code == 302
    assert content(cast)["exceptions"] == {}
    assert ada.post(f"{sales}days/2026-12-24/2026-12-24/clear/").status_code == 404
    assert ada.post(f"{sales}days/tomorrow/2026-12-24/clear/").status_code == 404


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"first": ""}, "This field is required."),
        ({"first": "1026-01-01"}, "Give a day from 2000 to 2150."),
        ({"last": "2026-06-01"}, "The last day lies before the first."),
        ({"last": "2029-06-01"}, "A period has at most 366 days."),
        ({"kind": "hours"}, "Give the hours that hold then."),
        ({"kind": "hours", "begin": "09:00", "end": "9 pm"}, "is not a time from 00:00 to 24:00."),
        ({"kind": "hours", "begin": "09:00", "end": "09:00"}, "A window must end at another time than it starts."),
        ({"kind": "holiday"}, "Select a valid choice."),
    ],
)
def test_says_at_its_field_what_is_wrong(
    cast: Cast, ada: Client, sales: str, form: dict[str, str], sentence: str
) -> None:
    answer = ada.post(f"{sales}days/", {"first": "2026-06-02", "kind": "closed", **form})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert content(cast)["closed"] == []


def test_a_change_decided_on_an_old_page_is_refused(cast: Cast, ada: Client, sales: str) -> None:
    form = {"first": "2026-06-02", "kind": "closed", "seen": "1"}
    assert ada.post(f"{sales}days/", form).status_code == 302
    answer = ada.post(f"{sales}days/", {**form, "first": "2026-06-03"})
    assert answer.status_code == 409
    assert content(cast)["closed"] == ["2026-06-02"]


# The week


def week(**days: str) -> dict[str, str]:
    """A posted week: mon="09:00-12:00,13:00-17:00"."""
    found = {}
    for day, text in days.items():
        for number, pair in enumerate(text.split(",")):
            found[f"{day}_{number}_begin"], found[f"{day}_{number}_end"] = pair.split("-")
    return found


def test_edits_a_week_with_breaks_and_nights(cast: Cast, ada: Client, board: str) -> None:
    posted = {"name": "Board", "zone": "Europe/Berlin", "seen": "1", "holiday_cuts_night_shift": "on"}
    posted |= week(mon="09:00-12:00,13:00-17:00", tue="22:00-06:00", sat="00:00-00:00")
    assert ada.post(f"{board}edit/", posted).status_code == 302
    assert content(cast, "board")["weekly"] == {
        "mon": [["09:00", "12:00"], ["13:00", "17:00"]],
        "tue": [["22:00", "06:00"]],
        "sat": [["00:00", "24:00"]],
    }
    assert [entry["until"] for entry in content(cast, "board")["earlier"]] == ["2026-06-01"]
    assert "A night shift ends at midnight" in ada.get(board).content.decode()
    again = ada.get(f"{board}edit/").content.decode()
    assert 'name="sat_0_end" value="00:00"' in again


@pytest.mark.parametrize(
    ("posted", "field", "sentence"),
    [
        (week(mon="09:00-12:00,11:00-13:00"), "mon_0_begin", "Two windows of this day overlap."),
        (week(mon="-,09:00-09:00"), "mon_1_begin", "A window must end at another time"),
        (week(mon="09:00-noon"), "mon_0_end", "is not a time"),
        (week(mon="-"), None, "The week needs at least one window"),
        ({**week(mon="09:00-12:00"), "name": ""}, "name", "This field is required."),
        ({**week(mon="09:00-12:00"), "name": "sales hours"}, "name", "Another calendar has this name."),
        ({**week(mon="09:00-12:00"), "zone": "Moon/Crater"}, "zone", "Select a valid choice."),
    ],
)
def test_says_in_the_week_what_is_wrong(
    ada: Client, board: str, posted: dict[str, str], field: str | None, sentence: str
) -> None:
    answer = ada.post(f"{board}edit/", {"name": "Board", "zone": "Europe/Vienna", **posted})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert sentence in str(errors[field or "__all__"])
    assert len(errors) == 1
    assert "version 1" in ada.get(board).content.decode()


def test_copies_monday_without_saving(cast: Cast, ada: Client, board: str) -> None:
    posted = {"name": "Board", "zone": "Europe/Vienna", "copy": "1", **week(mon="08:00-12:00", tue="10:00-11:00")}
    html = ada.post(f"{board}edit/", posted).content.decode()
    for day in ("mon", "tue", "wed", "thu", "fri"):
        assert f'name="{day}_0_begin" value="08:00"' in html
    assert 'name="sat_0_begin" value=' not in html
    assert content(cast, "board")["name"] == "Board hours"


def test_the_week_of_sales_cannot_be_edited(cast: Cast, ada: Client, sales: str) -> None:
    assert "mon_0_begin" not in ada.get(f"{sales}edit/").content.decode()
    posted = {"name": "Selling", "zone": "UTC", **week(mon="00:00-00:00")}
    assert ada.post(f"{sales}edit/", posted).status_code == 302
    after = content(cast)
    assert (after["name"], after["zone"], len(after["weekly"])) == ("Selling", "Europe/Vienna", 5)


def test_adds_a_calendar_and_puts_it_away(cast: Cast, ada: Client) -> None:
    posted = {"name": "New York", "zone": "America/New_York", **week(mon="09:00-17:00")}
    added = ada.post("/o/acme/calendars/new/", posted)
    assert added.status_code == 302
    assert added.headers["Location"].endswith("/holidays/")
    with tenant_scope(cast.acme.pk):
        calendar = Calendar.objects.get(name="New York")
    assert calendar.key == "new-york"
    assert ada.post(f"/o/acme/calendars/{calendar.pk}/retire/").status_code == 302
    assert ada.get(f"/o/acme/calendars/{calendar.pk}/").status_code == 404
    # Its name is free again.
    assert ada.post("/o/acme/calendars/new/", posted).status_code == 302


def test_what_is_in_use_cannot_be_put_away(cast: Cast, ada: Client, sales: str) -> None:
    assert ada.post(f"{sales}retire/").status_code == 409
    assert ada.get(sales).status_code == 200


# Holidays and files


def test_shows_holidays_before_they_are_taken_over(cast: Cast, ada: Client, board: str) -> None:
    asked = {"country": "AT", "subdivision": "9", "first_year": "2028", "last_year": "2030"}
    html = ada.get(f"{board}holidays/", asked).content.decode()
    assert "26 rows are added" in html
    assert "13 rows are there already" in html
    assert content(cast, "board").get("sources", {}).get("2030-01-01") is None
    assert ada.post(f"{board}holidays/", {**asked, "seen": "1"}).status_code == 302
    after = content(cast, "board")
    assert (after["holidays"]["2030-10-26"], after["sources"]["2030-10-26"]) == ("National Day", "AT-9")
    assert "Nothing would change" in ada.get(f"{board}holidays/", asked).content.decode()


def test_removes_rows_that_a_list_has_no_longer_and_leaves_others(cast: Cast, ada: Client, board: str) -> None:
    with tenant_scope(cast.acme.pk):
        calendar = Calendar.objects.get(key="board")
        whole = newest_version(calendar).content
        extra = {"2027-03-19": "Josefitag", "2027-06-10": "Outing"}
        sources = {**whole["sources"], "2027-03-19": "AT-6"}
        whole = {**whole, "holidays": {**whole["holidays"], **extra}, "sources": sources}
        actions.change_calendar(calendar, content=whole, by=cast.ada, at=NOW)
    asked = {"country": "AT", "subdivision": "", "first_year": "2027", "last_year": "2027"}
    html = ada.get(f"{board}holidays/", asked).content.decode()
    assert "1 row is removed" in html
    assert "Josefitag" in html
    assert ada.post(f"{board}holidays/", asked).status_code == 302
    after = content(cast, "board")["holidays"]
    assert "2027-03-19" not in after
    assert after["2027-06-10"] == "Outing"


@pytest.mark.parametrize(
    "asked",
    [
        {"country": "XX"},
        {"subdivision": "Bavaria"},
        {"first_year": "1600"},
        {"first_year": "2030"},
        {"last_year": "2090"},
        {"first_year": "soon"},
    ],
)
def test_refuses_holidays_that_nobody_lists(cast: Cast, ada: Client, board: str, asked: dict[str, str]) -> None:
    usual = {"country": "AT", "subdivision": "", "first_year": "2027", "last_year": "2028"}
    for method in (ada.get, ada.post):
        assert method(f"{board}holidays/", {**usual, **asked}).status_code == 422
    with tenant_scope(cast.acme.pk):
        assert CalendarVersion.objects.filter(calendar__key="board").count() == 1


def test_shows_the_days_of_a_file_before_they_are_closed(cast: Cast, ada: Client, sales: str) -> None:
    upload = SimpleUploadedFile("our.ics", FILE, content_type="text/calendar")
    page = ada.post(f"{sales}file/", {"file": upload})
    html = page.content.decode()
    assert (page.status_code, "2 days are closed" in html, "1 event has a time of day." in html) == (200, True, True)
    assert "2026-07-01" not in content(cast)["holidays"]
    taken = ada.post(f"{sales}file/", {"days": page.context["preview"]["days"], "seen": "1"})
    assert taken.status_code == 302
    assert content(cast)["holidays"]["2026-07-02"] == "Stocktaking"
    assert "Calendar file" in ada.get(sales).content.decode()


@pytest.mark.parametrize(
    "raw", [b"", b"hello", b"\x00\xff", b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 9000, b"x" * 300_000]
)
def test_says_at_the_field_that_a_file_is_no_calendar(cast: Cast, ada: Client, sales: str, raw: bytes) -> None:
    page = ada.post(f"{sales}file/", {"file": SimpleUploadedFile("our.ics", raw)})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["file"]


@pytest.mark.parametrize(
    "days", ["", "[", "{}", "7", '["2026"]', '[["2026-02-30", "x"]]', "[" * 5000, '[["2026-07-01", "\\u0000"]]']
)
def test_takes_no_days_on_trust(cast: Cast, ada: Client, sales: str, days: str) -> None:
    answer = ada.post(f"{sales}file/", {"days": days})
    assert answer.status_code in {302, 422}
    assert "2026-07-01" not in content(cast)["holidays"]


# Trying, history, telling


def test_tries_a_promise(ada: Client, sales: str) -> None:
    asked = {"start": "2026-03-27T16:00", "amount": "8", "unit": "business_hours"}
    html = ada.get(sales, asked).content.decode()
    assert "Mon 30 Mar 2026, 16:00" in html
    assert html.count('class="sm-cal-on"') == 2
    part = ada.get(sales, asked, headers={"HX-Request": "true", "HX-Target": "trial"}).content.decode()
    assert part.lstrip().startswith('<section class="sm-p" id="trial"')


@pytest.mark.parametrize(
    "asked",
    [{"amount": "0"}, {"amount": "NaN"}, {"unit": "weeks"}, {"start": "0001-01-01T00:00"}, {"start": "now"},
     {"amount": "1.5", "unit": "business_days"}],
)  # fmt: skip
def test_refuses_a_promise_that_makes_no_sense(ada: Client, sales: str, asked: dict[str, str]) -> None:
    usual = {"start": "2026-03-27T16:00", "amount": "8", "unit": "business_hours"}
    assert ada.get(sales, {**usual, **asked}).status_code == 422


def test_history_says_in_words_what_each_version_changed(cast: Cast, ada: Client, sales: str) -> None:
    ada.post(f"{sales}days/", {"first": "2026-12-24", "last": "2027-01-02", "kind": "closed"})
    ada.post(f"{sales}edit/", {"name": "Selling"})
    html = ada.get(f"{sales}history/?from=1&to=3").content.decode()
    assert "It is called “Selling” now." in html
    # Holidays in between keep their names, so the period is told in its pieces.
    assert "Thu 24 Dec 2026: closed." in html
    assert "Ada" in html
    for query in ("from=1&to=99", "from=x&to=2", "from=99999999999999999999&to=1"):
        assert ada.get(f"{sales}history/?{query}").status_code == 200


def test_both_heads_are_told(cast: Cast, ada: Client, sales: str) -> None:
    ada.post(f"{sales}days/", {"first": "2026-12-31", "kind": "closed"})
    run_outbox(organisation=cast.acme, at=NOW.replace(year=2028))
    with tenant_scope(cast.acme.pk):
        told = Notification.objects.filter(kind="calendar.changed")
        assert {(notice.member_id, notice.path) for notice in told} == {(cast.marc.pk, sales), (cast.sina.pk, sales)}


def test_administrators_are_asked_for_the_next_years_holidays(cast: Cast, ada: Client, sales: str) -> None:
    later = NOW.replace(year=2028)
    with tenant_scope(cast.acme.pk):
        actions.look_ahead_for_holidays(later)
        assert Event.objects.filter(kind="calendar.holidays_due").count() == 3
    run_outbox(organisation=cast.acme, at=later)
    with tenant_scope(cast.acme.pk):
        told = Notification.objects.filter(kind="calendar.holidays_due")
        assert {notice.member_id for notice in told} == {cast.ada.pk}
        assert f"{sales}holidays/" in {notice.path for notice in told}
