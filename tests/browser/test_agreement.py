"""From the first draft of a version to its paper, in a real browser: both heads, every section, nothing lost."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.browser.marks import BROWSER
from tests.browser.support import People
from tests.leads.makers import make_lead
from tests.support import Cast, make_cast

pytestmark = BROWSER

FURTHER_SECTIONS = ("hours", "tiers", "escalation", "reasons", "arbitration", "terms")


@pytest.fixture(scope="module")
def cast(committed: None) -> Cast:
    """An organisation with its founding agreement, and one lead."""
    cast = make_cast(at=now())
    with tenant_scope(cast.acme.pk):
        make_lead(at=now())
    return cast


def opened(people: People, member: Membership, slug: str, path: str) -> Page:
    page = people.member(member)
    page.goto(f"/o/{slug}/{path}")
    return page


def look(page: Page, name: str) -> None:
    """With SHOTS=FOLDER also a picture, for people to look at."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=Path(os.environ["SHOTS"]) / f"agreement-{name}.png", full_page=True)


def test_two_heads_agree_on_the_next_version(people: People, cast: Cast) -> None:
    slug = cast.acme.slug
    people.guard.expected = {422}
    page = opened(people, cast.marc, slug, "agreement/")
    page.get_by_role("button", name="Draft the next version").click()

    # What cannot be agreed is told at its field, and nothing typed is lost.
    points = page.get_by_label("Points each month")
    points.fill("0")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing was saved yet")).to_be_visible()
    expect(points).to_have_value("0")
    look(page, "refused")
    points.fill("640")
    expect(page.locator("#preview")).to_contain_text("640 points")
    look(page, "commitments")
    page.get_by_role("button", name="Save and go on").click()

    for section in FURTHER_SECTIONS:
        page.goto(f"/o/{slug}/agreement/2/edit/?section={section}")
        look(page, section)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("main [aria-invalid=true]")).to_have_count(0)
        expect(page.get_by_text("Nothing was saved yet")).to_have_count(0)
    page.goto(f"/o/{slug}/agreement/2/edit/?section=hours")
    friday = page.locator("[name=sales_fri]")
    friday.fill("9-12")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(friday).to_have_value(re.compile(r"0?9:00.*12:00"))

    page.get_by_role("link", name="What changes").click()
    # Sections that were saved as they stood changed nothing.
    expect(page.get_by_text("2 clauses differ from version 1.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("640 points")
    expect(page.locator("main")).to_contain_text("Fri 09:00–12:00")
    look(page, "diff")
    page.goto(f"/o/{slug}/agreement/2/")
    page.get_by_role("button", name="Propose to both heads").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("proposed")
    page.get_by_role("button", name="Sign this version").click()
    expect(page.get_by_text("Waits for the signature of")).to_be_visible()
    look(page, "proposed")

    page = opened(people, cast.sina, slug, "agreement/2/")
    page.get_by_role("button", name="Sign this version").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("signed")
    expect(page.get_by_role("button", name="Sign this version")).to_have_count(0)
    expect(page.locator("#sha")).to_have_text(re.compile(r"^[0-9a-f]{64}$"))
    look(page, "signed")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    paper = download.value.path().read_bytes()
    assert paper.startswith(b"%PDF-")

    page.goto(f"/o/{slug}/agreement/1/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("in force")
