"""How long the joint dashboard takes on the server, with 1,000,000 handovers in the organisation.

Run it as `python benchmarks/bench_dashboard.py [--short] [handovers …]`; it starts a database of its own and fills it
as its superuser. Each size is one organisation among a hundred, its handovers spread over 24 months, with their clocks,
points, events and what was added up from them; in the smallest the product counts everything again and both must be the
same. Printed per size: queries, median and 95th percentile in milliseconds of the page with and without filters, of
every list behind its cards and panels, of an unchanged poll and of a page while much is uncounted, through the real
views as the role sm_web; then how soon leads are counted that arrive at 200 a second; in the end the ratio between the
largest size and the smallest. ``--short`` measures a few times only.
"""

import html
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from arriving import lag_while_arriving
from bulk_handovers import BEGINNING, NOW, ZONE, fill
from bulk_rollups import differences
from ground import Ground, ground, load

SHORT = "--short" in sys.argv
SIZES = (10_000, 1_000_000)
OTHERS = 98
RUNS, RUNS_OF_LISTS, SECONDS_OF_LEADS = (6, 3, 8) if SHORT else (20, 6, 20)
MOST_QUERIES, MOST_MS, MOST_MS_UNCHANGED = 25, 150, 10
# What belongs to a request whatever it shows: opening the scope, the session, savepoints.
UNCOUNTED = ("set_config", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
POLL = {"HX-Request": "true", "HX-Target": "figures"}

# What a busy second brings: the newest handovers were touched and nobody has counted them yet.
TOUCH = """
insert into events_event (organisation_id, kind, subject_kind, subject_id, thread_id, via, at, data)
select organisation_id, 'handover.attempted', 'handover', id, lead_id, 'web', %(at)s, '{}'
from leads_handover where organisation_id = %(org)s order by sent_at desc limit %(number)s;
update leads_handover set contacted_at = coalesce(contacted_at, %(at)s) where id in (
  select id from leads_handover where organisation_id = %(org)s order by sent_at desc limit %(number)s)
"""


@dataclass(frozen=True)
class Took:
    """What one request took, in milliseconds."""

    median: float
    p95: float


def main() -> None:
    """Fill, measure each size in an organisation of its own, compare."""
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()] or list(SIZES)
    began = time.perf_counter()
    with ground(part="web", max_wal_size="16GB") as place:
        made = [(_organisation(f"bench {size}"), size) for size in sizes]
        for number in range(OTHERS):
            _organisation(f"other {number}")
        fill(place, made)
        _compare(place, *made[0])
        pages = [_measure(place, *one) for one in made]
    for name in pages[0]:
        ratio = pages[-1][name].median / pages[0][name].median
        print(f"{name}: {ratio:.2f} x with {sizes[-1]:,} against {sizes[0]:,} handovers (aim 2){_missed(ratio, 2)}")
    print(f"{time.perf_counter() - began:.0f} s in all")


def _organisation(name: str) -> Any:
    from smarketing.lib.scope import global_scope
    from tenants.actions import create_organisation
    from tenants.models import User

    email = f"{name.replace(' ', '-')}@example.com"
    with global_scope():
        User.objects.create_user(email, None, name="Bench")
    return create_organisation(name=name, country="AT", zone=ZONE, admin_email=email, at=BEGINNING).organisation


def _compare(place: Ground, organisation: Any, size: int) -> None:
    """Let the product count what was added up in bulk; without the same result nothing else means anything."""
    if size > SIZES[0]:
        return
    began = time.perf_counter()
    slices, counted, differing, some = differences(place, organisation)
    took = time.perf_counter() - began
    print(f"counted by the product in {took:.0f} s ({size / took:,.0f} a second): {slices:,} slices and {counted:,}")
    print(f"subjects, {differing} of them otherwise than in bulk", *some, sep="\n  ", flush=True)
    assert not differing


def _measure(place: Ground, organisation: Any, size: int) -> dict[str, Took]:
    import time_machine

    print(f"\n{size:,} handovers ({size // 24:,} a month), {load()}")
    client, home = _client(size), f"/o/{organisation.slug}"
    joint = f"{home}/dashboard/"
    with time_machine.travel(NOW, tick=True):
        pages = {name: _page(client, name, f"{joint}{query}") for name, query in _filters(organisation).items()}
        pages["unchanged poll"] = _polled(client, "unchanged poll", joint, POLL)
        pages["unchanged counts"] = _polled(client, "unchanged counts", f"{home}/nav-counts/", {})
        pages["lists (worst)"] = _lists(client, joint)
        for number in (100, 400):
            # A page tells the figures as of the mark only where the worker has just been.
            _fold(organisation)
            place.ask(TOUCH, {"org": organisation.pk, "at": NOW, "number": number})
            pages[f"{number} uncounted"] = _page(client, f"{number} uncounted", joint)
        _fold(organisation)
        lag_while_arriving(place, organisation, size, seconds=SECONDS_OF_LEADS)
    return pages


