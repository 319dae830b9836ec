"""Renews the pictures of the README from a running demo copy: python docs/make_screenshots.py http://localhost:8000"""

import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

SIZE: Final[ViewportSize] = {"width": 1440, "height": 900}
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
# Of made-up people: a rep sees a working day, the head of marketing the month, the chair a case to rule on.
PASSWORD: Final = "demo-smarketing"  # noqa: S105 -- of made-up people
PICTURES: Final = {
    "inbox": ("jonas@northwind.example", "inbox/"),
    "dashboard": ("ines@northwind.example", "dashboard/"),
    "case": ("ruth@northwind.example", "cases/"),
}
# What is clicked before the picture is taken: the first open case.
FOLLOW: Final = {"case": ".sm-case-card header a"}


def main() -> None:
    """Take each picture as the person who works with that page."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("url", help="where the copy with the demo runs")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "screenshots")
    given = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is missing (Debian package chromium).")
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, (email, path) in PICTURES.items():
            page = signed_in(browser, given.url.rstrip("/"), email)
            take(page, path, given.folder / f"{name}.png", follow=FOLLOW.get(name, ""))
        browser.close()


def signed_in(browser: Browser, url: str, email: str) -> Page:
    """Return a page of this person, in their first organisation."""
    page = browser.new_page(base_url=url, viewport=SIZE, color_scheme="light", reduced_motion="reduce")
    page.goto("/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/o/*/**")
    return page


def take(page: Page, path: str, picture: Path, *, follow: str = "") -> None:
    """Open a page of the organisation anew, without the greeting, and save what fits on the screen."""
    slug = page.url.split("/o/")[1].split("/")[0]
    page.goto(f"/o/{slug}/{path}", wait_until="networkidle")
    if follow:
        page.locator(follow).first.click()
        page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=picture)


if __name__ == "__main__":
    main()
