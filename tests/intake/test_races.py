"""The same post many times at once is one post; each race runs on real connections."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from events.models import Event
from intake import actions
from intake.models import Submission
from intake.tasks import finish
from leads.models import Handover, Lead
from smarketing.lib.clock import now
from smarketing.lib.scope import tenant_scope
from tests.intake.support import URL, WHOLE, make_form, simple
from tests.support import Cast, api_key

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])

ROOT = Path(__file__).resolve().parents[2]
TWINS = 50
AT_ONCE = 16


def at_once(call: Callable[[int], Any], *, times: int) -> list[Any]:
    """Run the call in threads that start together, each on a connection of its own; return the results."""
    barrier = Barrier(AT_ONCE)

    def run(number: int) -> Any:
        if number < AT_ONCE:
            barrier.wait(20)
        try:
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(times)))


def counted(cast: Cast) -> dict[str, int]:
    with tenant_scope(cast.acme.pk):
        return {
            "submissions": Submission.objects.count(),
            "leads": Lead.objects.count(),
            "handovers": Handover.objects.count(),
            "received": Event.objects.filter(kind="lead.received").count(),
        }


def post(headers: dict[str, str], body: Any = WHOLE) -> Any:
    return Client().post(URL, data=json.dumps(body), content_type="application/json", headers=headers)


def test_fifty_identical_posts_make_one_lead_and_fifty_equal_answers(live_cast: Cast) -> None:
    headers = {**api_key(live_cast.ada, "leads:write", at=now()), "Idempotency-Key": "post-1"}
    answers = at_once(lambda _number: post(headers), times=TWINS)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers].count(None) == 1
    assert counted(live_cast) == {"submissions": 1, "leads": 1, "handovers": 1, "received": 1}


def test_without_an_idempotency_key_the_external_id_makes_them_one(live_cast: Cast) -> None:
    headers = api_key(live_cast.ada, "leads:write", at=now())
    answers = at_once(lambda _number: post(headers), times=TWINS)
    assert sorted(answer.status_code for answer in answers) == [200] * (TWINS - 1) + [201]
    assert len({answer.content for answer in answers}) == 1
    assert counted(live_cast) == {"submissions": 1, "leads": 1, "handovers": 1, "received": 1}


def test_of_people_without_an_address_too(live_cast: Cast) -> None:
    headers = api_key(live_cast.ada, "leads:write", at=now())
    body = {"person": {"phone": "+43 1 58858"}, "external_id": "crm:1"}
    answers = at_once(lambda _number: post(headers, body), times=TWINS)
    assert sorted(answer.status_code for answer in answers) == [200] * (TWINS - 1) + [201]
    assert counted(live_cast) == {"submissions": 1, "leads": 1, "handovers": 0, "received": 1}


def test_negative_control_without_either_each_post_counts_but_the_person_is_one(live_cast: Cast) -> None:
    headers = api_key(live_cast.ada, "leads:write", at=now())
    body = {name: part for name, part in WHOLE.items() if name != "external_id"}
    answers = at_once(lambda _number: post(headers, body), times=TWINS)
    assert sorted(answer.status_code for answer in answers) == [200] * (TWINS - 1) + [201]
    found = counted(live_cast)
    assert found == {"submissions": TWINS, "leads": 1, "handovers": 1, "received": TWINS}


def test_a_form_posted_twice_at_once_makes_one_lead_and_one_handover(live_cast: Cast) -> None:
    url = reverse("api:form_submissions", args=[make_form(live_cast, at=now()).key_text])
    body = (
        "email=jane%40firma.at&name=Jane+Doe&company=Firma&country=AT&industry=logistics&employees=120"
        "&intent=talk_to_sales"
    )

    def send(_number: int) -> Any:
        headers = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}
        return Client().post(url, data=body, content_type="application/x-www-form-urlencoded", headers=headers)

    answers = at_once(send, times=AT_ONCE)
    assert {answer.status_code for answer in answers} == {303}
    # Posts that met others are the worker's.
    finish(at=now() + timedelta(seconds=10))
    found = counted(live_cast)
    assert (found["leads"], found["handovers"]) == (1, 1)
    with tenant_scope(live_cast.acme.pk):
        assert not Submission.objects.exclude(state="matched").exists()


def test_many_people_at_once_each_get_their_own_lead_and_number(live_cast: Cast) -> None:
    headers = api_key(live_cast.ada, "leads:write", at=now())
    answers = at_once(lambda number: post(headers, simple(f"p{number}@example.com")), times=TWINS)
    assert {answer.status_code for answer in answers} == {201}
    with tenant_scope(live_cast.acme.pk):
        numbers = set(Lead.objects.values_list("number", flat=True))
    # Sixteen counters give them out: none twice, some left out.
    assert len(numbers) == TWINS


def test_workers_that_finish_the_same_posts_at_once_judge_each_once(live_cast: Cast) -> None:
    form = make_form(live_cast, at=now()).form
    with tenant_scope(live_cast.acme.pk):
        for number in range(10):
            actions.receive({"email": f"p{number}@example.com"}, content_type="x", form=form, at=now())
    later = now() + timedelta(seconds=10)
    at_once(lambda _number: finish(at=later), times=AT_ONCE)
    found = counted(live_cast)
    assert (found["leads"], found["received"]) == (10, 10)


def run_apart(code: str, *arguments: str, services: Any, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, as the web does, against this test's database."""
    settings = {"DJANGO_SETTINGS_MODULE": "smarketing.settings", **variables}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, **services.environment("web"), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


KILLED = """
import os, signal, sys
import django
django.setup()
from django.test import Client
from intake.actions import judging

# The power fails after the raw row is committed and before it is judged.
judging.judge = lambda *args, **options: os.kill(os.getpid(), signal.SIGKILL)
Client(SERVER_NAME="localhost").post(sys.argv[1], data={"email": "jane@example.com"})
"""


def test_a_kill_between_storing_and_judging_leaves_a_post_that_is_finished_once(live_cast: Cast, services: Any) -> None:
    url = reverse("api:form_submissions", args=[make_form(live_cast, at=now()).key_text])
    done = run_apart(KILLED, url, services=services)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert counted(live_cast) == {"submissions": 1, "leads": 0, "handovers": 0, "received": 0}
    later = now() + timedelta(seconds=10)
    assert [finish(at=later), finish(at=later)] == [1, 0]
    assert counted(live_cast) == {"submissions": 1, "leads": 1, "handovers": 0, "received": 1}


NOWHERE = "redis://127.0.0.1:1"

WITHOUT_VALKEY = """
import json, sys
import django
django.setup()
from django.test import Client

client = Client(SERVER_NAME="localhost")
url, key, body = sys.argv[1:]
form = client.post(url, data={"email": "other@example.com"})
secret = client.post(
    "/api/v1/intake/submissions", data=body, content_type="application/json", headers={"Authorization": key}
)
print(form.status_code, secret.status_code)
"""


def test_without_valkey_no_lead_is_lost(live_cast: Cast, services: Any) -> None:
    key = api_key(live_cast.ada, "leads:write", at=now())["Authorization"]
    url = reverse("api:form_submissions", args=[make_form(live_cast, at=now()).key_text])
    done = run_apart(WITHOUT_VALKEY, url, key, json.dumps(WHOLE), services=services, REDIS_URL=NOWHERE)
    assert done.stdout.split() == ["202", "201"], done.stderr
    assert "Valkey is away" in done.stderr
    found = counted(live_cast)
    assert (found["leads"], found["handovers"]) == (2, 1)
