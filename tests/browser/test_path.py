"""One lead goes all the way: through a real form in a real browser to the joint dashboard, on real processes."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from playwright.sync_api import Locator, Page, expect

from leads.actions import assign_handover, hand_over, take_in
from leads.models import Handover
from sla.models import Clock
from sla.queries.targets import target_for
from smarketing.lib.clock import now
from smarketing.lib.scope import global_scope, tenant_scope
from tenants.actions import add_member, create_key
from tenants.models import Membership, User
from tenants.roles import Role
from tests.browser.marks import BROWSER
from tests.browser.site import Site, serving
from tests.browser.support import Live, People
from tests.leads.makers import captured, clock_of, ready_at
from tests.support import PASSWORD, Cast, make_cast

pytestmark = BROWSER

VIENNA = ZoneInfo("Europe/Vienna")
# Seconds, as promised.
WITHIN = 20.0
DETECTED_WITHIN = timedelta(seconds=5)
# How long the deadline of the lead that nobody touches still runs when the story begins.
LEFT_ALONE_FOR = timedelta(seconds=40)


@pytest.fixture
def site(people: People) -> Iterator[Site]:
    with serving() as site:
        people.guard.hosts.add(site.host)
        yield site


@dataclass
class Story:
    """Everybody's pages, and the leads by the name of their person."""

    cast: Cast
    people: People
    live: Live
    site: Site
    began: datetime

    def open(self, member: Membership, path: str) -> Page:
        """Open a page of acme for somebody who has signed in before."""
        page = self.people.member(member)
        page.goto(self.live.page(self.cast.acme.slug, path))
        return page


def test_one_lead_goes_all_the_way(people: People, live: Live, site: Site) -> None:
    began = now()
    story = Story(make_cast(at=began - timedelta(days=10)), people, live, site, began)
    lazy = hand_over_so_that_the_deadline_is_near(story)
    sam = sam_signs_in(story)
    marc_makes_a_form(story)
    seconds = visitor_fills_in_the_form(story, sam)
    assert seconds <= WITHIN
    a_client_pushes_a_lead(story, sam)
    sam_accepts_takes_back_and_accepts_by_keyboard(sam, "Paula Visitor")
    sam_logs_a_contact_with_two_keystrokes(sam, "Paula Visitor")
    sam_rejects(sam, "Karl Pushed")
    the_breach_is_recorded_and_shown(story, sam, lazy)
    case = mara_appeals(story)
    marc_cannot_rule(story, case)
    rita_overturns(story, case)
    the_lead_is_back_with_sam(sam, "Karl Pushed")
    both_departments_see_the_same_numbers(story)
    marc_proposes_and_sina_countersigns(story)
    sam_goes_to_the_other_organisation(story, sam)


def row_of(page: Page, name: str) -> Locator:
    return page.locator("#queue [data-row]", has_text=name)


def select(page: Page, name: str) -> None:
    """Click a row and wait for its lead: until then no key acts on the one still shown."""
    row = row_of(page, name)
    shown = row.get_attribute("data-row") or ""
    row.click()
    expect(page.locator(f'#detail[data-shows="{shown}"]:not([inert])')).to_be_visible()
    expect(page.locator("#detail h2")).to_have_text(name)


def toast(page: Page, text: str) -> Locator:
    found = page.locator("#toasts .sm-toast", has_text=text)
    expect(found).to_be_visible()
    return found


# Sales


def hand_over_so_that_the_deadline_is_near(story: Story) -> Handover:
    """A standard lead waits for its first contact since yesterday; 24 hours are agreed."""
    sent_at = story.began - timedelta(hours=24) + LEFT_ALONE_FOR
    with tenant_scope(story.cast.acme.pk):
        person = {"given_name": "Lara", "family_name": "Waiting"}
        told = captured("lara@example.com", person=person, behaviours=ready_at(sent_at))
        lead = take_in(told, at=sent_at, marketer=story.cast.mara).lead
        handover = hand_over(lead, by=story.cast.mara, at=sent_at)
        assign_handover(handover, to=story.cast.sam, by=story.cast.sina, at=sent_at)
    return handover


