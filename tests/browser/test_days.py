"""A working day of each role, in a real browser with the worker at work: what they do, what they see."""

import time
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from arbitration.actions import file_appeal
from leads.actions import accept_handover, assign_handover, hand_over, log_attempt, reject_handover
from leads.models import Handover, Rejection
from sla.actions import change_draft, draft_version, propose_target, propose_version, request_excuse, sign_version
from sla.models import Clock
from sla.queries import agreement_in_force
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.browser.marks import BROWSER
from tests.browser.support import People
from tests.leads.makers import clock_of, make_handover, make_lead, make_rep
from tests.support import Cast, make_cast

pytestmark = BROWSER

# The day before yesterday's work is done; today's came in an hour ago.
LONG_AGO = timedelta(days=20)
LATELY = timedelta(hours=1)
REPS_LEADS = ("Anna", "Berta", "Clara", "Dora", "Emma")
FOR_BULK = ("Frida", "Gerda")


@pytest.fixture(scope="module")
def cast(committed: None) -> Cast:
    """Some of everything that waits for somebody."""
    cast = make_cast(at=now() - LONG_AGO)
    with tenant_scope(cast.acme.pk):
        at = now() - LATELY
        make_rep("sven", at=now() - LONG_AGO)
        for minutes, name in enumerate(REPS_LEADS):
            given_to_sam(cast, name, minutes=minutes)
        for name in FOR_BULK:
            make_lead(at=at, email=f"{name}@example.com", person={"given_name": name, "family_name": "Doe"})
        for name in ("Hanna", "Ida"):
            rejected(cast, name)
        file_appeal(rejected(cast, "Jana"), grounds="The register says 120.", by=cast.mara, at=now())
        marketing_pleads(cast)
        a_version_is_proposed(cast)
        propose_target(month=month_after(2), points=640, note="The fair is then.", by=cast.marc, at=now())
    return cast


def person(name: str) -> dict[str, str]:
    return {"given_name": name, "family_name": "Doe"}


def given_to_sam(cast: Cast, name: str, *, minutes: int = 0) -> Handover:
    at = now() - LATELY + timedelta(minutes=minutes)
    handover = make_handover(at=at, by=cast.mara, email=f"{name}@example.com", person=person(name))
    assign_handover(handover, to=cast.sam, by=cast.sina, at=at)
    handover.refresh_from_db()
    return handover


def rejected(cast: Cast, name: str) -> Rejection:
    told = {"reason": "not_fitting", "criterion": "company_size", "note": "Only 31 people work there."}
    return reject_handover(given_to_sam(cast, name), **told, by=cast.sam, at=now() - timedelta(minutes=30))


def marketing_pleads(cast: Cast) -> None:
    """A return that nobody answered in three business days, and mara's reason."""
    at = now() - timedelta(days=12)
    lead = make_lead(at=at, email="klara@example.com", person=person("Klara"))
    handover = hand_over(lead, by=cast.mara, at=at)
    assign_handover(handover, to=cast.sam, by=cast.sina, at=at)
    handover.refresh_from_db()
    reject_handover(handover, reason="not_fitting", criterion="company_size", note="", by=cast.sam, at=at)
    clock = clock_of(handover, "return_answer")
    # The running worker finds it by itself.
    until = time.monotonic() + 20
    while clock.state != Clock.State.BREACHED and time.monotonic() < until:
        time.sleep(0.2)
        clock.refresh_from_db()
    request_excuse(clock, reason="The mail server was down.", by=cast.mara, at=now())


def a_version_is_proposed(cast: Cast) -> None:
    """Version 2, which marketing has signed."""
    draft = draft_version(based_on=agreement_in_force(at=now()), by=cast.marc, at=now())
    change_draft(draft, content={**draft.content, "volume": {"points_per_month": 520}}, by=cast.marc, at=now())
    draft.refresh_from_db()
    propose_version(draft, starts_on=month_after(1), by=cast.marc, at=now())
    draft.refresh_from_db()
    sign_version(draft, by=cast.marc, at=now())


