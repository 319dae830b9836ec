"""The docket with more cases than it shows at once: the next ones come by keyboard, and without script."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from arbitration.actions import add_statement
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.arbitration.support import copied_cases, make_case
from tests.browser.marks import BROWSER
from tests.browser.support import People
from tests.support import Cast, make_cast

pytestmark = BROWSER
FILED = "section[aria-labelledby=lane-filed]"
HEARD = "section[aria-labelledby=lane-evidence]"


@pytest.fixture(scope="module")
def crowded(committed: None) -> Cast:
    """The cast with 17 cases that wait in one column."""
    cast = make_cast(at=now() - timedelta(days=2))
    with tenant_scope(cast.acme.pk):
        copied_cases(make_case(cast, at=now() - timedelta(hours=5)), 16)
    return cast


def cards(page: Page) -> list[str]:
    return page.locator(f"{FILED} .sm-case-card header a").all_inner_texts()


def test_the_next_cards_come_by_keyboard_and_stay_when_the_board_is_read_again(people: People, crowded: Cast) -> None:
    with tenant_scope(crowded.acme.pk):
        case = make_case(crowded, "ann", at=now() - timedelta(hours=2))
    page = people.member(crowded.rita)
    page.goto(f"/o/{crowded.acme.slug}/cases/")
    first = cards(page)
    assert len(first) == 12
    page.get_by_role("link", name="more in Filed").focus()
    page.keyboard.press("Enter")
    # Reading goes on with the first of them, and the address keeps what is shown.
    expect(page.locator(f"{FILED} .sm-case-card header a").nth(12)).to_be_focused()
    expect(page).to_have_url(f"{people.live.url}/o/{crowded.acme.slug}/cases/?filed=24")
    more = cards(page)
    assert (more[:12], case.number in more) == (first, True)
    with tenant_scope(crowded.acme.pk):
        add_statement(case, text="Nobody was reached.", by=crowded.sam, at=now())
    # What the clock of the page does every half minute.
    page.evaluate("window.htmx.trigger('#board', 'refresh')")
    expect(page.locator(f"{HEARD} .sm-case-card", has_text=case.number)).to_be_visible()
    assert cards(page) == [number for number in more if number != case.number]
    # Whoever reads on is not taken elsewhere by it.
    expect(page.locator(f"{FILED} .sm-case-card header a").nth(12)).to_be_focused()


def test_without_script_links_and_the_menu_do_the_same(people: People, crowded: Cast) -> None:
    with tenant_scope(crowded.acme.pk):
        case = make_case(crowded, "ben", at=now() - timedelta(hours=2))
    page = people.member(crowded.rita, java_script_enabled=False)
    page.goto(f"/o/{crowded.acme.slug}/cases/")
    page.get_by_role("link", name="more in Filed").click()
    card = page.locator(f"{FILED} .sm-case-card", has_text=case.number)
    card.locator("summary").click()
    card.get_by_role("button", name="Hear statements").click()
    expect(page.locator(f"{HEARD} .sm-case-card", has_text=case.number)).to_be_visible()
