"""Every page in a real browser: accessible in light and dark, nothing beside the window at 320 px.

With SHOTS=FOLDER each page is also photographed into that folder, for people to look at.
"""

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse
from playwright.sync_api import Browser, Page, ViewportSize, expect

from smarketing.lib.clock import now
from tenants.actions import NewOrganisation, create_organisation
from tenants.models import Membership
from tenants.roles import Role
from tests.browser.marks import BROWSER
from tests.browser.support import DESKTOP, NARROWEST, PHONE, Live, People
from tests.support import make_cast, make_user
from tests.tenants.tables import PAGES, filled
from tests.tenants.world import World, make_world

pytestmark = BROWSER

# A strict policy would not let the examiner in; reduced motion keeps it from judging half a fade.
EXAMINED = {"bypass_csp": True, "reduced_motion": "reduce", "color_scheme": "light"}
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
SHOTS: Final = os.environ.get("SHOTS")
Scheme = Literal["light", "dark"]
EXAMINED_IN: Final[list[tuple[Scheme, ViewportSize]]] = [("light", DESKTOP), ("dark", PHONE)]
PHOTOGRAPHED_IN: Final[list[tuple[Scheme, ViewportSize]]] = [("dark", DESKTOP), ("light", PHONE)]
# Who sees most of a page comes first.
FITTING = (
    Role.SALES_MANAGER, Role.MARKETING_MANAGER, Role.EXECUTIVE, Role.ADMINISTRATOR, Role.AUDITOR, Role.SALES_REP,
    Role.MARKETER,
)  # fmt: skip
# Parts that pages fetch, and addresses that only lead on.
NO_PAGES = {
    "dashboards:nav_counts",
    "arbitration:rulings_on",
    "tenants:key_create",
    # Files.
    "leads:export",
    "sla:agreement_pdf",
    "intake:batch_errors",
    "arbitration:ruling_paper",
    "arbitration:sitting_calendar",
    "dashboards:review_calendar",
    "dashboards:review_minutes",
    "leads:evidence_file",
    "dashboards:table",
    "dashboards:period_table",
    "dashboards:review_table",
    "dashboards:report_pdf",
    "dashboards:report_paper",
    "dashboards:person_export",
    "arbitration:case_file",
}
READ = [name for name, page in PAGES.items() if page.get and name not in NO_PAGES]
# What people take to a meeting on paper.
PRINTED = [
    "organisation_home", "dashboards:joint", "dashboards:criteria", "dashboards:returns", "dashboards:revenue",
    "dashboards:quality", "sla:months", "dashboards:reviews", "dashboards:review", "dashboards:report",
]  # fmt: skip
# A sheet of A4 across, without its margins, in CSS pixels.
SHEET = ViewportSize(width=1040, height=710)
EMPTY_AT_FIRST = [
    "leads:inbox", "leads:list", "leads:returns", "arbitration:docket", "arbitration:rulings", "dashboards:joint",
    "sla:breaches", "intake:submissions", "intake:forms", "notifications:list",
]  # fmt: skip

# The theme follows the system a moment later, and colours fade from one to the other, a child after its parent.
SETTLED = """async scheme => {
  const frame = () => new Promise(requestAnimationFrame);
  while (document.documentElement.dataset.bsTheme !== scheme) await frame();
  await document.fonts.ready;
  for (let still = 0; still < 3; still += 1) {
    await frame();
    if (document.getAnimations().some(one => one.playState === "running")) still = -1;
  }
}"""
# A theme is judged when it is there: each frame of the fade paints the whole page, which cost more than the judging.
STILL = "*, *::before, *::after { transition: none !important; }"
BESIDE = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide <= 0) return [];
  const beside = el => el.getBoundingClientRect().right > innerWidth + 1;
  const found = [...document.querySelectorAll("body *")].filter(beside).slice(0, 5);
  return [`${wide} px`, ...found.map(el => el.outerHTML.slice(0, 120))];
}"""

# What a sheet of paper would cut off: it does not scroll.
CUT_OFF = """() => [...document.querySelectorAll("main *")].filter(el => {
  const style = getComputedStyle(el);
  const wide = el.clientWidth > 40 && el.scrollWidth > el.clientWidth + 1;
  return wide && style.overflowX !== "visible" && !el.closest("svg");
}).map(el => el.outerHTML.slice(0, 120))"""


class Visits:
    """Opens pages in tabs that stay open for the module: what starts a tab costs more than most pages."""

    def __init__(self, people: People) -> None:
        self.people = people
        self._tabs: dict[object, Page] = {}

    def member(self, member: Membership) -> Page:
        """Return the tab of somebody who has signed in."""
        return self._tab(member.pk, lambda: self.people.member(member, **EXAMINED))

    def nobody(self) -> Page:
        """Return the tab of somebody who has not."""
        return self._tab(None, lambda: self.people.anybody(**EXAMINED))

    def _tab(self, who: object, first: Callable[[], Page]) -> Page:
        """Return this person's tab, at a desk in light, whatever it was used for before."""
        if who not in self._tabs:
            self._tabs[who] = first()
        tab = self._tabs[who]
        tab.emulate_media(color_scheme="light", media="screen")
        tab.set_viewport_size(DESKTOP)
        return tab

    def complaints(self) -> list[str]:
        """Return what the pages complained of since the last time."""
        complaints = list(self.people.guard.complaints)
        self.people.guard.complaints.clear()
        self.people.guard.expected.clear()
        return complaints


