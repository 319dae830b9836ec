"""A rejection becomes a ruling, and the ruling a better agreement: four people in a real browser."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from arbitration.models import Amendment, Case, Precedent
from arbitration.queries.amendments import criterion_in
from leads.actions import assign_handover, hand_over, take_in
from leads.models import Handover
from sla.queries import draft_of
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.models import Membership
from tests.browser.marks import BROWSER
from tests.browser.support import Live, People
from tests.leads.makers import captured, ready_at
from tests.support import Cast, make_cast

pytestmark = BROWSER
NAME = "Karl Disputed"


def test_from_the_rejection_to_the_amended_draft(people: People, live: Live) -> None:
    cast = make_cast(at=now() - timedelta(days=10))
    handover = handed_over(cast)

    def page_of(member: Membership, path: str) -> Page:
        page = people.member(member)
        page.goto(live.page(cast.acme.slug, path))
        return page

    sam_rejects(page_of(cast.sam, f"handovers/{handover.pk}/reject/"))
    case = mara_appeals(page_of(cast.mara, "returns/"))
    rita_takes_it_up(page_of(cast.rita, "cases/"))
    rita_rules_and_teaches(page_of(cast.rita, "cases/"))
    the_ruling_is_on_paper(people.member(cast.ned), case)
    marc_amends(page_of(cast.marc, "rulings/?q=thirty"))
    with tenant_scope(cast.acme.pk):
        assert Case.objects.get().stage == "ruled"
        assert Precedent.objects.get().conditions == [{"field": "employees", "operator": "between", "value": [30, 49]}]
        draft = draft_of()
        assert draft is not None
        changed = criterion_in(draft.content, "company_size")
        assert changed is not None
        assert (changed["value"], Amendment.objects.get().version) == ([30, 2000], draft)


def handed_over(cast: Cast) -> Handover:
    at = now() - timedelta(hours=1)
    with tenant_scope(cast.acme.pk):
        given, _space, family = NAME.partition(" ")
        told = captured(
            "karl@example.com", person={"given_name": given, "family_name": family}, behaviours=ready_at(at)
        )
        handover = hand_over(take_in(told, at=at, marketer=cast.mara).lead, by=cast.mara, at=at)
        assign_handover(handover, to=cast.sam, by=cast.sina, at=at)
    return handover


def sam_rejects(page: Page) -> None:
    page.get_by_label("Company or person does not fit").check()
    page.get_by_label("Criterion that is not met").select_option("company_size")
    page.get_by_label("Note").fill("Only 31 people work there.")
    page.get_by_role("button", name="Reject").click()
    page.wait_for_url(lambda url: not url.endswith("/reject/"))


def mara_appeals(page: Page) -> str:
    page.locator("article", has_text=NAME).get_by_role("link", name="Appeal").click()
    dialog = page.locator("#dialog[open]")
    dialog.get_by_label("Why is the rejection wrong?").fill("Thirty are enough for this product.")
    dialog.locator("button[type=submit]").click()
    page.wait_for_url("**/cases/*/")
    return page.url


def rita_takes_it_up(page: Page) -> None:
    """The menu moves a card; nothing has to be dragged, and the keyboard does it."""
    card = page.locator(".sm-case-card", has_text=NAME)
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    card.get_by_role("button", name="Hear statements").press("Enter")
    expect(page.locator("section", has=page.get_by_role("heading", name="Statements")).locator(
        ".sm-case-card", has_text=NAME
    )).to_be_visible()  # fmt: skip


def rita_rules_and_teaches(page: Page) -> None:
    page.locator(".sm-case-card", has_text=NAME).locator("header").get_by_role("link").click()
    form = page.locator("#ruling_form")
    form.get_by_label("Overturn the rejection").check()
    form.get_by_label("Reasons").fill("The product is sold to smaller companies, too.")
    form.get_by_label("Holding").fill("Thirty people are enough.")
    form.get_by_text("Which leads the holding is about").click()
    form.locator("[name=field_0]").select_option("employees")
    form.locator("[name=operator_0]").select_option("between")
    form.locator("[name=value_0]").fill("30, 49")
    form.get_by_role("button", name="Rule").click()
    expect(page.locator("blockquote")).to_have_text("Thirty people are enough.")


def the_ruling_is_on_paper(page: Page, case: str) -> None:
    paper = page.request.get(f"{case}ruling.pdf")
    assert paper.status == 200
    assert paper.body().startswith(b"%PDF-")


def marc_amends(page: Page) -> None:
    page.get_by_role("link", name="Amend the criterion").click()
    expect(page.get_by_label("Value")).to_have_value("30, 2000")
    page.get_by_role("button", name="Try it on the last 90 days").click()
    page.get_by_role("heading", name="The last 90 days").wait_for()
    page.get_by_role("button", name="Draft it in the next version").click()
    page.wait_for_url("**/agreement/2/definitions/")