def month_after(count: int) -> date:
    first = now().date().replace(day=1)
    for _ in range(count):
        first = (first + timedelta(days=32)).replace(day=1)
    return first


@pytest.fixture
def opened(people: People, cast: Cast) -> "Opened":
    return Opened(people, cast)


class Opened:
    """Opens pages of acme."""

    def __init__(self, people: People, cast: Cast) -> None:
        self.people, self.cast = people, cast

    def __call__(self, member: Membership, path: str) -> Page:
        page = self.people.member(member)
        page.goto(f"/o/{self.cast.acme.slug}/{path}")
        return page


def dialog(page: Page) -> Locator:
    return page.locator("#dialog[open]")


def told(page: Page, text: str) -> None:
    """See a toast."""
    expect(page.locator("#toasts .sm-toast", has_text=text)).to_be_visible()


def shown(page: Page, name: str) -> None:
    """See that the detail is this lead's and that keys act on it."""
    expect(page.locator("#detail:not([inert]) h2")).to_have_text(f"{name} Doe")


def test_a_rep_works_off_five_leads_without_the_mouse(opened: Opened, cast: Cast) -> None:
    page = opened(cast.sam, "inbox/?view=to_decide")
    press = page.keyboard.press
    shown(page, "Anna")
    press("a")
    told(page, "Accepted Anna Doe.")
    press("z")
    told(page, "Taken back: Anna Doe")
    shown(page, "Anna")
    press("a")
    told(page, "Accepted Anna Doe.")
    # Belongs to somebody else; lacks something that was agreed.
    for name, number, said in (("Berta", "1", "Sent Berta Doe on"), ("Clara", "4", "Rejected Clara Doe.")):
        shown(page, name)
        press("r")
        expect(dialog(page).get_by_role("heading", name=f"Reject {name} Doe")).to_be_visible()
        press(number)
        press("Enter")
        told(page, said)
    press("z")
    told(page, "Taken back: Clara Doe")
    shown(page, "Clara")
    press("j")
    shown(page, "Dora")
    press("l")
    expect(dialog(page).get_by_role("heading", name="Log contact with Dora Doe")).to_be_visible()
    press("1")
    press("5")
    press("Enter")
    told(page, "Logged.")
    page.locator("#queue [data-row]", has_text="Emma Doe").focus()
    press("Enter")
    shown(page, "Emma")
    press("a")
    told(page, "Accepted Emma Doe.")
    with tenant_scope(cast.acme.pk):
        decided = dict(
            Handover.objects.filter(lead__given_name__in=REPS_LEADS).values_list("lead__given_name", "decision")
        )
    assert decided == {
        "Anna": "accepted",
        "Berta": "pending",
        "Clara": "pending",
        "Dora": "pending",
        "Emma": "accepted",
    }