@pytest.fixture(scope="module")
def browsers(browser: Browser, live: Live, committed: None) -> Iterator[Visits]:
    people = People(browser, live)
    yield Visits(people)
    people.close()


@pytest.fixture
def visits(browsers: Visits) -> Iterator[Visits]:
    """One test's pages; it fails when one of them complains or leaves the house."""
    yield browsers
    assert browsers.complaints() == []


@pytest.fixture(scope="module")
def world(committed: None) -> World:
    """Two organisations in which something stands on every page."""
    at = now() - timedelta(hours=3)
    return make_world(make_cast(at=at), at)


@pytest.fixture(scope="module")
def first_day(world: World) -> NewOrganisation:
    """Another organisation, whose administrator has just arrived."""
    make_user("newcomer", at=now())
    return create_organisation(
        name="initech", country="AT", zone="Europe/Vienna", admin_email="newcomer@example.com", at=now()
    )


@pytest.mark.parametrize("name", READ)
def test_a_page(name: str, visits: Visits, world: World) -> None:
    page, house = PAGES[name], world.acme
    role = next(role for role in FITTING if role in page.get)
    opened = visits.member(house.staff[role])
    opened.goto(reverse(name, kwargs={"slug": house.organisation.slug, **filled(page.path, house)}))
    look_at(opened, name)


@pytest.mark.parametrize("name", PRINTED)
def test_a_page_on_paper(name: str, visits: Visits, world: World) -> None:
    page, house = PAGES[name], world.acme
    opened = visits.member(house.staff[Role.EXECUTIVE])
    opened.goto(reverse(name, kwargs={"slug": house.organisation.slug, **filled(page.path, house)}))
    opened.emulate_media(media="print", color_scheme="dark")
    opened.set_viewport_size(SHEET)
    expect(opened.locator("h1")).to_be_visible()
    expect(opened.get_by_role("navigation", name="Main", exact=True)).to_be_hidden()
    expect(opened.locator("main .sm-b:visible, main .sm-no-print:visible")).to_have_count(0)
    background = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(255, 255, 255)"
    assert opened.evaluate(CUT_OFF) == []
    photograph(opened, f"{name} print")


def test_charts_are_read_by_the_arrow_keys(visits: Visits, world: World) -> None:
    house = world.acme
    page = visits.member(house.staff[Role.EXECUTIVE])
    page.goto(reverse("dashboards:joint", kwargs={"slug": house.organisation.slug}))
    for chart in ("#pace .sm-over", "#speed [data-hits]"):
        hits = page.locator(f"{chart} [data-hit]")
        hits.first.focus()
        page.keyboard.press("ArrowRight")
        expect(hits.nth(1)).to_be_focused()
        expect(page.locator(".sm-tip")).to_be_visible()
        expect(page.locator(".sm-tip")).to_have_text(re.compile(r"\d"))
        page.keyboard.press("End")
        expect(hits.last).to_be_focused()
        page.keyboard.press("Home")
        expect(hits.first).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".sm-tip")).to_be_hidden()


