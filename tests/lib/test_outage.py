"""Valkey or the database away: real web processes that cannot reach one of them, or lose it midway."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import psycopg2
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client

from intake.actions import judge
from intake.models import Submission
from leads.models import Handover, Lead
from sla.models import Clock
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from smarketing.services import process, programs
from tenants.roles import Role
from tests.services_plugin import Services
from tests.tenants.tables import PAGES
from tests.tenants.test_routes import address
from tests.tenants.world import House, World, standing_world

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
NO_VALKEY = {"REDIS_URL": "redis://127.0.0.1:1/0"}
NO_DATABASE = {"DATABASE_URL": "postgresql://sm_web:secret@127.0.0.1:1/nowhere"}
TOKEN = "a" * 32


@dataclass(frozen=True)
class Web:
    """A running web server."""

    port: int

    def ask(
        self,
        method: str,
        path: str,
        body: str | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "Answer":
        """Send one request, as the outside world does."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        began = monotonic()
        try:
            link.request(method, path, body, {"Host": "localhost", **(headers or {})})
            response = link.getresponse()
            return Answer(response.status, response.headers, response.read().decode(), monotonic() - began)
        finally:
            link.close()

    def is_up(self) -> bool:
        """Tell whether somebody answers."""
        try:
            return self.ask("GET", "/nowhere").status > 0
        except OSError:
            return False


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: http.client.HTTPMessage
    text: str
    seconds: float


@contextmanager
def serving(services: Services, log: Path, away: Mapping[str, str], *options: str) -> Iterator[Web]:
    """Run the product's own web server with some of its variables changed, and options besides."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    variables = {**services.environment("web"), **away, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    started = [*programs.web(Path(sys.executable).parent, port), *options]
    child = process.spawn(started, log, env=variables, cwd=ROOT, dies_with_parent=signal.SIGTERM)
    try:
        web = Web(port)
        assert process.wait_until(web.is_up, 60, every=0.2), process.tail(log, 30)
        yield web
    finally:
        child.terminate()
        child.wait(30)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, services: Services) -> Iterator[World]:
    """The furnished world, two hours ago: these processes live in the present."""
    with standing_world(services, django_db_blocker, at=now() - timedelta(hours=2)) as made:
        yield made


@pytest.fixture(scope="module")
def without_valkey(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving(services, tmp_path_factory.mktemp("web") / "web.log", NO_VALKEY) as web:
        yield web


@pytest.fixture(scope="module")
def without_database(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving(services, tmp_path_factory.mktemp("web") / "web.log", NO_DATABASE) as web:
        yield web


@pytest.fixture(scope="module")
def healthy(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with serving(services, tmp_path_factory.mktemp("web") / "web.log", {}) as web:
        yield web


def signed_in(house: House, role: Role) -> dict[str, str]:
    """Return the headers of this person's browser."""
    cookies = f"{settings.SESSION_COOKIE_NAME}={house.sessions[role]}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
    return {"Cookie": cookies, "X-CSRFToken": TOKEN, "Content-Type": "application/x-www-form-urlencoded"}


def with_key(house: House, role: Role = Role.ADMINISTRATOR) -> dict[str, str]:
    """Return the headers of a client."""
    return {**house.keys[role], "Content-Type": "application/json"}


def submission(email: str) -> str:
    """Return the body of a hand-raiser's post."""
    person = {"email": email, "given_name": "Jane", "family_name": "Doe", "job_title": "CTO", "phone": "+43 1 58858"}
    company = {"name": "Example GmbH", "employees": 120, "industry": "logistics", "country": "AT"}
    return json.dumps({"person": person, "company": company, "intent": "talk_to_sales"})


# Valkey away: it is a hint, the truth is a table.


def test_a_lead_comes_in_without_valkey(world: World, without_valkey: Web) -> None:
    post = ("POST", "/api/v1/intake/submissions", submission("hint@example.com"), with_key(world.acme))
    answer = without_valkey.ask(*post)
    assert answer.status == 201, answer.text
    # The first call finds out that Valkey is away; none makes its caller wait for it.
    assert answer.seconds < 5
    with tenant_scope(world.acme.organisation.pk):
        lead = Lead.objects.get(email_norm="hint@example.com")
        assert Handover.objects.filter(lead=lead).count() == 1


def test_a_web_form_is_thanked_without_valkey(world: World, without_valkey: Web) -> None:
    path = f"/api/v1/intake/forms/{world.acme.things['form_key']}/submissions"
    form = urlencode({"email": "form@example.com", "message": "Call me"})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    assert without_valkey.ask("POST", path, form, headers).status == 303
    with tenant_scope(world.acme.organisation.pk):
        assert Submission.objects.get(raw__email="form@example.com").lead is not None


def test_people_work_on_without_valkey(world: World, without_valkey: Web) -> None:
    rep = signed_in(world.acme, Role.SALES_REP)
    assert without_valkey.ask("GET", address("leads:inbox", world.acme), headers=rep).status == 200
    accepted = without_valkey.ask("POST", address("leads:accept", world.acme), "", rep)
    assert accepted.status == 302, accepted.text[:500]
    with tenant_scope(world.acme.organisation.pk):
        assert Handover.objects.get(pk=world.acme.things["handover"]).decision == Handover.Decision.ACCEPTED


