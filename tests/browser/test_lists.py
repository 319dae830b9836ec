"""A marketer's day on the list and a rep's in the inbox, by keyboard, with the worker at work."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from leads.actions import assign_handover
from leads.models import Lead
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.browser.marks import BROWSER
from tests.browser.support import PHONE, People
from tests.leads.makers import make_handover, make_lead
from tests.support import Cast, make_cast

pytestmark = BROWSER

NAMES = ("Anna", "Berta", "Clara", "Dora")


@pytest.fixture(scope="module")
def cast(committed: None) -> Cast:
    """Four leads of mara's and two that sam has to decide on."""
    at = now() - timedelta(hours=3)
    cast = make_cast(at=at)
    with tenant_scope(cast.acme.pk):
        for minutes, name in enumerate(NAMES):
            person = {"given_name": name, "family_name": "Doe"}
            make_lead(at=at + timedelta(minutes=minutes), email=f"{name}@example.com", person=person)
        for name in ("Emil", "Fritz"):
            person = {"given_name": name, "family_name": "Roe"}
            handover = make_handover(at=at, by=cast.mara, email=f"{name}@example.com", person=person)
            assign_handover(handover, to=cast.sam, by=cast.sina, at=at)
    return cast


@pytest.fixture
def leads(people: People, cast: Cast) -> Page:
    page = people.member(cast.marc)
    page.goto(f"/o/{cast.acme.slug}/leads/?q=doe&order=name")
    expect(page.locator("#table [data-row]")).to_have_count(4)
    return page


def ticked(page: Page) -> list[bool]:
    return [box.is_checked() for box in page.locator("[data-pick]").all()]


def test_a_marketer_gives_some_leads_to_somebody_else_by_keyboard(leads: Page, cast: Cast) -> None:
    bar = leads.locator("#bulk")
    expect(bar).to_be_hidden()
    leads.keyboard.press("j")
    expect(leads.locator("[data-row]", has_text="Anna Doe")).to_be_focused()
    leads.keyboard.press("x")
    leads.keyboard.press("j")
    leads.keyboard.press("j")
    leads.keyboard.press("Shift+X")
    assert ticked(leads) == [True, True, True, False]
    expect(bar.locator("[data-picked]")).to_have_text("3")
    bar.get_by_text("Marketer", exact=True).click()
    bar.get_by_label("Who answers for them").select_option(label="Marc")
    bar.get_by_role("button", name="Assign").click()
    expect(leads.get_by_text("3 leads changed.")).to_be_visible(timeout=30_000)
    with tenant_scope(cast.acme.pk):
        assert set(Lead.objects.filter(marketer=cast.marc).values_list("given_name", flat=True)) == set(NAMES[:3])


def test_a_click_with_shift_takes_everything_between_and_the_cross_nothing(leads: Page) -> None:
    boxes = leads.locator("[data-pick]")
    boxes.nth(3).click()
    boxes.nth(1).click(modifiers=["Shift"])
    assert ticked(leads) == [False, True, True, True]
    leads.get_by_label("Select every row of this page").click()
    assert ticked(leads) == [True] * 4
    leads.get_by_label("Select nothing").click()
    expect(leads.locator("#bulk")).to_be_hidden()
    assert ticked(leads) == [False] * 4


def test_a_view_is_kept_and_taken_away_as_a_file(leads: Page, people: People, cast: Cast) -> None:
    leads.get_by_role("link", name="Save this view").click()
    dialog = leads.locator("dialog[open]")
    dialog.get_by_label("Name").fill("The Does")
    dialog.get_by_role("button", name="Save").click()
    expect(leads.locator(".sm-saved").get_by_role("link", name="The Does")).to_be_visible()
    # The counts come after the page.
    expect(leads.locator(".sm-saved").get_by_role("link", name="The Does")).to_contain_text("4")
    leads.locator("summary", has_text="Export").click()
    with leads.expect_download() as taken:
        leads.get_by_role("link", name="CSV").click()
    text = taken.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 5
    assert "anna@example.com" in text.lower()


def test_enter_opens_what_j_has_moved_to(leads: Page) -> None:
    leads.keyboard.press("j")
    leads.keyboard.press("j")
    leads.keyboard.press("Enter")
    expect(leads.get_by_role("heading", name="Berta Doe")).to_be_visible()


def test_on_a_phone_the_filters_are_a_sheet(people: People, cast: Cast) -> None:
    page = people.member(cast.mara, viewport=PHONE)
    page.goto(f"/o/{cast.acme.slug}/leads/")
    stage = page.locator("#filter-sheet summary", has_text="Stage")
    expect(stage).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    stage.click()
    page.locator("#filter-sheet").get_by_role("link", name="Prospect").click()
    expect(page.get_by_text("The filters hide all 6")).to_be_visible()
    page.get_by_role("link", name="Clear the filters").click()
    expect(page.locator("#table [data-row]")).to_have_count(6)


def test_a_rep_decides_and_notes_a_call_that_the_lead_then_shows(people: People, cast: Cast) -> None:
    page = people.member(cast.sam)
    page.goto(f"/o/{cast.acme.slug}/inbox/")
    name = page.locator("#detail h2").inner_text()
    page.keyboard.press("l")
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Note").wait_for()
    # Call, no answer: two keys, then a word.
    page.keyboard.press("1")
    page.keyboard.press("6")
    dialog.get_by_label("Note").fill("Rang twice")
    dialog.get_by_role("button", name="Log").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator("#queue [data-row]", has_text=name).click()
    expect(page.locator("#detail:not([inert]) h2")).to_have_text(name)
    contact = page.locator("#detail .sm-dl")
    expect(contact).to_contain_text("Rang twice")
    expect(contact).to_contain_text("counted")
    page.keyboard.press("a")
    expect(page.locator("#toasts .sm-toast", has_text=f"Accepted {name}.")).to_be_visible()