def _client(size: int) -> Any:
    from django.test import Client

    from smarketing.lib.scope import global_scope
    from tenants.models import User

    client = Client()
    with global_scope():
        client.force_login(User.objects.get(email=f"bench-{size}@example.com"))
    return client


def _filters(organisation: Any) -> dict[str, str]:
    """Return the page's addresses: everything, and every filter alone and with others."""
    from leads.models import Campaign
    from smarketing.lib.scope import tenant_scope
    from tenants.models import Membership, Team

    with tenant_scope(organisation.pk):
        team = Team.objects.order_by("pk")[:1].get().pk
        campaign = Campaign.objects.order_by("pk")[:1].get().pk
        rep = Membership.objects.filter(roles__contains=["sales_rep"]).order_by("pk")[:1].get().pk
    return {
        "joint dashboard": "",
        "month": "?month=2025-03",
        "compared": "?month=2026-03&compare=2025-03",
        "team": f"?team={team}",
        "segment": "?segment=AT",
        "tier": "?tier=standard",
        "campaign": f"?campaign={campaign}",
        "rep": f"?owner={rep}",
        "team, segment, tier": f"?team={team}&segment=DE&tier=standard",
        "all but the rep": f"?month=2026-02&team={team}&segment=DE&tier=standard&campaign={campaign}",
        "rep and tier": f"?owner={rep}&tier=standard",
    }


def _page(client: Any, name: str, url: str) -> Took:
    return _timed(name, lambda: client.get(url), most=MOST_MS)


def _polled(client: Any, name: str, url: str, headers: dict[str, str]) -> Took:
    poll = {**headers, "If-None-Match": client.get(url, headers=headers)["ETag"]}
    return _timed(name, lambda: client.get(url, headers=poll), 304, MOST_MS_UNCHANGED)


def _lists(client: Any, joint: str) -> Took:
    """Measure what every card and panel opens, of each kind of list one."""
    found = [_timed(name, lambda url=url: client.get(url), most=MOST_MS, runs=RUNS_OF_LISTS)
             for name, url in _links(client.get(joint).content.decode())]  # fmt: skip
    return max(found, key=lambda took: took.p95)


def _links(page: str) -> Iterator[tuple[str, str]]:
    seen = set()
    figures = page[page.index('id="figures"') : page.index("</main>")]
    for url in map(html.unescape, re.findall(r'href="(/[^"]+)"', figures)):
        given = {name: words[0] for name, words in parse_qs(urlsplit(url).query).items()}
        # One reason, one team and one campaign stand for all of them.
        kind = {name: "" if name in ONE_OF_MANY else value for name, value in given.items() if name != "month"}
        path = urlsplit(url).path.split("/", 3)[-1]
        # Other months are measured above, a single lead's page in bench_pages.
        if not path.startswith("dashboard/") and not re.search(r"[0-9a-f]{8}-", path):
            name = f"{path} {', '.join(f'{key} {value}'.strip() for key, value in kind.items())}"
            if name not in seen:
                seen.add(name)
                yield name, url


ONE_OF_MANY = ("reason", "label", "team", "campaign", "commitment", "band")


def _fold(organisation: Any) -> None:
    from dashboards.rollups import fold
    from smarketing.lib.clock import now

    began = time.perf_counter()
    changed = fold(organisation.pk, at=now())
    print(f"  {changed} changed handovers counted in {(time.perf_counter() - began) * 1000:.0f} ms")


def _timed(name: str, call: Callable[[], Any], status: int = 200, most: float = MOST_MS, runs: int = RUNS) -> Took:
    """Run it often, print queries, median, 95th percentile and the mean of Python's own time."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        call()
    queries = [one for one in asked if not re.search("|".join(UNCOUNTED), one["sql"][:60])]
    times, begun = [], time.process_time()
    for _ in range(runs):
        began = time.perf_counter()
        answer = call()
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == status, (name, answer)
    own = (time.process_time() - begun) * 1000 / runs
    took = Took(statistics.median(times), sorted(times)[-(-runs * 95 // 100) - 1])
    missed = _missed(took.p95, most) or _missed(len(queries), MOST_QUERIES)
    print(
        f"  {name[:44]:<44} {len(queries):3} queries {took.median:7.1f} ms   p95 {took.p95:7.1f} ms"
        f"   of its own {own:6.1f} ms  (aim {most}){missed}",
        flush=True,
    )
    return took


def _missed(found: float, most: float) -> str:
    return "  MISSED" if found > most else ""


if __name__ == "__main__":
    main()
