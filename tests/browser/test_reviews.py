"""A head runs a review meeting, what was taken on comes up on a home, and homes work by keyboard: in a real browser."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from dashboards.actions import plan_review
from dashboards.models import Review, ReviewAction
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.browser.marks import BROWSER
from tests.browser.support import Live, People
from tests.support import Cast, make_cast

pytestmark = BROWSER


@pytest.fixture(scope="module")
def cast(committed: None) -> Cast:
    """One cast for the module; what the tests write does not touch each other's homes."""
    return make_cast(at=now() - timedelta(days=10))


def home_of(member: Membership, people: People, live: Live, cast: Cast) -> Page:
    page = people.member(member)
    page.goto(live.page(cast.acme.slug))
    expect(page.get_by_role("heading", name="What needs you now")).to_be_visible()
    return page


def test_from_the_agenda_to_an_action_on_a_home(people: People, live: Live, cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        review = plan_review(starts_at=now() + timedelta(hours=1), by=cast.sina, at=now())
    marc_leads(people.member(cast.marc), live.page(cast.acme.slug, f"reviews/{review.pk}/"))
    sam = home_of(cast.sam, people, live, cast)
    sam.get_by_role("link", name=re.compile("Book the stand")).click()
    expect(sam.get_by_role("heading", name=re.compile("Still to be done"))).to_be_visible()
    sam.get_by_role("button", name=re.compile("Done")).click()
    expect(sam.get_by_role("heading", name=re.compile("Still to be done"))).to_have_count(0)
    with tenant_scope(cast.acme.pk):
        assert Review.objects.get().state == "closed"
        assert ReviewAction.objects.get().state == "done"


def marc_leads(page: Page, url: str) -> None:
    """He adds a point, opens, walks through the agenda by arrow keys, writes, notes an action and closes."""
    page.goto(url)
    page.get_by_label("Put on the agenda").fill("The fair in May")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name=re.compile("The fair in May"))).to_be_visible()
    page.get_by_role("button", name="Open the meeting").click()
    for _item in range(10):
        if page.get_by_role("heading", level=1, name="The fair in May").is_visible():
            break
        before = page.url
        page.locator("h1").click()
        page.keyboard.press("ArrowRight")
        page.wait_for_url(lambda to, was=before: to != was)
    page.get_by_label("What was said").fill("Everybody goes.")
    page.get_by_label("What was decided").fill("We book a stand.")
    page.get_by_role("button", name="Write down").click()
    expect(page.get_by_label("What was decided")).to_have_value("We book a stand.")
    page.get_by_role("textbox", name="What is to be done").fill("Book the stand")
    page.get_by_label("Who does it").select_option(label="Sam")
    page.get_by_label("Until").fill((now() + timedelta(days=1)).date().isoformat())
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("Book the stand")).to_be_visible()
    page.goto(url)
    page.get_by_role("button", name="Close the minutes").click()
    expect(page.get_by_text("We book a stand.")).to_be_visible()
    expect(page.get_by_role("button", name="Close the minutes")).to_have_count(0)


@pytest.mark.parametrize("who", ["mara", "marc", "sam", "sina", "rita", "ned", "ada"])
def test_every_home_is_reached_and_shows_figures_by_keyboard(people: People, live: Live, cast: Cast, who: str) -> None:
    page = people.member(cast.people()[who])
    page.goto(live.page(cast.acme.slug, "agreement/"))
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(live.page(cast.acme.slug))
    # Who still sets up is told that instead of "All done".
    expect(page.get_by_role("heading", name=re.compile("What needs you now|Set up")).first).to_be_visible()
    expect(page.locator("#stand a.sm-kpi").first).to_be_visible()
    page.locator(":is(#todo, [aria-labelledby=setup-h]) a").locator("visible=true").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda to: to != live.page(cast.acme.slug))
