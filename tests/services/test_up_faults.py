"""Programs are killed while posts come in: every post that was answered 2xx is a lead, exactly once, when all is up."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

import psycopg2
import pytest

from smarketing.services import environment, instance, process
from tests.services.copies import ROOT, SHELL, Copy

pytestmark = [pytest.mark.timeout(900)]

CLIENTS = 8
# Those that a copy consists of; a web's and a worker's own children die with what they serve.
VICTIMS = ("granian", "valkey-server", "bin/postgres", "celery worker")
PATIENCE_SECONDS = 120

# Made in a process of its own, as somebody with a shell beside the copy would.
MAKE = """
import json
import django
django.setup()
from intake.actions import create_form
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tenants.actions import create_key, create_organisation
from tenants.models import Membership
made = create_organisation(name="faults", country="AT", zone="Europe/Vienna", admin_email="f@example.com", at=now())
with tenant_scope(made.organisation.pk):
    ada = Membership.objects.get()
    form = create_form(name="faults", origins=[], by=ada, at=now()).key_text
    key = create_key(name="faults", scopes=["leads:write"], acts_for=ada, by=ada, at=now()).text
print(json.dumps([made.organisation.pk, form, key]))
"""


@dataclass
class Stream:
    """Clients who post until they are answered, as clients do; each post has its own person and key."""

    port: int
    form: str
    key: str
    answered: list[str] = field(default_factory=list)
    troubles: int = 0
    lock: Lock = field(default_factory=Lock)

    def post(self, number: int) -> None:
        """Post until the answer is 2xx; the same post again while there is none."""
        address = f"p{number}@example.com"
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if self._try(number, address) in (200, 201, 202):
                with self.lock:
                    self.answered.append(address)
                return
            with self.lock:
                self.troubles += 1
            time.sleep(0.3)
        raise AssertionError(f"{address} was never answered")

    def _try(self, number: int, address: str) -> int:
        """Send it by the form's key or the secret one, in turn; 0 when nobody answered."""
        headers = {"Host": "localhost", "Content-Type": "application/json", "Idempotency-Key": f"faults-{number}"}
        path, body = f"/api/v1/intake/forms/{self.form}/submissions", {"email": address, "company": f"Firma {number}"}
        if number % 2:
            path, body = "/api/v1/intake/submissions", {"person": {"email": address}}
            headers["Authorization"] = f"Bearer {self.key}"
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            link.request("POST", path, json.dumps(body), headers)
            return link.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            link.close()


def furnished(copy: Copy) -> tuple[int, Stream]:
    env = SHELL | environment(copy.data, "worker") | {"DJANGO_SETTINGS_MODULE": "smarketing.settings"}
    done = subprocess.run([sys.executable, "-c", MAKE], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    organisation_id, form, key = json.loads(done.stdout.splitlines()[-1])
    return organisation_id, Stream(copy.port, form, key)


def ask(copy: Copy, statement: str) -> list[tuple[object, ...]]:
    """Ask past the policies, which show an owner nothing."""
    link = psycopg2.connect(instance.database_url(instance.read(copy.data), "admin"))
    try:
        with link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        link.close()


def kill_in_turn(copy: Copy, stream: Stream, posts: int) -> None:
    """Kill one program after the other at once, each when another fifth of the posts was answered."""
    for place, victim in enumerate(VICTIMS, start=1):
        due = posts * place // (len(VICTIMS) + 1)
        assert process.wait_until(partial(_has_answered, stream, due), PATIENCE_SECONDS, every=0.05), victim
        assert process.wait_until(partial(_is_there, copy, victim), PATIENCE_SECONDS, every=0.1), victim
        os.kill(copy.child(victim), signal.SIGKILL)


def _has_answered(stream: Stream, posts: int) -> bool:
    return len(stream.answered) >= posts


def _is_there(copy: Copy, victim: str) -> bool:
    return any(victim in line for line in copy.family().values())


def survive(copy: Copy, posts: int) -> None:
    copy.ensure()
    organisation_id, stream = furnished(copy)
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        killer = pool.submit(kill_in_turn, copy, stream, posts)
        for done in [pool.submit(stream.post, number) for number in range(posts)]:
            done.result()
        killer.result()
    assert stream.troubles, "nothing was noticed of the killings"
    of_ours = f"from intake_submission where organisation_id = {organisation_id}"
    waiting = f"select count(*) {of_ours} and state = 'received'"
    assert process.wait_until(lambda: _answers(copy, waiting) == [(0,)], PATIENCE_SECONDS, every=0.5)
    assert ask(copy, f"select state, count(*), count(distinct lead_id) {of_ours} group by 1") == [
        ("matched", posts, posts)
    ]
    leads = f"select email_norm from leads_lead where organisation_id = {organisation_id} order by 1"
    assert [row[0] for row in ask(copy, leads)] == sorted(stream.answered)
    received = "select count(*), count(distinct thread_id) from events_event where kind = 'lead.received'"
    assert ask(copy, f"{received} and organisation_id = {organisation_id}") == [(posts, posts)]


def _answers(copy: Copy, statement: str) -> list[tuple[object, ...]]:
    try:
        return ask(copy, statement)
    except psycopg2.OperationalError:  # the killed server is coming up
        return []


OURS = "from pg_stat_activity where usename in ('sm_worker', 'sm_sweeper')"


def connections_of_workers(copy: Copy) -> set[object]:
    return {pid for (pid,) in ask(copy, f"select pid {OURS}")}


def test_a_worker_keeps_its_connections_and_notices_a_lost_one(copy: Copy) -> None:
    copy.ensure()
    swept = "select at from sla_sweep"
    assert process.wait_until(lambda: ask(copy, swept) != [], PATIENCE_SECONDS, every=0.2)
    assert process.wait_until(lambda: len(connections_of_workers(copy)) > 1, PATIENCE_SECONDS, every=0.2)
    before = connections_of_workers(copy)
    # Longer than any beat that asks the database.
    time.sleep(6)
    assert before <= connections_of_workers(copy)
    ((ended,),) = ask(copy, f"select count(pg_terminate_backend(pid)) {OURS}")
    assert ended
    # One may have been under way with what it had.
    soon = "select at > now() - interval '1 second' from sla_sweep"
    time.sleep(3)
    assert process.wait_until(lambda: ask(copy, soon) == [(True,)], 10, every=0.1)
    assert not before & connections_of_workers(copy)


def test_every_answered_post_is_a_lead_once_whatever_was_killed(copy: Copy) -> None:
    survive(copy, 150)


@pytest.mark.soak
def test_a_long_stream_survives_the_same(copy: Copy) -> None:
    survive(copy, 2000)
