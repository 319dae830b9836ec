"""The canary crawl: acme's people open everything they can reach, and nothing of globex shows anywhere."""

import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from tenants.roles import Role
from tests.support import CANARY
from tests.tenants.tables import OPERATIONS, PAGES
from tests.tenants.test_api_routes import address as operation_address
from tests.tenants.test_routes import address, undone
from tests.tenants.world import ACME_MARK, House, World, browser

# The first test of each person waits for a whole crawl.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later"), pytest.mark.timeout(600)]

LINK = re.compile(r"""(?:href|hx-get|action|data-[a-z-]*url)="(/[^"#]*)""")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NUMBER = re.compile(r"[0-9]+")
# Parameters of which each value shows another part of the product; of filters any two values will do.
SHOWS_MORE = ("view=", "section=", "group=")
FILE = re.compile(r"\.(csv|xlsx|pdf|ics)$|/export")
# Filters can be combined without end: an address is opened when one of its parts was opened less often than this.
ALIKE = 2

# What people have written somewhere; together they prove that the crawl reads pages with contents.
WRITTEN = (
    "message", "note", "too small", "grounds", "statement", "reasons", "holding", "target", "form", "CTO",
)  # fmt: skip


@dataclass
class Crawl:
    """What one person has seen: statuses by address, and everything that was sent to them."""

    statuses: dict[str, int] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return all of it."""
        return "\n".join(self.seen)


def whole(response: HttpResponse | StreamingHttpResponse) -> str:
    """Return body and headers as text."""
    head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{head}\n{text_of(response)}"


def text_of(response: HttpResponse | StreamingHttpResponse) -> str:
    """Return all text of an answer: streamed, packed (a spreadsheet), or plain; of a PDF what stands open in it."""
    body = response.getvalue()
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    return body.decode(errors="replace")


def crawl_pages(house: House, role: Role, *, further: bool = True) -> Crawl:
    """Open every page of the table and, if asked to go further, every address of the organisation they lead to."""
    prefix = f"/o/{house.organisation.slug}/"
    waiting = deque(address(name, house) for name, page in PAGES.items() if role in page.get)
    waiting.append(f"{address('leads:inbox', house)}?view=accepted&lead={house.things['accepted']}")
    done, known = Crawl(), Counter[str]()
    while waiting:
        url = waiting.popleft()
        if url in done.statuses or all(known[part] >= ALIKE for part in parts_of(url)):
            continue
        known.update(parts_of(url))
        with undone():
            response = house.client(role).get(url)
        done.statuses[url] = response.status_code
        done.seen.append(whole(response))
        if further:
            waiting.extend(link for link in links_in(response) if link.startswith(prefix))
    return done


def parts_of(url: str) -> list[str]:
    """Return what is telling about an address: each of its parameters by itself, without ids and numbers."""
    # Months and years have a next and a previous one without end.
    path, _, query = NUMBER.sub("#", UUID.sub("*", url)).partition("?")
    if FILE.search(path):
        # A file is the same list again, and costs a hundred times a page.
        return [path]
    return [f"{path}?{part if part.startswith(SHOWS_MORE) else part.partition('=')[0]}" for part in query.split("&")]


def links_in(response: HttpResponse) -> Iterator[str]:
    """Yield the addresses that a page names."""
    text = text_of(response) if response.headers["Content-Type"].startswith("text/html") else ""
    for link in LINK.findall(text):
        yield link.replace("&amp;", "&")


def crawl_interface(house: House, role: Role) -> Crawl:
    """Read every operation of the interface that the key's member may read."""
    done = Crawl()
    for name, operation in OPERATIONS.items():
        if name[1] == "GET" and role in operation.roles:
            url = operation_address(name, house)
            with undone():
                response = browser().get(url, headers=house.keys[role])
            done.statuses[url] = response.status_code
            done.seen.append(whole(response))
    return done


def leaks(text: str, world: World) -> list[str]:
    """Return what of globex stands in the text: the canary with what is around it, and ids."""
    around = [text[max(0, hit.start() - 80) : hit.end() + 40] for hit in re.finditer(re.escape(CANARY), text)]
    return around + sorted(set(UUID.findall(text)) & world.foreign_ids())


@pytest.mark.parametrize("role", Role)
def test_no_page_shows_anything_of_globex(role: Role, world: World, caplog: Any) -> None:
    seen = crawl_pages(world.acme, role)
    assert leaks(seen.text(), world) == []
    assert leaks(caplog.text, world) == []
    # Every link leads somewhere: an act's address answers 405 to a look; what a role may not do is not offered.
    assert {url: status for url, status in seen.statuses.items() if status not in (200, 302, 303, 405)} == {}


@pytest.mark.parametrize("role", Role)
def test_no_operation_shows_anything_of_globex(role: Role, world: World, caplog: Any) -> None:
    seen = crawl_interface(world.acme, role)
    assert leaks(seen.text(), world) == []
    assert leaks(caplog.text, world) == []
    assert set(seen.statuses.values()) == {200}


@pytest.mark.parametrize("role", Role)
def test_asking_for_things_of_globex_tells_nothing_about_them(role: Role, world: World, caplog: Any) -> None:
    acme, globex = world.acme, world.globex
    asked = [address(name, acme, things=globex) for name, page in PAGES.items() if page.path]
    asked += [f"{address('leads:inbox', acme)}?lead={globex.things['handover']}"]
    asked += [f"{address('leads:inbox', acme)}?owner={globex.things['rep']}"]
    asked += [f"{address('dashboards:joint', acme)}?owner={globex.things['rep']}"]
    asked += [f"{address('leads:list', acme)}?q={word}" for word in ("canary", "globex", "pending")]
    asked += [f"{address('arbitration:rulings', acme)}?q=holding"]
    told = "".join(whole(acme.client(role).get(url)).replace(url, "") for url in asked)
    assert CANARY not in told
    assert CANARY not in caplog.text


# The controls: what the crawl looks for can be found where it belongs.


@pytest.fixture(scope="module")
def of_gus(world: World, django_db_blocker: Any) -> str:
    """What an administrator and a manager of globex see of it at first sight."""
    import time_machine

    from tests.tenants.world import LATER

    with django_db_blocker.unblock(), time_machine.travel(LATER, tick=False):
        crawls = [
            crawl_pages(world.globex, role, further=False) for role in (Role.ADMINISTRATOR, Role.MARKETING_MANAGER)
        ]
        crawls += [crawl_interface(world.globex, Role.ADMINISTRATOR)]
    return "".join(crawl.text() for crawl in crawls)


@pytest.mark.parametrize("words", WRITTEN)
def test_gus_reads_what_was_written_in_globex(words: str, of_gus: str) -> None:
    assert f"{words} {CANARY}" in of_gus


def test_gus_sees_ids_of_globex(of_gus: str, world: World) -> None:
    assert len(set(UUID.findall(of_gus)) & world.foreign_ids()) > 30


def test_gus_sees_nothing_of_acme(of_gus: str) -> None:
    assert ACME_MARK not in of_gus