def sam_signs_in(story: Story) -> Page:
    give_a_real_password(story.cast.sam)
    page = story.people.anybody()
    page.goto("/")
    page.get_by_label("Email").fill("sam@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/o/{story.cast.acme.slug}/")
    page.get_by_role("link", name="Lara Waiting").click()
    page.wait_for_url(f"**/o/{story.cast.acme.slug}/inbox/?lead=*")
    expect(row_of(page, "Lara Waiting")).to_be_visible()
    return page


def give_a_real_password(member: Membership) -> None:
    """The suite's cheap hash is unknown to the running copy."""
    argon = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=argon), global_scope():
        user = User.objects.get(pk=member.user_id)
        user.set_password(PASSWORD)
        user.save()


def sam_accepts_takes_back_and_accepts_by_keyboard(sam: Page, name: str) -> None:
    select(sam, name)
    sam.keyboard.press("a")
    expect(toast(sam, f"Accepted {name}.").get_by_role("button", name="Undo")).to_be_visible()
    expect(sam.locator("#detail [role=status]")).to_contain_text(f"Accepted {name}.")
    sam.keyboard.press("z")
    toast(sam, f"Taken back: {name}")
    expect(sam.locator("#detail h2")).to_have_text(name)
    sam.keyboard.press("a")
    toast(sam, f"Accepted {name}.")


def sam_logs_a_contact_with_two_keystrokes(sam: Page, name: str) -> None:
    select(sam, name)
    sam.keyboard.press("l")
    dialog = sam.locator("#dialog[open]")
    expect(dialog.get_by_role("heading", name=f"Log contact with {name}")).to_be_visible()
    sam.keyboard.press("1")
    sam.keyboard.press("5")
    expect(dialog.get_by_label("Call")).to_be_checked()
    expect(dialog.get_by_label("Reached")).to_be_checked()
    sam.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    toast(sam, "Logged.")
    expect(row_of(sam, name)).to_have_count(0)


def sam_rejects(sam: Page, name: str) -> None:
    select(sam, name)
    sam.keyboard.press("r")
    dialog = sam.locator("#dialog[open]")
    expect(dialog).to_be_visible()
    sam.keyboard.press("6")
    expect(dialog.get_by_label("Company or person does not fit")).to_be_checked()
    dialog.get_by_label("Criterion that is not met").select_option("company_size")
    dialog.get_by_label("Note").fill("Only 31 people work there.")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_have_count(0)
    toast(sam, f"Rejected {name}.")
    expect(row_of(sam, name)).to_have_count(0)


def the_lead_is_back_with_sam(sam: Page, name: str) -> None:
    """Accepted by the ruling: it is for him to contact, and his open page learns it by itself."""
    expect(row_of(sam, name)).to_be_visible(timeout=WITHIN * 1000)


def the_breach_is_recorded_and_shown(story: Story, sam: Page, lazy: Handover) -> None:
    """Beat and worker find the deadline in time, and date the breach at the deadline; the row turns red by itself."""
    with tenant_scope(story.cast.acme.pk):
        clock = clock_of(lazy, "first_contact")
        until = time.monotonic() + max(0.0, (clock.due_at - now()).total_seconds()) + 30
        while clock.state == Clock.State.RUNNING and time.monotonic() < until:
            time.sleep(0.2)
            clock.refresh_from_db()
    assert clock.state == Clock.State.BREACHED
    assert clock.breached_at == clock.due_at
    assert clock.detected_at is not None
    assert clock.detected_at - clock.due_at <= DETECTED_WITHIN
    expect(row_of(sam, "Lara Waiting").locator("[data-due]")).to_have_attribute("data-level", "breach")


# The door


