"""A running copy, the people who use it in a real browser, and what none of their pages may do."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg2
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize

from smarketing.services import process, programs
from smarketing.services.supervisor import Program
from tenants.models import Membership
from tests.conftest import empty_all_tables
from tests.services_plugin import ROOT, Services
from tests.support import signed_in

FLAGS: Final = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
NARROWEST: Final[ViewportSize] = {"width": 320, "height": 640}

_STATUS: Final = re.compile(r"the server responded with a status of (\d+)")


@dataclass(frozen=True)
class Live:
    """Web, worker and beat as processes of their own, on the services of this run."""

    url: str
    log: Path

    def page(self, slug: str, path: str = "") -> str:
        """Return the address of an organisation's page."""
        return f"{self.url}/o/{slug}/{path}"


@contextmanager
def running_copy(services: Services, folder: Path) -> Iterator[Live]:
    """Start worker, beat and web as `manage.py up` does, wait for the first answer, stop them afterwards."""
    port = process.pick_port(None)
    live = Live(f"http://localhost:{port}", folder)
    binaries = Path(sys.executable).parent
    commands = {
        "worker": programs.worker(binaries),
        "beat": programs.beat(binaries, folder / "beat-schedule"),
        "web": programs.web(binaries, port),
    }
    with ExitStack() as started:
        for role, command in commands.items():
            program = Program(role, command, _environment(services, role, live), ROOT, folder / f"{role}.log", 20)
            started.callback(program.stop)
            program.start()
        assert process.wait_until(lambda: _answers(live), 90, every=0.1), process.tail(folder / "web.log", 30)
        yield live


def _environment(services: Services, role: str, live: Live) -> dict[str, str]:
    """Only what the program needs: nothing of this process may reach it by accident."""
    shell = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return shell | services.environment(role) | {"BASE_URL": live.url, "PYTHONUNBUFFERED": "1"}


def _answers(live: Live) -> bool:
    try:
        with urlopen(f"{live.url}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def empty_beside_a_running_copy(services: Services) -> None:
    """Empty the tables although the worker looks into them every second: one of the two may have to give way."""
    for _attempt in range(10):
        try:
            return empty_all_tables(services)
        except psycopg2.errors.DeadlockDetected:
            continue
    raise AssertionError("The running copy never let go of its tables.")


@dataclass
class Guard:
    """Collects what a browser complains of; nothing is forgiven but the answers a test has announced."""

    hosts: set[str]
    expected: set[int] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page from its first request on."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        status = _STATUS.search(message.text)
        if not (status and int(status[1]) in self.expected):
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc not in self.hosts:
            self.complaints.append(f"outside request: {request.url}")


class People:
    """Opens browsers: one context for each person, all of them watched."""

    def __init__(self, browser: Browser, live: Live) -> None:
        self.live = live
        self.guard = Guard({urlsplit(live.url).netloc})
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def anybody(self, **options: Any) -> Page:
        """Return a page of somebody who is not signed in."""
        context = self._browser.new_context(**{"viewport": DESKTOP, "base_url": self.live.url} | options)
        self._contexts.append(context)
        context.on("page", self.guard.watch)
        context.set_default_timeout(15_000)
        return context.new_page()

    def member(self, member: Membership, **options: Any) -> Page:
        """Return a page of a member who has signed in already."""
        page = self.anybody(**options)
        session = signed_in(member).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.live.url}])
        return page

    def close(self) -> None:
        """Close every context."""
        for context in self._contexts:
            context.close()