def test_people_sign_in_without_valkey(world: World, without_valkey: Web) -> None:
    """Limits count per process then; nobody is locked out."""
    answer = without_valkey.ask("GET", "/login/")
    token = answer.headers["Set-Cookie"].partition("csrftoken=")[2].partition(";")[0]
    form = urlencode({"login": "nobody@example.com", "password": "wrong", "csrfmiddlewaretoken": token})
    headers = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}
    refused = without_valkey.ask("POST", "/login/", form, headers)
    assert refused.status == 200
    assert "password" in refused.text


SWEEP = "import django; django.setup(); from sla.actions import sweep; print(sweep())"


def test_breaches_are_found_and_dated_without_valkey(world: World, services: Services) -> None:
    with tenant_scope(world.acme.organisation.pk):
        running = Clock.objects.filter(state=Clock.State.RUNNING).order_by("pk")[:1].get()
    due_at = now() - timedelta(minutes=30)
    _move_deadline(services, running, due_at)
    variables = {**services.environment("worker"), **NO_VALKEY, "DJANGO_SETTINGS_MODULE": "smarketing.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SWEEP], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1
    with tenant_scope(world.acme.organisation.pk):
        swept = Clock.objects.get(pk=running.pk)
    assert (swept.state, swept.breached_at) == (Clock.State.BREACHED, due_at)


def _move_deadline(services: Services, clock: Clock, due_at: Any) -> None:
    """Let a deadline have passed, as hours without anybody would."""
    admin = psycopg2.connect(services.url("admin"))
    with admin, admin.cursor() as cursor:
        cursor.execute("update sla_clock set due_at = %s, next_event_at = %s where id = %s", [due_at, due_at, clock.pk])
    admin.close()


# The database away: a clear answer that says when to come back.


@pytest.mark.parametrize("name", ["leads:inbox", "dashboards:joint", "tenants:me"])
def test_a_page_says_that_the_database_is_away(name: str, world: World, without_database: Web) -> None:
    answer = without_database.ask("GET", address(name, world.acme), headers=signed_in(world.acme, min(PAGES[name].get)))
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "cannot reach its database" in answer.text
    assert "Nothing was changed" in answer.text
    assert answer.seconds < 5


@pytest.mark.parametrize("path", ["/", "/login/", "/healthz", "/o/acme/inbox/", "/thanks/fk_0123456789abcdef/"])
def test_every_door_answers_503_without_the_database(path: str, without_database: Web) -> None:
    answer = without_database.ask("GET", path, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}=x"})
    assert answer.status == 503, answer.text[:300]
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize(
    "path", ["/api/v1/leads", "/api/v1/intake/submissions", "/api/v1/intake/forms/fk_0123456789abcdef/submissions"]
)
def test_a_client_is_told_to_come_back(path: str, world: World, without_database: Web) -> None:
    method = "GET" if path.endswith("leads") else "POST"
    body = None if method == "GET" else submission("later@example.com")
    answer = without_database.ask(method, path, body, with_key(world.acme))
    assert answer.status == 503, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0
    told = json.loads(answer.text)
    assert (told["status"], told["code"]) == (503, "unavailable")
    # Neither address nor password of the database, nor how it is called.
    assert not {"127.0.0.1", "sm_web", "nowhere", "secret"} & set(answer.text.replace('"', " ").split())


def _end_backends(services: Services, *, waiting_for_a_lock: bool = False) -> int:
    """End the web server's connections, or only those that wait for a lock; return how many there were."""
    admin = psycopg2.connect(services.url("admin"))
    with admin, admin.cursor() as cursor:
        # Gone when this returns, so that whoever comes next can know it.
        cursor.execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = 'sm_web'"
            " and datname = current_database() and pid <> %s and (not %s or wait_event_type = 'Lock')",
            [connection.connection.info.backend_pid, waiting_for_a_lock],
        )
        ended = cursor.fetchall()
    admin.close()
    assert all(gone for (gone,) in ended)
    return len(ended)