def marc_makes_a_form(story: Story) -> None:
    """The marketing manager makes a form and pastes its HTML into the company's site."""
    page = story.open(story.cast.marc, "forms/")
    page.get_by_label("Name").fill("Contact page")
    page.get_by_label("Sites that may post").fill(story.site.origin)
    page.get_by_label("Marketer").select_option(label=story.cast.mara.name)
    page.get_by_role("button", name="Make the form").click()
    page.get_by_text("HTML to paste into the site").click()
    story.site.pasted = page.locator("pre.sm-code").inner_text()
    assert f'action="{story.live.url}/' in story.site.pasted


def visitor_fills_in_the_form(story: Story, sam: Page) -> float:
    """Fill in the form on the other origin; the seconds until the lead stands in sam's open inbox."""
    page = story.people.anybody()
    page.goto(story.site.origin)
    for label, text in {
        "Given name": "Paula", "Family name": "Visitor", "E-mail": "paula@visitor-example.com",
        "Phone": "+43 1 58858", "Company": "Visitor GmbH", "Job title": "Head of Operations", "Employees": "640",
    }.items():  # fmt: skip
        page.get_by_label(label).fill(text)
    page.get_by_label("Country").select_option("AT")
    page.get_by_label("Industry").select_option("logistics")
    page.get_by_label("Sales may contact me.").check()
    sam.evaluate("window.neverReloaded = true")
    sent = time.monotonic()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(f"{story.live.url}/thanks/**")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(row_of(sam, "Paula Visitor")).to_be_visible(timeout=WITHIN * 1000)
    assert sam.evaluate("window.neverReloaded") is True
    return time.monotonic() - sent