def test_a_rep_moves_an_accepted_lead_on(opened: Opened, cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        handover = accept_handover(given_to_sam(cast, "Lotte"), by=cast.sam, at=now())
        log_attempt(handover, channel="call", outcome="reached", note="", by=cast.sam, at=now())
    page = opened(cast.sam, f"leads/{handover.lead_id}/")
    page.get_by_text("Move on").click()
    page.get_by_label("What happened").select_option("qualified")
    page.locator("form:has([name=step]) button[type=submit]").click()
    expect(page.locator(".sm-path [data-state=done]", has_text="SQL")).to_be_visible()


def test_a_marketer_corrects_what_came_back_and_sends_it_again(opened: Opened, cast: Cast) -> None:
    page = opened(cast.mara, "returns/")
    came_back = page.locator("article", has_text="Hanna Doe")
    expect(came_back).to_contain_text("Company has 50 to 2,000 employees")
    expect(came_back).to_contain_text("Only 31 people work there.")
    came_back.get_by_role("link", name="Correct and send again").click()
    dialog(page).get_by_label("Employees").fill("310")
    dialog(page).get_by_label("What sales should know now").fill("The register names 310 people.")
    dialog(page).locator("button[type=submit]").click()
    expect(dialog(page)).to_have_count(0)
    expect(page.locator("article", has_text="Hanna Doe")).to_have_count(0)
    answered = page.locator("tr", has_text="Hanna Doe")
    expect(answered).to_be_visible()
    answered.get_by_role("link", name="Hanna Doe").click()
    expect(page.get_by_role("heading", name="Hanna Doe")).to_be_visible()
    expect(page.locator("main")).to_contain_text("310")
    page = opened(cast.mara, "insights/")
    page.get_by_role("link", name="New insight").first.click()
    dialog(page).get_by_label("What you learned").fill("They compare us with hand tools, not with machines.")
    dialog(page).get_by_label("Other tags").fill("competitor")
    dialog(page).locator("button[type=submit]").click()
    expect(page.locator("#list")).to_contain_text("They compare us with hand tools")
    expect(page.locator("#list")).to_contain_text("competitor")


def test_a_marketing_manager_proposes_a_target_and_hands_over_in_bulk(opened: Opened, cast: Cast) -> None:
    month = month_after(1)
    page = opened(cast.marc, f"targets/{month.year}/")
    cell = page.locator(f"#month-{month:%Y-%m}")
    cell.get_by_role("link", name="Change").click()
    dialog(page).get_by_label("Points").fill("610")
    dialog(page).get_by_label("Note").fill("One working day less.")
    dialog(page).get_by_role("button", name="Propose").click()
    expect(cell).to_contain_text("610 points proposed")
    page = opened(cast.marc, "leads/?stage=mql")
    for name in FOR_BULK:
        page.locator("tr", has_text=f"{name} Doe").locator("[data-pick]").check()
    page.locator("#bulk").get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("heading", name="Hand 2 leads over to sales")).to_be_visible()
    page.get_by_label("Note for sales").fill("From yesterday's webinar.")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("2 leads sent.")).to_be_visible(timeout=30_000)
    page.goto(f"/o/{cast.acme.slug}/returns/")
    expect(page.locator("article", has_text="Ida Doe")).to_be_visible()


def test_a_sales_manager_reassigns_answers_signs_and_countersigns(opened: Opened, cast: Cast) -> None:
    with tenant_scope(cast.acme.pk):
        given_to_sam(cast, "Marta")
    page = opened(cast.sina, "routing/handovers/")
    page.get_by_role("link", name="Sam").click()
    expect(page.get_by_role("heading", name="Open leads of Sam")).to_be_visible()
    page.get_by_role("checkbox", name="Marta Doe").check()
    page.get_by_label("Give them to").select_option(label="Sven")
    page.get_by_role("button", name="Give the ticked ones").click()
    expect(page.locator("main")).to_contain_text("Marta Doe")
    page.locator("main form button[type=submit]").click()
    told(page, "1 lead has moved.")
    page.get_by_role("link", name="Sven").click()
    expect(page.get_by_role("checkbox", name="Marta Doe")).to_be_visible()

    page = opened(cast.sina, "settings/absences/")
    page.get_by_label("Who").select_option(label="Sam")
    day = (now() + timedelta(days=30)).date().isoformat()
    page.get_by_label("First day").fill(day)
    page.get_by_label("Last day").fill(day)
    page.get_by_label("Deputy").select_option(label="Sven")
    page.get_by_role("button", name="Enter").click()
    expect(page.locator("#list tr", has_text="Sam")).to_contain_text("Sven")

    page = opened(cast.sina, "sla/")
    plea = page.locator("#pleas li", has_text="Klara Doe")
    expect(plea).to_contain_text("The mail server was down.")
    plea.get_by_role("link", name="Answer Klara Doe").click()
    dialog(page).locator("[name=granted]").first.check()
    dialog(page).locator("button[type=submit]").click()
    expect(page.locator("#pleas li", has_text="Klara Doe")).to_have_count(0)

    month = month_after(2)
    page = opened(cast.sina, f"targets/{month.year}/")
    cell = page.locator(f"#month-{month:%Y-%m}")
    cell.get_by_role("button", name="Countersign").click()
    expect(cell.get_by_text("countersigned", exact=True)).to_be_visible()

    page = opened(cast.sina, "agreement/2/")
    expect(page.locator("main")).to_contain_text("520 points")
    page.get_by_role("button", name="Sign this version").click()
    expect(page.locator("main .sm-signatures")).not_to_contain_text("has not signed")


