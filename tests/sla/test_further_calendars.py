"""Promises that count on another calendar than those of the sides: chosen, signed, counted on, kept from change."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from sla import actions, queries
from sla.actions.drafting import refuse_faults
from sla.content import default_content, validate
from sla.models import AgreementVersion, Calendar
from sla.queries.clauses import clauses_of
from smarketing.lib.errors import InvalidInput
from smarketing.lib.scope import tenant_scope
from tests.sla.agreements import APRIL, make_draft, make_proposal, make_signed
from tests.sla.support import make_subject, vienna
from tests.sla.test_agreement_pages import DRAFT, edit, saved
from tests.support import Cast, api_key, signed_in

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NIGHTS = {day: [["07:00", "22:00"]] for day in DAYS}
DESK = {"name": "Night desk", "zone": "Europe/Vienna", "weekly": NIGHTS}


@pytest.fixture(autouse=True)
def _the_present() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(acme: Cast) -> Calendar:
    """A calendar that is open every day, weekends too."""
    return actions.open_calendar(content=DESK, by=acme.ada, at=NOW).calendar


def on_the_desk(content: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return sections in which hand-raisers are contacted within an hour of the night desk."""
    commitments = [
        {**terms, "calendar": "night-desk"} if terms.get("tier") == "hand_raiser" else terms
        for terms in content["commitments"]
    ]
    return {"commitments": commitments, "hours": {**content["hours"], "night-desk": {**DESK, **changes}}}


def founding() -> dict[str, Any]:
    version = queries.last_signed()
    assert version is not None
    return version.content


def make_desk_version(cast: Cast) -> AgreementVersion:
    return make_signed(cast, at=NOW, **on_the_desk(founding()))


# What can be agreed


@pytest.mark.parametrize(
    ("changes", "known", "expected"),
    [
        ({}, {"night-desk": "Night desk"}, []),
        ({}, None, []),
        # A promise that counts on it is no second fault.
        ({}, {}, [("/hours/night-desk", "calendar_unknown")]),
        ({}, {"night-desk": "Day desk"}, [("/hours/night-desk/name", "calendar_renamed")]),
        ({"name": " "}, None, [("/hours/night-desk/name", "text_missing")]),
        ({"weekly": {}}, None, [("/hours/night-desk/weekly", "no_working_time")]),
        ({"zone": "Mars"}, None, [("/hours/night-desk/zone", "zone_unknown")]),
        ({"since": 3}, None, [("/hours/night-desk/since", "unknown_field")]),
    ],
)
def test_a_further_calendar_is_one_of_the_organisations_with_hours(
    changes: dict[str, Any], known: dict[str, str] | None, expected: list[Any]
) -> None:
    content = default_content("Europe/Vienna", "AT")
    found = validate({**content, **on_the_desk(content, **changes)}, known_calendars=known)
    assert [(p.pointer, p.code) for p in found] == expected


def test_a_calendar_on_which_nothing_is_promised_is_none_of_the_agreement() -> None:
    content = default_content("Europe/Vienna", "AT")
    content["hours"]["night-desk"] = DESK
    assert [(p.pointer, p.code) for p in validate(content)] == [("/hours/night-desk", "calendar_unused")]


def test_a_promise_names_a_calendar_of_the_agreement() -> None:
    content = default_content("Europe/Vienna", "AT")
    content["commitments"][2]["calendar"] = "night-desk"
    assert [(p.pointer, p.code) for p in validate(content)] == [("/commitments/2/calendar", "not_a_choice")]


def test_hours_of_two_calendars_are_not_compared() -> None:
    content = default_content("Europe/Vienna", "AT")
    content |= on_the_desk(content)
    content["commitments"][1] |= {"amount": 1, "unit": "business_hours"}
    content["commitments"][2] |= {"amount": 2}
    assert validate(content) == []
    content["commitments"][2] |= {"calendar": "sales"}
    assert "hand_raiser_waits_longer" in [p.code for p in validate(content)]


def test_another_organisations_calendar_cannot_be_chosen(cast: Cast) -> None:
    with tenant_scope(cast.globex.pk):
        actions.open_calendar(content=DESK, by=None, at=NOW)
    with tenant_scope(cast.acme.pk):
        content = founding()
        with pytest.raises(InvalidInput) as refused:
            refuse_faults({**content, **on_the_desk(content)})
    assert [error.code for error in refused.value.errors] == ["calendar_unknown"]