def test_a_lost_connection_is_made_anew(world: World, healthy: Web, services: Services) -> None:
    rep, page = signed_in(world.acme, Role.SALES_REP), address("leads:inbox", world.acme)
    assert healthy.ask("GET", page, headers=rep).status == 200
    form = f"/api/v1/intake/forms/{world.acme.things['form_key']}/submissions"
    body, kind = urlencode({"email": "anew@example.com"}), {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(3):
        # Few in all, so that nobody takes them for a crowd.
        assert [healthy.ask("POST", form, body, kind).status for _ in range(3)] == [202] * 3
        assert _end_backends(services) > 0
        assert [healthy.ask("POST", form, body, kind).status for _ in range(3)] == [202] * 3
        assert _end_backends(services) > 0
        assert [healthy.ask("GET", page, headers=rep).status for _ in range(4)] == [200] * 4
        assert healthy.ask("GET", "/api/v1/leads", headers=with_key(world.acme)).status == 200


def _lost_midway(web: Web, services: Services, asked: tuple[Any, ...], *, table: str = "leads_lead") -> Answer:
    """Ask for something that needs this table, and end the database connection in the middle of it."""
    answers: list[Answer] = []
    lock = psycopg2.connect(services.url("admin"))
    try:
        with lock.cursor() as cursor:
            # Whoever reads it waits for this, so that the connection can be ended in the middle of the request.
            cursor.execute(f"lock table {table} in access exclusive mode")
            waiting = Thread(target=lambda: answers.append(web.ask(*asked)))
            waiting.start()
            assert process.wait_until(lambda: _end_backends(services, waiting_for_a_lock=True) > 0, 20, every=0.05)
            waiting.join(20)
    finally:
        lock.rollback()
        lock.close()
    return answers[0]


@pytest.mark.parametrize("path", ["page", "interface"])
def test_a_connection_lost_midway_is_503_and_the_next_request_works(
    path: str, world: World, healthy: Web, services: Services
) -> None:
    asked = {
        "page": ("GET", address("leads:list", world.acme), None, signed_in(world.acme, Role.MARKETER)),
        "interface": ("POST", "/api/v1/intake/submissions", submission("midway@example.com"), with_key(world.acme)),
    }[path]
    answer = _lost_midway(healthy, services, asked)
    assert answer.status == 503, answer.text[:300]
    assert int(answer.headers["Retry-After"]) > 0
    with tenant_scope(world.acme.organisation.pk):
        assert not Submission.objects.filter(raw__person__email="midway@example.com").exists()
    assert healthy.ask(*asked).status in (200, 201)


def test_a_web_form_whose_judging_broke_off_is_stored_and_thanked(
    world: World, healthy: Web, services: Services
) -> None:
    path = f"/api/v1/intake/forms/{world.acme.things['form_key']}/submissions"
    form = urlencode({"email": "broken-off@example.com"})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    # The first table that only judging needs.
    answer = _lost_midway(healthy, services, ("POST", path, form, headers), table="leads_leadnumber")
    assert answer.status == 202, answer.text[:300]
    with tenant_scope(world.acme.organisation.pk):
        stored = Submission.objects.get(raw__email="broken-off@example.com")
        assert (str(stored.pk), stored.state) == (json.loads(answer.text)["id"], Submission.State.RECEIVED)
        assert judge(stored, at=now()).lead is not None


# Bodies as clients send them.


def test_a_body_in_pieces_is_read_like_any_other(world: World, healthy: Web) -> None:
    """Clients that stream name no length beforehand."""
    pieces = [part.encode() for part in submission("pieces@example.com").partition("company")]
    answer = healthy.ask("POST", "/api/v1/intake/submissions", iter(pieces), with_key(world.acme))
    assert answer.status == 201, answer.text
    with tenant_scope(world.acme.organisation.pk):
        assert Lead.objects.filter(email_norm="pieces@example.com").count() == 1


def test_a_body_in_pieces_is_no_way_round_its_limit(world: World, healthy: Web) -> None:
    endless = (b" " * 100_000 for _ in range(1000))
    with suppress(ConnectionError):
        answer = healthy.ask("POST", "/api/v1/intake/submissions", endless, with_key(world.acme))
        assert answer.status == 413, answer.text


def test_who_sends_too_much_still_reads_the_refusal(world: World, healthy: Web) -> None:
    headers = {**with_key(world.acme), "Content-Type": "text/csv"}
    answer = healthy.ask("POST", "/api/v1/intake/batches", "x" * 9_000_000, headers)
    assert (answer.status, json.loads(answer.text)["code"]) == (413, "too_large")


# The health check.


def test_threads_that_ended_leave_no_connection(services: Services, tmp_path: Path) -> None:
    with serving(services, tmp_path / "web.log", {}, "--blocking-threads-idle-timeout=5") as web:
        before = _sessions(services)
        with ThreadPoolExecutor(32) as callers:
            found = list(callers.map(lambda _n: web.ask("GET", "/healthz").status, range(200)))
        assert set(found) == {200}
        assert _sessions(services) > before + 4
        # Each process keeps one thread.
        assert process.wait_until(lambda: _sessions(services) <= before + 2, 20, every=0.5), _sessions(services)


def _sessions(services: Services) -> int:
    """Count who is connected with this database as the web."""
    admin = psycopg2.connect(services.url("admin"))
    with admin, admin.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where usename = 'sm_web' and datname = current_database()"
        )
        found = int(cursor.fetchone()[0])
    admin.close()
    return found


def test_healthz_is_green(healthy: Web) -> None:
    answer = healthy.ask("GET", "/healthz")
    assert (answer.status, json.loads(answer.text)["ok"]) == (200, True)


def test_healthz_tells_nothing_about_organisations(healthy: Web, world: World) -> None:
    told = healthy.ask("GET", "/healthz").text
    assert world.acme.mark not in told
    assert set(json.loads(told)) == {"ok", "role", "clock_skew_seconds", "at", "sweep", "swept_seconds_ago"}


def test_healthz_notices_a_wrong_clock() -> None:
    with time_machine.travel(now() + timedelta(seconds=10), tick=True):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)
