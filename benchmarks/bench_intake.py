"""How many posts a second come in at the door, against what the database and the plainest view can do.

Run it as `python benchmarks/bench_intake.py [seconds [rounds [rows]]]` (20 seconds, 5 rounds, a file of 5,000 rows).
It starts a database, a queue, the product's web server, beat and worker, and a web server with the plainest view. Each
round measures one after the other, 16 connections each; printed are medians of the rounds:

a  the ceiling: pgbench commits the same rows (post, lead, event) in one call, with indexes, triggers and policies
b  posts with a form's key as a burst, and the time until the worker has judged them all
c  posts with a secret key, judged in the request
h  the same of people who ask for a sales talk: handed over in the request, with routing, clocks and credit
d  the plainest view (plain_view.py)
e  a file of leads taken in, against COPY of the same rows
j  a file of people who ask for a sales talk, each of them handed over
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from typing import Any

import bench_lag
import firing
import psycopg2
from ground import ROOT, Ground, ground, load, open_organisations
from rows_of_a_post import ceiling, client_post, form_post, plain_post, request_post, to_copy

from smarketing.services import instance, postgres, programs

SECONDS, ROUNDS, ROWS = 20, 5, 5_000
CONNECTIONS = 16
SITE = "https://www.acme.example"
# The limits are counted as ever; nobody is to be turned away here.
UNLIMITED = dict.fromkeys(("RATE_PER_KEY", "RATE_PER_ADDRESS", "RATE_PER_FORM", "RATE_PER_VISITOR"), "100000000")
# After so many times the burst nobody waits any longer.
PATIENCE = 10


@dataclass
class Place:
    """What runs, and who posts where."""

    ground: Ground
    port: int
    plain_port: int
    organisations: list[int]
    secret: str
    plain_secret: str
    form: str
    made: int = 0
    web_pid: int = 0


@dataclass
class Figures:
    """What the rounds gave: name → one figure a round."""

    found: dict[str, list[float]] = field(default_factory=dict)

    def note(self, **figures: float) -> None:
        for name, figure in figures.items():
            self.found.setdefault(name, []).append(figure)

    def __getitem__(self, name: str) -> float:
        return statistics.median(self.found[name])


def main() -> None:
    """Measure round by round and print medians and ratios."""
    words = [int(word) for word in sys.argv[1:]]
    seconds, rounds, rows = (*words, *(SECONDS, ROUNDS, ROWS)[len(words) :])
    figures = Figures()
    with ground(with_queue=True) as base, furnished(base) as place:
        for warm in (_forms, _secret, _plain):
            warm(place, 1, Figures(), drained=False)
        parts: list[Callable[[], None]] = [
            partial(_ceiling, place, seconds, figures),
            partial(_forms, place, seconds, figures, drained=True),
            # Before the posts that no worker hears of: their leads would be counted for the dashboards beside the file.
            partial(_file, place, rows, figures),
            partial(_file_to_sales, place, rows, figures),
            partial(_secret, place, seconds, figures, drained=False),
            partial(_handed_over, place, seconds, figures, drained=False),
            partial(_plain, place, seconds, figures, drained=False),
        ]
        for _round in range(rounds):
            for part in parts:
                # As a minute after the last part, when the server would have looked at the new rows by itself.
                base.ask("analyze")
                part()
            print(", ".join(f"{name} {found[-1]:.4g}" for name, found in figures.found.items()), flush=True)
    _tell(figures, seconds, rounds, rows)


@contextmanager
def furnished(base: Ground) -> Iterator[Place]:
    from smarketing.lib.clock import now

    organisations = open_organisations(3, at=now() - timedelta(days=30))
    base.ask("create sequence bench_number start 1000000000; grant usage on sequence bench_number to sm_web")
    place = Place(base, 0, 0, organisations, _key(organisations[1]), _key(organisations[2]), _form(organisations[1]))
    product, plain = _serving(base, "smarketing.wsgi:application"), _serving(base, "plain_view:application")
    with product as (place.port, place.web_pid), plain as (place.plain_port, _pid):
        yield place


def _key(organisation_id: int) -> str:
    from smarketing.lib.clock import now
    from smarketing.lib.scope import tenant_scope
    from tenants.actions import create_key

    with tenant_scope(organisation_id):
        member = administrator()
        return create_key(name="bench", scopes=["leads:write"], acts_for=member, by=member, at=now()).text


def _form(organisation_id: int) -> str:
    from intake.actions import create_form
    from smarketing.lib.clock import now
    from smarketing.lib.scope import tenant_scope

    with tenant_scope(organisation_id):
        return create_form(name="bench", origins=[SITE], by=administrator(), at=now()).key_text


def administrator() -> Any:
    from tenants.models import Membership

    return Membership.objects.get()


@contextmanager
def _serving(base: Ground, application: str) -> Iterator[tuple[int, int]]:
    """Run an application as the product's own web is run; yields its port and the number of its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    kept = instance.read(base.data)
    env = os.environ | instance.variables(kept, "web", base.data) | UNLIMITED
    env["PYTHONPATH"] = f"{ROOT}:{Path(__file__).parent}"
    command = [*programs.web(Path(sys.executable).parent, port)[:-1], application]
    with (base.data / "web.log").open("ab") as log:
        child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        _wait_for(port, base.data / "web.log")
        yield port, child.pid
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)