def a_client_pushes_a_lead(story: Story, sam: Page) -> None:
    """As curl does it, with a secret key."""
    with tenant_scope(story.cast.acme.pk):
        made = create_key(
            name="CRM", scopes=["leads:write"], acts_for=story.cast.mara, by=story.cast.ada, at=story.began
        )
    body = {
        "person": {"email": "karl@pushed-example.com", "given_name": "Karl", "family_name": "Pushed",
                   "job_title": "CTO"},
        "company": {"name": "Pushed AG", "employees": 310, "industry": "software", "country": "AT"},
        "behaviours": [{"kind": "pricing_viewed"}, {"kind": "webinar_attended"}],
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {made.text}", "Content-Type": "application/json"}
    url = f"{story.live.url}/api/v1/intake/submissions"
    with urlopen(Request(url, json.dumps(body).encode(), headers), timeout=15) as answer:
        assert answer.status == 201
        assert json.load(answer)["state"] == "matched"
    expect(row_of(sam, "Karl Pushed")).to_be_visible(timeout=WITHIN * 1000)


# The dispute


def mara_appeals(story: Story) -> str:
    """The address of the case that she opens."""
    page = story.open(story.cast.mara, "returns/")
    returned = page.locator("article", has_text="Karl Pushed")
    expect(returned).to_contain_text("Definitional")
    returned.get_by_role("link", name="Appeal").click()
    dialog = page.locator("#dialog[open]")
    dialog.get_by_label("Why is the rejection wrong?").fill("The register names 310 people.")
    dialog.locator("button[type=submit]").click()
    page.wait_for_url("**/cases/*/")
    expect(page.locator("main")).to_contain_text("The register names 310 people.")
    return page.url


def marc_cannot_rule(story: Story, case: str) -> None:
    """No form for him, and no way around it either."""
    page = story.people.member(story.cast.marc)
    page.goto(case)
    expect(page.get_by_role("heading", name="Statements")).to_be_visible()
    expect(page.locator("#ruling_form")).to_have_count(0)
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    form = {"outcome": "overturned", "precedent_stance": "none", "reasons": "We like it."}
    answer = page.request.post(f"{case}ruling/", form=form, headers={"X-CSRFToken": token})
    assert answer.status == 403


def rita_overturns(story: Story, case: str) -> None:
    page = story.open(story.cast.rita, "cases/")
    page.locator(".sm-case-card", has_text="Karl Pushed").get_by_role("link").click()
    page.wait_for_url(case)
    form = page.locator("#ruling_form")
    form.get_by_label("Overturn the rejection").check()
    form.get_by_label("Reasons").fill("310 people are within the agreed range.")
    form.get_by_role("button", name="Rule").click()
    expect(page.locator("main")).to_contain_text("310 people are within the agreed range.")
    expect(page.locator("#ruling_form")).to_have_count(0)


# What both see


def target_now(story: Story) -> str:
    """This month's target: the first month of an organisation asks for its share of the agreed points."""
    with tenant_scope(story.cast.acme.pk):
        today = now().astimezone(ZoneInfo(story.cast.acme.zone)).date()
        return f"{target_for(today.replace(day=1)).points:.0f}"


def both_departments_see_the_same_numbers(story: Story) -> None:
    """A hand-raiser (3 points) accepted, a standard lead (1) given back by the board, another one left alone."""
    left_alone = int(month_of(story.began - timedelta(hours=24) + LEFT_ALONE_FOR) == month_of(story.began))
    for member in (story.cast.marc, story.cast.sina, story.cast.ned):
        page = story.open(member, "dashboard/")
        expect(card(page, "MQLs delivered")).to_contain_text(f"{4 + left_alone} of {target_now(story)}")
        expect(card(page, "MQLs delivered")).to_contain_text(f"{2 + left_alone} leads")
        expect(card(page, "Accepted by sales")).to_contain_text("1 of 2 decided")
        expect(card(page, "Promises kept by sales")).to_contain_text("3 of 4 due")
        sent, accepted, contacted = 2 + left_alone, 2, 1
        for step, count in {"MQLs sent": sent, "Accepted": accepted, "Contacted": contacted}.items():
            expect(count_of_step(page, step)).to_have_text(str(count))
        expect(page.locator("#breached tbody tr")).to_have_count(1)
        expect(page.locator("#breached tbody tr")).to_contain_text("Lara Waiting")


def month_of(moment: datetime) -> date:
    return moment.astimezone(VIENNA).date().replace(day=1)


def card(page: Page, name: str) -> Locator:
    return page.locator("#kpis .sm-kpi", has_text=name)


def count_of_step(page: Page, name: str) -> Locator:
    header = page.get_by_role("rowheader", name=name, exact=True)
    return page.locator("#funnel tr").filter(has=header).locator("td.sm-strong")


def marc_proposes_and_sina_countersigns(story: Story) -> None:
    month = (month_of(story.began) + timedelta(days=32)).replace(day=1)
    marc = story.open(story.cast.marc, f"targets/{month.year}/")
    cell = f"#month-{month:%Y-%m}"
    marc.locator(cell).get_by_role("link", name="Change").click()
    dialog = marc.locator("#dialog[open]")
    dialog.get_by_label("Points").fill("640")
    dialog.get_by_label("Note").fill("The fair is in this month.")
    dialog.get_by_role("button", name="Propose").click()
    expect(marc.locator(cell)).to_contain_text("640 points proposed")
    sina = story.open(story.cast.sina, f"targets/{month.year}/")
    sina.locator(cell).get_by_role("button", name="Countersign").click()
    expect(sina.locator(cell).get_by_text("countersigned", exact=True)).to_be_visible()
    expect(sina.locator(cell).locator(".sm-month-n")).to_contain_text("640")


def sam_goes_to_the_other_organisation(story: Story, sam: Page) -> None:
    with global_scope():
        user = User.objects.get(pk=story.cast.sam.user_id)
    with tenant_scope(story.cast.globex.pk):
        add_member(user, roles=[Role.AUDITOR], by=story.cast.gus, at=now())
    sam.reload()
    switch = sam.locator(".sm-side details.sm-tenant")
    switch.locator("summary").click()
    switch.get_by_role("link", name=story.cast.globex.name).click()
    sam.wait_for_url(f"**/o/{story.cast.globex.slug}/**")
    expect(sam.locator("main")).not_to_contain_text("Paula Visitor")