def test_an_executive_reads_what_changes_and_rules_on_a_case(opened: Opened, cast: Cast) -> None:
    page = opened(cast.rita, "agreement/2/")
    expect(page.locator("main")).to_contain_text("520 points")
    expect(page.get_by_role("button", name="Sign this version")).to_have_count(0)
    page.goto(f"/o/{cast.acme.slug}/cases/")
    page.locator(".sm-case-card", has_text="Jana Doe").get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("The register says 120.")
    form = page.locator("#ruling_form")
    form.get_by_label("Uphold the rejection").check()
    form.get_by_label("Reasons").fill("The register is three years old.")
    form.get_by_role("button", name="Rule").click()
    expect(page.locator("main")).to_contain_text("The register is three years old.")
    expect(page.locator("#ruling_form")).to_have_count(0)
    page.goto(f"/o/{cast.acme.slug}/rulings/")
    expect(page.locator("main")).to_contain_text("The register is three years old.")


def test_an_administrator_invites_and_sets_the_house_up(opened: Opened, cast: Cast) -> None:
    page = opened(cast.ada, "settings/members/")
    page.locator("main").get_by_role("link", name="Invite").click()
    dialog(page).get_by_label("E-mail").fill("nora@example.com")
    dialog(page).get_by_label("Role").select_option(label="Sales rep")
    dialog(page).locator("button[type=submit]").click()
    expect(page.locator("#list tr", has_text="nora@example.com")).to_be_visible()

    page = opened(cast.ada, "settings/teams/")
    page.get_by_role("link", name="Make a team").click()
    page.get_by_label("Name").fill("North")
    page.get_by_label("Department").select_option(label="Sales")
    page.get_by_label("Sam").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#list tr", has_text="North")).to_contain_text("Sam")

    page = opened(cast.ada, "settings/attributes/")
    page.get_by_role("link", name="New attribute").click()
    dialog(page).get_by_label("Name").fill("Seats")
    dialog(page).get_by_label("Kind").select_option(label="Number")
    dialog(page).get_by_role("button", name="Add").click()
    expect(page.locator("tr", has_text="Seats")).to_be_visible()

    page = opened(cast.ada, "routing/")
    page.get_by_role("link", name="Add a rule").click()
    page.get_by_label("Name").fill("Switzerland")
    page.locator("[name=field_0]").select_option("country")
    page.locator("[name=value_0]").fill("CH, LI")
    page.get_by_label("Goes to").select_option(label="Team North, in turn")
    page.get_by_role("button", name="Save").click()
    rule = page.locator("#rules li", has_text="Switzerland")
    expect(rule).to_contain_text("North")


def test_an_auditor_reads_everything_and_changes_nothing(opened: Opened, cast: Cast, people: People) -> None:
    page = opened(cast.ned, "")
    addresses = {link.get_attribute("href") or "" for link in page.locator(".sm-side .sm-nav-i").all()}
    assert len(addresses) >= 12
    own = ("notifications/", "views/")
    for address in sorted(addresses):
        page.goto(address)
        expect(page.get_by_role("heading", level=1).first).to_be_attached()
        forms = page.locator("main form[method=post]").evaluate_all("all => all.map(one => one.action)")
        # Their own views and reports, and files of what they read.
        theirs = [form for form in forms if form.endswith(own) or "/leads/bulk/" in form or "/reports/" in form]
        assert [form for form in forms if form not in theirs] == [], address
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    people.guard.expected = {403}
    for path in ("routing/default/", f"targets/{now().year}/countersign/", "settings/keys/new/"):
        answer = page.request.post(
            f"/o/{cast.acme.slug}/{path}", form={"default": "queue"}, headers={"X-CSRFToken": token}
        )
        assert answer.status == 403, path
