"""The site's script and the pasted form on another origin whose own policy is strict."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Request, expect

from events.models import Event
from intake.actions import create_form
from intake.models import Submission, Visit, Visitor
from intake.snippet import fields_for, snippet
from leads.models import Behaviour, Lead
from sla.queries import agreement_in_force
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.browser.marks import BROWSER
from tests.browser.site import Site, serving
from tests.browser.support import Live, People
from tests.support import Cast, make_cast

pytestmark = BROWSER

# A browser in which somebody looks: one that says it is headless is a machine.
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
# Nothing may be loaded, talked to or posted to but our host.
POLICY = "default-src 'none'; script-src {0}; connect-src {0}; form-action {0}; img-src data:; base-uri 'none'"
WHAT_IS_KEPT = "() => [document.cookie, Object.keys(localStorage), Object.keys(sessionStorage)]"


@pytest.fixture(scope="module")
def cast(committed: None) -> Cast:
    """Acme and its people, for all tests of the module."""
    return make_cast(at=now() - timedelta(days=1))


@pytest.fixture
def site(people: People, live: Live, cast: Cast) -> Iterator[Site]:
    """Acme's site: a page with the script and the pasted form, under the strict policy."""
    with serving() as site:
        people.guard.hosts.add(site.host)
        with tenant_scope(cast.acme.pk):
            made = create_form(name=site.host, origins=[site.origin], owner=cast.mara, by=cast.marc, at=now())
            version = agreement_in_force(at=now())
        assert version is not None
        url = f"{live.url}/api/v1/intake/forms/{made.key_text}/submissions"
        site.pasted = snippet(url, fields_for(version.content["definitions"], []))
        site.pasted += f'<script src="{live.url}/site.js" data-key="{made.key_text}" defer></script>'
        site.policy = POLICY.format(live.url)
        yield site


def visit(people: People, site: Site, path: str = "/prices?utm_source=linkedin") -> tuple[Page, list[Request]]:
    """Open the site as a new visitor; the page, and what it asked of others than the site from then on."""
    page = people.anybody(user_agent=PERSON)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if site.host not in request.url else None)
    page.goto(f"{site.origin}{path}")
    page.wait_for_function("() => Boolean(window.smarketing)")
    return page, asked


def fill_in(page: Page, email: str) -> None:
    for label, text in {
        "Given name": "Paula", "Family name": "Visitor", "E-mail": email, "Phone": "+43 1 58858",
        "Company": "Visitor GmbH", "Job title": "Head of Operations", "Employees": "640",
    }.items():  # fmt: skip
        page.get_by_label(label).fill(text)
    page.get_by_label("Country").select_option("AT")
    page.get_by_label("Industry").select_option("logistics")
    page.get_by_label("Sales may contact me.").check()
    page.get_by_role("button", name="Send").click()


def told(page: Page, act: str) -> None:
    """Run what the site's own scripts would call, and wait until it was taken."""
    with page.expect_response(lambda answer: answer.url.endswith("/behaviours")) as answered:
        page.evaluate(act)
    assert answered.value.status == 202


def test_without_consent_nothing_is_kept_and_nobody_is_asked(
    people: People, site: Site, live: Live, cast: Cast
) -> None:
    page, asked = visit(people, site)
    page.evaluate("() => { smarketing.track('pricing_viewed'); smarketing.consent(false) }")
    page.reload()
    page.wait_for_function("() => Boolean(window.smarketing)")
    assert page.evaluate(WHAT_IS_KEPT) == ["", [], []]
    assert {request.url for request in asked} == {f"{live.url}/site.js"}
    fill_in(page, "nobody.asked@visitor-example.com")
    page.wait_for_url(f"{live.url}/thanks/**")
    with tenant_scope(cast.acme.pk):
        assert not Visitor.objects.exists()
        raw = Submission.objects.get(raw__email="nobody.asked@visitor-example.com").raw
    assert "visitor" not in raw
    # Where this very visit came from stands in its own address; nothing was remembered for it.
    assert raw["utm_source"] == "linkedin"


def test_from_consent_to_the_joined_lead(people: People, site: Site, live: Live, cast: Cast) -> None:
    page, _asked = visit(people, site)
    told(page, "() => smarketing.consent(true)")
    told(page, "() => smarketing.track('ebook_downloaded', {page: '/guide'})")
    told(page, "() => smarketing.track('ebook_downloaded', {page: '/guide'})")
    cookie, kept, _session = page.evaluate(WHAT_IS_KEPT)
    assert cookie.startswith("smk_visitor=")
    assert kept == ["smk_came"]
    with tenant_scope(cast.acme.pk):
        visitor = Visitor.objects.get(visitor=cookie.partition("=")[2])
        seen = list(Visit.objects.filter(visitor=visitor).order_by("at").values_list("kind", "page"))
    assert visitor.lead_id is None
    assert seen == [("page_viewed", "/prices"), ("ebook_downloaded", "/guide")]
    # Days later on another page: where the first visit came from is still known.
    with page.expect_response(lambda answer: answer.url.endswith("/behaviours")):
        page.goto(f"{site.origin}/contact")
    fill_in(page, "paula@visitor-example.com")
    page.wait_for_url(f"{live.url}/thanks/**")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    with tenant_scope(cast.acme.pk):
        lead = Lead.objects.get(email_norm="paula@visitor-example.com")
        visitor.refresh_from_db()
        joined = Event.objects.get(kind="lead.visits_joined", thread_id=lead.pk)
        kinds = list(Behaviour.objects.filter(lead=lead).order_by("at", "id").values_list("kind", flat=True))
    assert lead.first_touch["source"] == "linkedin"
    assert visitor.lead_id == lead.pk
    assert joined.data["visits"] == 3
    assert kinds == ["page_viewed", "ebook_downloaded", "page_viewed"]


def test_a_form_may_stay_on_its_page_and_consent_may_be_withdrawn(people: People, site: Site, cast: Cast) -> None:
    site.pasted = site.pasted.replace("<form ", '<form data-inline="Thanks, we call you." ')
    page, _asked = visit(people, site)
    told(page, "() => smarketing.consent(true)")
    fill_in(page, "inline@visitor-example.com")
    expect(page.get_by_role("status")).to_have_text("Thanks, we call you.")
    assert page.url.startswith(site.origin)
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.filter(email_norm="inline@visitor-example.com").exists()
    page.evaluate("() => smarketing.consent(false)")
    assert page.evaluate(WHAT_IS_KEPT) == ["", [], []]


def test_the_pasted_form_needs_no_script_at_all(people: People, site: Site, live: Live, cast: Cast) -> None:
    site.policy = f"default-src 'none'; form-action {live.url}; img-src data:"
    site.pasted = site.pasted.partition("<script")[0]
    page = people.anybody(user_agent=PERSON, java_script_enabled=False)
    page.goto(site.origin)
    fill_in(page, "plain@visitor-example.com")
    page.wait_for_url(f"{live.url}/thanks/**")
    with tenant_scope(cast.acme.pk):
        assert Lead.objects.filter(email_norm="plain@visitor-example.com").exists()
