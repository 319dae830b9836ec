"""The meeting room of a sitting: one case in large letters, the arrow keys go on and back."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from arbitration.actions import plan_sitting
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.arbitration.support import make_case
from tests.browser.marks import BROWSER
from tests.browser.support import People
from tests.support import Cast, make_cast

pytestmark = BROWSER


def test_the_arrow_keys_go_from_case_to_case(people: People) -> None:
    at = now() - timedelta(days=2)
    cast = make_cast(at=at)
    page = people.member(cast.rita)
    page.goto(f"/o/{cast.acme.slug}/board/sittings/{sitting_of_three(cast)}/room/")
    shows(page, "Case 1 of 3", "Ann Doe")
    # Nothing stands before the first and after the last.
    for key, place, lead in (
        ("ArrowLeft", "Case 1 of 3", "Ann Doe"),
        ("ArrowRight", "Case 2 of 3", "Ben Doe"),
        ("ArrowRight", "Case 3 of 3", "Cleo Doe"),
        ("ArrowRight", "Case 3 of 3", "Cleo Doe"),
        ("ArrowLeft", "Case 2 of 3", "Ben Doe"),
    ):
        page.keyboard.press(key)
        shows(page, place, lead)
    # The address is that of the case: whoever reloads stays with it, the way back leads to the one before.
    page.reload()
    shows(page, "Case 2 of 3", "Ben Doe")
    page.go_back()
    shows(page, "Case 3 of 3", "Cleo Doe")


def sitting_of_three(cast: Cast) -> str:
    """Plan a sitting about three cases, filed an hour apart."""
    at = now() - timedelta(days=2)
    with tenant_scope(cast.acme.pk):
        for hours, name in enumerate(("ann", "ben", "cleo")):
            make_case(cast, name, at=at + timedelta(hours=hours))
        starts_at = now() + timedelta(days=7)
        return str(plan_sitting(starts_at=starts_at, place="Room 1", order="oldest", by=cast.rita, at=now()).pk)


def shows(page: Page, place: str, lead: str) -> None:
    expect(page.locator("#room nav")).to_contain_text(place)
    expect(page.locator("#room h1")).to_contain_text(lead)