# What follows from the signature


def test_from_its_first_day_the_week_is_the_agreements(acme: Cast, desk: Calendar) -> None:
    long = {day: [["00:00", "24:00"]] for day in DAYS}
    make_signed(acme, at=NOW, **on_the_desk(founding(), weekly=long))
    newest = queries.newest_version(desk)
    assert newest.content["weekly"] == long
    assert newest.content["earlier"] == [{"until": "2026-04-01", "zone": "Europe/Vienna", "weekly": NIGHTS}]
    assert queries.is_agreed(desk, at=NOW)
    with pytest.raises(actions.HoursAreAgreed):
        actions.change_calendar(desk, content={**newest.content, "weekly": NIGHTS}, by=acme.ada, at=NOW)
    # Dated rows stay the administrator's.
    actions.change_calendar(desk, content={**newest.content, "closed": ["2026-04-03"]}, by=acme.ada, at=NOW)


def test_a_version_that_does_without_it_gives_the_week_back(acme: Cast, desk: Calendar) -> None:
    plain = founding()
    make_desk_version(acme)
    later = NOW + timedelta(days=35)
    second = actions.draft_version(based_on=queries.last_signed(), by=acme.marc, at=later)  # type: ignore[arg-type]
    content = {**second.content, "commitments": plain["commitments"], "hours": plain["hours"]}
    actions.change_draft(second, content=content, by=acme.marc, at=later)
    actions.propose_version(second, starts_on=APRIL.replace(month=5), by=acme.marc, at=later)
    for head in (acme.marc, acme.sina):
        actions.sign_version(second, by=head, at=later)
    assert queries.is_agreed(desk, at=vienna("2026-04-30 23:59"))
    assert not queries.is_agreed(desk, at=vienna("2026-05-01 00:00"))


def test_what_an_agreement_counts_on_is_not_put_away(acme: Cast, desk: Calendar) -> None:
    draft = make_draft(acme, at=NOW, **on_the_desk(founding()))
    with pytest.raises(actions.CalendarInUse, match="being worked on"):
        actions.retire_calendar(desk, by=acme.ada, at=NOW)
    actions.discard_version(draft, by=acme.marc, at=NOW)
    actions.retire_calendar(desk, by=acme.ada, at=NOW)


def test_a_calendar_that_was_renamed_meanwhile_is_not_proposed_under_its_old_name(acme: Cast, desk: Calendar) -> None:
    draft = make_draft(acme, at=NOW, **on_the_desk(founding()))
    content = {**queries.newest_version(desk).content, "name": "Hotline"}
    actions.change_calendar(desk, content=content, by=acme.ada, at=NOW)
    with pytest.raises(InvalidInput) as refused:
        actions.propose_version(draft, starts_on=APRIL, by=acme.marc, at=NOW)
    assert refused.value.errors[0].detail == "This calendar is called “Hotline”."


@pytest.mark.parametrize(("tier", "due"), [("hand_raiser", "2026-04-11 11:00"), ("standard", "2026-04-12 10:00")])
def test_the_clock_of_each_tier_counts_on_its_calendar(acme: Cast, desk: Calendar, tier: str, due: str) -> None:
    make_desk_version(acme)
    saturday = vienna("2026-04-11 10:00")
    subject = make_subject(at=saturday, tier=tier)
    clocks = {clock.commitment: clock for clock in actions.start_clocks(subject, at=saturday)}
    assert clocks["first_contact"].due_at == vienna(due)
    # The office is closed on Saturday: what sales decides begins on Monday.
    assert clocks["decision"].due_at == vienna("2026-04-15 17:00")


def test_a_later_request_shortens_on_the_desks_hours(acme: Cast, desk: Calendar) -> None:
    make_desk_version(acme)
    saturday = vienna("2026-04-11 10:00")
    subject = make_subject(at=saturday)
    actions.start_clocks(subject, at=saturday)
    clock = actions.shorten_clock(subject, "first_contact", at=vienna("2026-04-11 21:30"), by=acme.mara)
    assert clock is not None
    assert clock.due_at == vienna("2026-04-12 07:30")
    assert clock.calendar_version is not None
    assert clock.calendar_version.calendar_id == desk.pk