def _wait_for(port: int, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            firing.fire(port, lambda _n: b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", seconds=9, most=1)
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(log.read_text()[-3000:])


def _ceiling(place: Place, seconds: int, figures: Figures) -> None:
    """a: pgbench as sm_web, inside the policies of its organisation."""
    folder = place.ground.data / "pgbench"
    folder.mkdir(exist_ok=True)
    (folder / "post.sql").write_text(ceiling())
    kept = instance.read(place.ground.data)
    env = os.environ | {"PGPASSWORD": kept["passwords"]["web"]}
    env["PGOPTIONS"] = f"-c app.tenant_id={place.organisations[0]}"
    where = ["-h", "127.0.0.1", "-p", str(kept["postgres_port"]), "-U", "sm_web", instance.DATABASE]
    how = ["-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", str(seconds), "-l", "-f", "post.sql"]
    done = subprocess.run(
        [str(postgres.program("pgbench")), *how, *where],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    took = sorted(float(line.split()[2]) / 1000 for log in folder.glob("pgbench_log*") for line in _lines_of(log))
    figures.note(a=len(took) / seconds, a50=took[len(took) // 2], a99=took[len(took) * 99 // 100])


def _lines_of(log: Path) -> list[str]:
    lines = log.read_text().splitlines()
    log.unlink()
    return lines


def _forms(place: Place, seconds: int, figures: Figures, *, drained: bool) -> None:
    """b: a burst of a form's posts, and until all are judged."""
    path = f"/api/v1/intake/forms/{place.form}/submissions"

    def make(number: int) -> bytes:
        headers = {"Origin": SITE, "Idempotency-Key": f"bench-{number}"}
        return firing.request(path, json.dumps(form_post(number)).encode(), headers)

    settle(place)
    with bench_lag.programs_running(place.ground):
        _worker_works(place)
        _rounds_are_made(place)
        with _sweep_watched(place, figures):
            shots = _fire(place, place.port, make, seconds, 202)
        began = time.monotonic()
        judged = "select not exists (select from intake_submission where state = 'received')"
        while drained and place.ground.ask(judged) != [(True,)]:
            assert time.monotonic() - began < PATIENCE * seconds, "not all were judged"
            time.sleep(0.1)
        figures.note(drained=time.monotonic() - began)
    if drained:
        _all_are_leads(place, len(shots.milliseconds))
    figures.note(b=shots.per_second, b50=shots.share(50), b99=shots.share(99))


@contextmanager
def _sweep_watched(place: Place, figures: Figures) -> Iterator[None]:
    """Note how long ago the deadlines were last swept, at its longest while the block runs."""
    ages, over = [0.0], Event()

    # One for all looks: to connect costs as much as ten posts.
    connection = psycopg2.connect(place.ground.server.url("admin"))
    connection.autocommit = True

    def look() -> None:
        with connection.cursor() as cursor:
            while not over.wait(1):
                cursor.execute("select extract(epoch from now() - at) from sla_sweep")
                ages.extend(float(row[0]) for row in cursor.fetchall())

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        connection.close()
        figures.note(swept=max(ages))


def _all_are_leads(place: Place, posts: int) -> None:
    """Count what the burst became: nothing lost, nothing twice."""
    newest = "select lead_id, created_lead from intake_submission where form_id is not null order by id desc limit {}"
    counts = "select count(distinct lead_id), count(*) filter (where created_lead) from ({}) newest"
    found = place.ground.ask(counts.format(newest.format(posts)))
    assert found == [(posts, posts)], (found, posts)


def _secret(place: Place, seconds: int, figures: Figures, *, drained: bool) -> None:
    """c: a client's posts, answered with the lead."""
    shots = _fire(place, place.port, partial(_with_key, place, client_post), seconds, 201)
    figures.note(c=shots.per_second, c50=shots.share(50), c99=shots.share(99))


def _handed_over(place: Place, seconds: int, figures: Figures, *, drained: bool) -> None:
    """h: the same, each of them to sales."""
    shots = _fire(place, place.port, partial(_with_key, place, request_post), seconds, 201)
    figures.note(h=shots.per_second, h50=shots.share(50), h99=shots.share(99))


def _with_key(place: Place, body: Callable[[int], dict[str, Any]], number: int) -> bytes:
    headers = {"Authorization": f"Bearer {place.secret}"}
    return firing.request("/api/v1/intake/submissions", json.dumps(body(number)).encode(), headers)


def _plain(place: Place, seconds: int, figures: Figures, *, drained: bool) -> None:
    """d: the plainest view."""

    def make(number: int) -> bytes:
        headers = {"Authorization": f"Bearer {place.plain_secret}"}
        return firing.request("/api/v1/plain", json.dumps(plain_post(number)).encode(), headers)

    shots = _fire(place, place.plain_port, make, seconds, 201)
    figures.note(d=shots.per_second, d50=shots.share(50), d99=shots.share(99))


def _fire(place: Place, port: int, make: firing.Maker, seconds: int, status: int) -> firing.Shots:
    shots = firing.fire(port, make, seconds=seconds, connections=CONNECTIONS, first=place.made)
    place.made += len(shots.milliseconds)
    assert set(shots.statuses) == {status}, (shots.statuses, (place.ground.data / "web.log").read_text()[-3000:])
    return shots


def _file(place: Place, rows: int, figures: Figures) -> None:
    """e: a file of leads from its arrival to its end, against COPY."""
    figures.note(e=_taken_in(place, client_post, rows))
    figures.note(copy=_copied(place, rows))


def _file_to_sales(place: Place, rows: int, figures: Figures) -> None:
    """j: a file whose people all go to sales."""
    handovers = "select count(*) from leads_handover"
    ((before,),) = place.ground.ask(handovers)
    figures.note(j=_taken_in(place, request_post, rows, hand_over=True))
    assert place.ground.ask(handovers) == [(before + rows,)], "not all were handed over"


def _taken_in(place: Place, body: Callable[[int], dict[str, Any]], rows: int, *, hand_over: bool = False) -> float:
    """Return how many rows of a file become leads in a second."""
    lines = "\n".join(json.dumps(body(place.made + number)) for number in range(rows)).encode()
    place.made += rows
    settle(place)
    with bench_lag.programs_running(place.ground):
        _worker_works(place)
        began = time.monotonic()
        batch = _send(place, lines, hand_over=hand_over)
        ended = f"select state = 'done' from intake_batch where id = '{batch}'"
        while place.ground.ask(ended) != [(True,)]:
            assert time.monotonic() - began < PATIENCE * 60, "the file was not taken in"
            time.sleep(0.1)
        took = time.monotonic() - began
    became = f"select outcome, count(*) from intake_batchrow where batch_id = '{batch}' group by 1"
    assert place.ground.ask(became) == [("created", rows)], place.ground.ask(became)
    return rows / took


def _send(place: Place, lines: bytes, *, hand_over: bool) -> str:
    link = HTTPConnection("127.0.0.1", place.port)
    kind = {"Authorization": f"Bearer {place.secret}", "Content-Type": "application/x-ndjson", "Host": "localhost"}
    path = f"/api/v1/intake/batches?hand_over={str(hand_over).lower()}"
    link.request("POST", path, lines, kind)
    answer = link.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 202, told
    return str(told["id"])


def _copied(place: Place, rows: int) -> float:
    """Return how many leads a second COPY writes, each with its post and event, in one transaction of the superuser.

    COPY does not work inside policies; indexes and triggers are the same.
    """
    drafts = to_copy(place.organisations[0], place.made, rows)
    connection = psycopg2.connect(place.ground.server.url("admin"))
    began = time.monotonic()
    with connection, connection.cursor() as cursor:
        for statement, text in drafts:
            cursor.copy_expert(statement, text)
    took = time.monotonic() - began
    connection.close()
    return rows / took


def _worker_works(place: Place) -> None:
    """Wait for the first beat that a worker hears."""
    place.ground.ask("update sla_sweep set at = null")
    end = time.monotonic() + 60
    while place.ground.ask("select exists (select from sla_sweep where at is not null)") != [(True,)]:
        assert time.monotonic() < end, (place.ground.data / "programs.log").read_text()[-3000:]
        time.sleep(0.2)


def _rounds_are_made(place: Place) -> None:
    """Wait until the worker has made the rounds that fell due while none ran; one that ran on would have none."""
    due = "select exists (select from tenants_round where next_at <= now() or leased_until > now())"
    end = time.monotonic() + 60
    while place.ground.ask(due) != [(False,)]:
        assert time.monotonic() < end, place.ground.ask("select name, next_at, error from tenants_round order by 2")
        time.sleep(0.2)


def settle(place: Place) -> None:
    """Take what earlier parts left to judge, to tell and to count for done: no worker ran beside most of them.

    The posts of the plainest view wait for nobody; the worker would judge them in the next burst.
    """
    from dashboards.rollups.folding import FORM, plan_rollups
    from smarketing.lib.clock import now

    place.ground.ask("update intake_submission set state = 'erased' where state = 'received'")
    place.ground.ask("update events_outbox set done_at = now() where done_at is null")
    plan_rollups(at=now())
    place.ground.ask(COUNTED, {"form": FORM})


COUNTED = """
update dashboards_rollup r set horizon = pg_current_xact_id()::text::bigint, target = null, cursor = null,
  built_at = now(), folded_at = now(), next_at = now(), zone = o.zone, form = %(form)s
from tenants_organisation o where o.id = r.organisation_id
"""


def _tell(figures: Figures, seconds: int, rounds: int, rows: int) -> None:
    print(f"{rounds} rounds of {seconds} s, {CONNECTIONS} connections, medians; {load()}")
    names = {
        "a": "ceiling (pgbench)",
        "b": "form's key",
        "c": "secret key, judged",
        "h": "… and handed over",
        "d": "plainest DRF view",
    }
    for letter, name in names.items():
        per_second, ratio = figures[letter], figures[letter] / figures["a"]
        print(
            f"{letter}  {name:20} {per_second:7.0f}/s  p50 {figures[letter + '50']:6.1f} ms"
            f"  p99 {figures[letter + '99']:6.1f} ms  {ratio:.2f} x a"
        )
    print(f"b  judged after {figures['drained']:.1f} s, {figures['drained'] / seconds:.1f} times the burst", end="")
    print(f"; deadlines swept at most {figures['swept']:.1f} s before")
    print(f"e  {rows} rows of a file {figures['e']:.0f}/s, COPY {figures['copy']:.0f}/s", end="")
    print(f"  {figures['e'] / figures['copy']:.2f} x COPY")
    print(f"j  {rows} rows of a file, each handed over {figures['j']:.0f}/s  {figures['j'] / figures['e']:.2f} x e")


if __name__ == "__main__":
    main()