@pytest.mark.parametrize("name", EMPTY_AT_FIRST)
def test_a_page_on_which_nothing_stands_yet(name: str, visits: Visits, first_day: NewOrganisation) -> None:
    opened = visits.member(first_day.administrator)
    opened.goto(reverse(name, kwargs={"slug": first_day.organisation.slug}))
    look_at(opened, f"empty {name}")


@pytest.mark.parametrize(
    ("name", "role", "opener"),
    [
        ("leads:inbox", Role.SALES_REP, "#detail [data-key=r]"),
        ("leads:inbox", Role.SALES_REP, "#detail [data-key=l]"),
        ("leads:returns", Role.MARKETER, "#list a:has-text('Correct and send again')"),
        ("leads:returns", Role.MARKETER, "#list a:has-text('Appeal')"),
        ("sla:targets", Role.MARKETING_MANAGER, "#grid a:has-text('Change')"),
        ("tenants:members", Role.ADMINISTRATOR, "main a:has-text('Invite')"),
    ],
)
def test_a_dialog(name: str, role: Role, opener: str, visits: Visits, world: World) -> None:
    house, year = world.acme, {"year": now().year} if name == "sla:targets" else {}
    page = visits.member(house.staff[role])
    page.goto(reverse(name, kwargs={"slug": house.organisation.slug, **year}))
    page.locator(opener).first.click()
    expect(page.locator("dialog[open] form")).to_be_visible()
    look_at(page, "dialog " + re.sub(r"[^a-z]+", " ", f"{name} {opener}".lower()).strip())


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("sign in", "/login/"),
        ("wrong password", "/login/"),
        ("forgotten password", "/password/reset/"),
        ("invitation", "/invite/{token}/"),
        ("old invitation", "/invite/there-is-no-such-token/"),
        ("web form", "/f/{form_key}/"),
        ("thanks", "/thanks/{form_key}/"),
        ("reference", "/api/v1/reference/?q=handovers#post_handover_acceptance"),
    ],
)
def test_a_page_of_nobody(name: str, path: str, visits: Visits, world: World) -> None:
    visits.people.guard.expected = {410}
    page = visits.nobody()
    page.goto(path.format_map(world.acme.things))
    if name == "wrong password":
        page.get_by_label("Email").fill("sam@example.com")
        page.get_by_label("Password").fill("this is not it")
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("form [role=alert], form .sm-f-error").first).to_be_visible()
    look_at(page, name)


@pytest.mark.parametrize(("path", "status"), [("nowhere/", 404), ("settings/keys/", 403)])
def test_an_error_inside_the_shell(path: str, status: int, visits: Visits, world: World) -> None:
    visits.people.guard.expected = {status}
    house = world.acme
    page = visits.member(house.staff[Role.SALES_REP])
    answer = page.goto(f"/o/{house.organisation.slug}/{path}")
    assert answer is not None
    assert answer.status == status
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_visible()
    look_at(page, str(status))


def look_at(page: Page, name: str) -> None:
    """Examine what is shown: at a desk in light, in a hand in the dark, and at the narrowest."""
    found = {}
    page.evaluate(AXE_SCRIPT)
    page.add_style_tag(content=STILL)
    for scheme, size in EXAMINED_IN:
        show(page, scheme, size)
        found[f"{scheme} {size['width']}"] = violations(page)
        photograph(page, f"{name} {scheme} {size['width']}")
    page.set_viewport_size(NARROWEST)
    found["beside the window"] = page.evaluate(BESIDE)
    if SHOTS:
        for scheme, size in PHOTOGRAPHED_IN:
            show(page, scheme, size)
            photograph(page, f"{name} {scheme} {size['width']}")
    assert {place: faults for place, faults in found.items() if faults} == {}


def show(page: Page, scheme: Scheme, size: ViewportSize) -> None:
    """Change theme and size and wait until nothing moves any more."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    page.evaluate(SETTLED, scheme)


def violations(page: Page) -> list[str]:
    """Return what axe finds: rule, element and reason."""
    response: dict[str, Any] = page.evaluate("options => axe.run(options)", RULES)
    return [
        f"{found['id']}: {node['html'][:140]} ({node.get('failureSummary', '')[:160]})"
        for found in response["violations"]
        for node in found["nodes"][:3]
    ]


def photograph(page: Page, name: str) -> None:
    """Save a picture where somebody has asked for it."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name.replace(':', '-').replace(' ', '-')}.png", full_page=True)