def test_the_agreement_names_it(acme: Cast, desk: Calendar) -> None:
    texts = {
        clause.key: clause for clause in clauses_of(make_proposal(acme, at=NOW, **on_the_desk(founding())).content)
    }
    assert "Counted in the working hours of “Night desk”." in texts["first_contact hand_raiser"].text
    assert (texts["night-desk"].label, texts["night-desk"].text) == (
        "Night desk",
        "Mon–Sun 07:00–22:00 (Europe/Vienna)",
    )


# By hand and over the interface


def test_choosing_it_at_a_promise_brings_its_week_into_the_agreement(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        actions.open_calendar(content=DESK, by=cast.ada, at=NOW)
        make_draft(cast, at=NOW)
    marc = signed_in(cast.marc)
    answer = edit(marc, "commitments", first_contact_hand_raiser_calendar="night-desk")
    assert answer.status_code == 302, answer.context["form"].errors
    content = saved(cast).content
    assert content["hours"]["night-desk"] == DESK
    promised = {(terms["key"], terms.get("tier")): terms.get("calendar") for terms in content["commitments"]}
    assert promised["first_contact", "hand_raiser"] == "night-desk"
    assert promised["first_contact", "standard"] == "sales"
    page = marc.get(f"{DRAFT}edit/?section=hours").content.decode()
    assert "Night desk" in page
    # Its week is edited with those of the sides.
    assert edit(marc, "hours", **{"night-desk_sun": ""}).status_code == 302
    assert "sun" not in saved(cast).content["hours"]["night-desk"]["weekly"]
    wrong = edit(marc, "hours", **{"night-desk_zone": "Mars"})
    assert wrong.status_code == 422
    assert "night-desk_zone" in wrong.context["form"].errors
    # With the last promise it leaves again.
    assert edit(marc, "commitments", first_contact_hand_raiser_calendar="sales").status_code == 302
    assert set(saved(cast).content["hours"]) == {"marketing", "sales"}


def test_a_calendar_that_was_put_away_is_not_offered(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        calendar = actions.open_calendar(content=DESK, by=cast.ada, at=NOW).calendar
        actions.retire_calendar(calendar, by=cast.ada, at=NOW)
        make_draft(cast, at=NOW)
    answer = edit(signed_in(cast.marc), "commitments", first_contact_hand_raiser_calendar="night-desk")
    assert answer.status_code == 422


def test_administrators_find_the_week_locked(cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        desk = actions.open_calendar(content=DESK, by=cast.ada, at=NOW).calendar
        make_desk_version(cast)
    ada = signed_in(cast.ada)
    page = ada.get(f"/o/acme/calendars/{desk.pk}/edit/")
    assert page.context["is_agreed"]
    cards = {card.name: card.is_agreed for card in ada.get("/o/acme/calendars/").context["cards"]}
    assert (cards["Night desk"], cards["Board hours"]) == (True, False)


def test_clients_choose_it_as_people_do(cast: Cast, client: Client) -> None:
    with tenant_scope(cast.acme.pk):
        draft = make_draft(cast, at=NOW)
    key = api_key(cast.marc, "sla:read", "sla:write", at=NOW)

    def patch(sections: dict[str, Any]) -> Any:
        etag = client.get("/api/v1/agreements/2", headers=key).headers["ETag"]
        headers = {**key, "If-Match": etag}
        body = json.dumps({"content": sections})
        return client.patch("/api/v1/agreements/2", body, content_type="application/json", headers=headers)

    sections = on_the_desk(draft.content)
    refused = patch(sections)
    assert refused.status_code == 422
    assert refused.json()["errors"][0] == {
        "pointer": "/hours/night-desk", "code": "calendar_unknown", "detail": "There is no such calendar.",
    }  # fmt: skip
    with tenant_scope(cast.acme.pk):
        actions.open_calendar(content=DESK, by=cast.ada, at=NOW)
    assert patch(sections).status_code == 200
    assert saved(cast).content["hours"]["night-desk"] == DESK
