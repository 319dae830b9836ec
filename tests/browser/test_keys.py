"""The inbox by keyboard: moving, going elsewhere, the list of keys, and what keys leave alone."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from leads.actions import assign_handover
from leads.models import Attempt, FollowUp, Handover
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.actions import change_profile
from tests.browser.marks import BROWSER
from tests.browser.support import People
from tests.leads.makers import make_handover
from tests.support import Cast, make_cast

pytestmark = BROWSER

NAMES = ("Anna", "Berta", "Clara")


@pytest.fixture(scope="module")
def cast(committed: None) -> Cast:
    """Sam has three leads to decide on, an hour apart."""
    at = now() - timedelta(hours=4)
    cast = make_cast(at=at)
    with tenant_scope(cast.acme.pk):
        for hours, name in enumerate(NAMES):
            sent_at, person = at + timedelta(hours=hours), {"given_name": name, "family_name": "Doe"}
            handover = make_handover(at=sent_at, by=cast.mara, email=f"{name}@example.com", person=person)
            assign_handover(handover, to=cast.sam, by=cast.sina, at=sent_at)
    return cast


@pytest.fixture
def inbox(people: People, cast: Cast) -> Page:
    page = people.member(cast.sam)
    page.goto(f"/o/{cast.acme.slug}/inbox/")
    expect(page.locator("#detail h2")).to_have_text("Anna Doe")
    return page


def dialog(page: Page) -> Locator:
    return page.locator("dialog[open]")


def test_j_and_k_move_through_the_queue(inbox: Page) -> None:
    for key, name in (("j", "Berta"), ("j", "Clara"), ("j", "Clara"), ("k", "Berta")):
        inbox.keyboard.press(key)
        expect(inbox.locator("#detail:not([inert]) h2")).to_have_text(f"{name} Doe")
        current = inbox.locator("#queue [data-row][aria-current=true]")
        expect(current).to_have_count(1)
        expect(current).to_contain_text(f"{name} Doe")
        expect(current).to_be_focused()


def test_no_key_acts_on_the_lead_that_is_about_to_leave(inbox: Page, cast: Cast) -> None:
    """Who moves on and accepts at once means the next lead, never the one still shown."""
    inbox.route("**/inbox/?lead=*", lambda route: (inbox.wait_for_timeout(300), route.continue_()))
    inbox.keyboard.press("j")
    inbox.keyboard.press("a")
    expect(inbox.locator("#detail:not([inert]) h2")).to_have_text("Berta Doe")
    expect(inbox.locator("#toasts .sm-toast")).to_have_count(0)
    with tenant_scope(cast.acme.pk):
        assert not Handover.objects.exclude(decision=Handover.Decision.PENDING).exists()


PRESS_AS_SOON_AS_IT_STANDS = """() => new MutationObserver((_, watch) => {
  if (!document.querySelector("#detail[data-shows] h2")?.textContent.startsWith("Berta")) return;
  watch.disconnect();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "l", bubbles: true }));
}).observe(document.getElementById("main"), { childList: true, subtree: true })"""


def test_a_key_pressed_the_moment_a_lead_shows_opens_its_dialog(inbox: Page) -> None:
    """What a swap brings acts at once: there is no time in which its links lead away from the page."""
    inbox.evaluate(PRESS_AS_SOON_AS_IT_STANDS)
    inbox.keyboard.press("j")
    expect(dialog(inbox).get_by_role("heading", name="Log contact with Berta Doe")).to_be_visible()
    assert "/inbox/" in inbox.url


def test_the_question_mark_lists_the_keys_and_escape_gives_the_focus_back(inbox: Page) -> None:
    row = inbox.locator("#queue [data-row]", has_text="Anna Doe")
    row.focus()
    inbox.keyboard.press("?")
    for words in ("accept", "reject", "log contact", "go to Inbox", "next and previous row"):
        expect(dialog(inbox)).to_contain_text(words)
    inbox.keyboard.press("Escape")
    expect(dialog(inbox)).to_have_count(0)
    expect(row).to_be_focused()


@pytest.mark.parametrize(("letter", "path"), [("d", "cases/"), ("b", "dashboard/"), ("i", "inbox/")])
def test_g_and_a_letter_go_there(letter: str, path: str, inbox: Page, cast: Cast) -> None:
    inbox.goto(f"/o/{cast.acme.slug}/agreement/")
    inbox.keyboard.press("g")
    inbox.keyboard.press(letter)
    inbox.wait_for_url(f"**/o/{cast.acme.slug}/{path}")


def test_a_dialog_takes_the_keys_and_escape_gives_the_focus_back(inbox: Page) -> None:
    opener = inbox.locator("#detail [data-key=r]")
    opener.focus()
    inbox.keyboard.press("r")
    expect(dialog(inbox).get_by_role("heading", name="Reject Anna Doe")).to_be_visible()
    inbox.keyboard.press("j")
    inbox.keyboard.press("3")
    expect(dialog(inbox).get_by_label("Phone or e-mail does not work")).to_be_checked()
    expect(dialog(inbox).get_by_label("Address of the evidence")).to_be_visible()
    expect(dialog(inbox).get_by_label("Criterion that is not met")).to_be_hidden()
    inbox.keyboard.press("Escape")
    expect(dialog(inbox)).to_have_count(0)
    expect(opener).to_be_focused()
    expect(inbox.locator("#detail h2")).to_have_text("Anna Doe")


def test_a_wrong_form_stays_open_with_the_faulty_field_in_focus(inbox: Page, people: People) -> None:
    people.guard.expected = {422}
    inbox.keyboard.press("r")
    inbox.locator("dialog[open] [value=not_fitting]").wait_for(state="attached")
    inbox.keyboard.press("6")
    dialog(inbox).get_by_role("button", name="Reject").click()
    criterion = dialog(inbox).get_by_label("Criterion that is not met")
    expect(criterion).to_have_attribute("aria-invalid", "true")
    expect(criterion).to_be_focused()
    expect(criterion).to_have_accessible_description("Name the criterion that is not met.")
    inbox.keyboard.press("Escape")
    expect(dialog(inbox)).to_have_count(0)


def test_keys_are_letters_while_somebody_types(inbox: Page) -> None:
    inbox.keyboard.press("/")
    search = inbox.locator("[data-find]:visible")
    expect(search).to_be_focused()
    inbox.keyboard.type("raj?l")
    expect(search).to_have_value("raj?l")
    expect(dialog(inbox)).to_have_count(0)
    expect(inbox.locator("#detail h2")).to_have_text("Anna Doe")


def test_who_turns_single_keys_off_keeps_the_list_only(people: People, cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        change_profile(cast.sina, name=cast.sina.name, preferences={"single_key_shortcuts": False})
    page = people.member(cast.sina)
    page.goto(f"/o/{cast.acme.slug}/inbox/")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.press("?")
    expect(dialog(page).get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    expect(page.locator("#detail h2")).to_have_text("Anna Doe")


def test_n_plans_on_the_lead_and_its_page_has_the_same_keys(inbox: Page, people: People, cast: Cast) -> None:
    inbox.get_by_role("link", name="Whole record").click()
    expect(inbox.get_by_role("heading", name="Anna Doe", level=1)).to_be_visible()
    inbox.keyboard.press("?")
    for words in ("accept", "reject", "log contact", "plan the next step"):
        expect(dialog(inbox)).to_contain_text(words)
    inbox.keyboard.press("Escape")
    expect(dialog(inbox)).to_have_count(0)
    inbox.keyboard.press("n")
    expect(dialog(inbox).get_by_role("heading", name="Next step with Anna Doe")).to_be_visible()
    people.guard.expected = {422}
    dialog(inbox).get_by_label("Day").fill("2020-01-01")
    dialog(inbox).get_by_role("button", name="Plan it").click()
    expect(dialog(inbox)).to_contain_text("This is past already.")
    dialog(inbox).get_by_label("Day").fill(f"{now() + timedelta(days=3):%Y-%m-%d}")
    dialog(inbox).get_by_label("What is to be done").fill("Send the offer")
    dialog(inbox).get_by_role("button", name="Plan it").click()
    expect(dialog(inbox)).to_have_count(0)
    expect(inbox.locator("#followups")).to_contain_text("Send the offer")
    inbox.keyboard.press("g")
    inbox.keyboard.press("x")
    inbox.wait_for_url(f"**/o/{cast.acme.slug}/next-steps/")
    expect(inbox.locator("#list")).to_contain_text("Send the offer")
    inbox.locator("#list button", has_text="Done: Send the offer").click()
    expect(inbox.locator("#list")).not_to_contain_text("Send the offer")


def test_who_rejects_on_the_leads_page_takes_it_back_there(inbox: Page) -> None:
    inbox.get_by_role("link", name="Whole record").click()
    heading = inbox.get_by_role("heading", name="Anna Doe", level=1)
    expect(heading).to_be_visible()
    page = inbox.url
    inbox.keyboard.press("r")
    expect(dialog(inbox).get_by_role("heading", name="Reject Anna Doe")).to_be_visible()
    inbox.keyboard.press("4")
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#toasts")).to_contain_text("Rejected Anna Doe.")
    expect(heading).to_be_visible()
    inbox.keyboard.press("z")
    expect(inbox.locator("#toasts")).to_contain_text("Taken back: Anna Doe")
    expect(inbox).to_have_url(page)


def test_contact_and_next_step_take_two_keys_each(inbox: Page, cast: Cast) -> None:
    """Stands last: who was contacted is no longer the first of the queue."""
    inbox.keyboard.press("l")
    expect(dialog(inbox).get_by_role("heading", name="Log contact with Anna Doe")).to_be_visible()
    for key in ("1", "6", "n", "1"):
        inbox.keyboard.press(key)
    expect(dialog(inbox).locator("[name=channel][value=call]")).to_be_checked()
    expect(dialog(inbox).get_by_label("No answer")).to_be_checked()
    # The digit after N is one of the next step's own.
    offered = dialog(inbox).locator("[data-part=n] [data-digit]").first
    expect(offered).to_be_checked()
    moment = offered.get_attribute("value") or ""
    inbox.keyboard.press("Enter")
    expect(dialog(inbox)).to_have_count(0)
    expect(inbox.locator("#followups .sm-step-what", has_text="Call again")).to_be_visible()
    expect(inbox.locator("#detail h2")).to_have_text("Anna Doe")
    with tenant_scope(cast.acme.pk):
        step, tried = FollowUp.objects.get(what="Call again"), Attempt.objects.get()
    assert (tried.channel, tried.outcome, step.assigned_to_id) == ("call", "no_answer", cast.sam.pk)
    assert f"{step.due_at.astimezone(ZoneInfo(cast.acme.zone)):%Y-%m-%dT%H:%M}" == moment
    inbox.locator("#followups button", has_text="Done").click()
    expect(inbox.locator("#followups [data-off]", has_text="Call again")).to_contain_text("done")
