"""Fixtures of the browser tests: a running copy, a real Chromium, and people in front of it.

They live as long as this package's tests, not as the session: the copy's worker would work on the rows of
other tests, and Playwright's event loop would stand in the way of theirs.
"""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.support import FLAGS, Live, People, empty_beside_a_running_copy, running_copy
from tests.services_plugin import Services


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where Chromium is; its absence fails where it is required (else the modules skip themselves)."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("Chromium is missing (Debian package chromium) and REQUIRE_BROWSER=1.", pytrace=False)
    return found


@pytest.fixture(scope="package")
def live(chromium: str, services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Web, worker and beat, running."""
    with running_copy(services, tmp_path_factory.mktemp("copy")) as copy:
        yield copy


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, headless."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread; Django takes our plain calls for calls inside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        # The machine may be busy with the rest of the suite; what has to be quick is measured, not expected.
        expect.set_options(timeout=15_000)
        found = playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=60_000)
        yield found
        found.close()


@pytest.fixture(scope="module")
def committed(live: Live, services: Services, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What a module writes is committed, for the copy to see; the tables are emptied after the module."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            empty_beside_a_running_copy(services)
            connections.close_all()


@pytest.fixture
def people(browser: Browser, live: Live, committed: None) -> Iterator[People]:
    """Opens pages for people; the test fails when one of their pages complains or leaves the house."""
    people = People(browser, live)
    yield people
    people.close()
    assert people.guard.complaints == []


@pytest.fixture
def page(people: People) -> Page:
    """A page of somebody who is not signed in."""
    return people.anybody()
