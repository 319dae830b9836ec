"""docker-compose.yml cannot be started here, so its commands run as processes, with its variables."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import celery
import psycopg2
import pytest
import yaml

from smarketing.services import process, programs
from tests.services_plugin import Services

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("migrate", "web", "worker", "beat")
PLACEHOLDER = re.compile(r"\$\$|\$\{([A-Z_]+)(?:(:[-?])([^}]*))?\}")


def interpolate(text: str, given: Mapping[str, str]) -> str:
    """What compose makes of `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$`."""

    def value(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        value = given.get(found[1], "")
        if not value and found[2] == ":?":
            raise AssertionError(f"{found[1]}: {found[3]}")
        return value or (found[3] if found[2] == ":-" else "")

    return PLACEHOLDER.sub(value, text)


def dot_env(services: Services) -> dict[str, str]:
    """A `.env` filled in with the passwords of the test services."""
    passwords = services.kept["passwords"]
    return {
        "SECRET_KEY": services.kept["secret_key"],
        "FIELD_KEY": services.kept["field_key"],
        "POSTGRES_PASSWORD": passwords["admin"],
        "VALKEY_PASSWORD": services.kept["valkey_password"],
    } | {f"SM_{login.upper()}_PASSWORD": passwords[login] for login in ("migrate", "web", "worker", "sweeper")}


def variables(name: str, services: Services, port: int) -> dict[str, str]:
    """The variables of one service as compose would set them, its hosts replaced by the test services."""
    given = dot_env(services)
    named = {key: interpolate(str(value), given) for key, value in COMPOSE["services"][name]["environment"].items()}
    postgres = f"@127.0.0.1:{services.kept['postgres_port']}/{services.database}"
    queue = services.redis_url.rpartition("@")[2]
    for key, value in named.items():
        named[key] = value.replace("@postgres:5432/smarketing", postgres).replace("@valkey:6379/0", f"@{queue}")
    if "GRANIAN_PORT" in named:
        named |= {"GRANIAN_HOST": "127.0.0.1", "GRANIAN_PORT": str(port)}
    return named


def environment(name: str, services: Services, port: int) -> dict[str, str]:
    """Only what a container has: the image's variables and those of the service."""
    image = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "smarketing.settings",
        "SMARKETING_DATA": str(services.data),
        "STATIC_ROOT": str(services.data / "static"),
        "PYTHONUNBUFFERED": "1",
    }
    return image | variables(name, services, port)


def command(name: str) -> list[str]:
    return [interpolate(word, {}) for word in COMPOSE["services"][name]["command"]]


@contextmanager
def running(name: str, services: Services, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    child = process.spawn(
        command(name), log, env=environment(name, services, port), cwd=ROOT, dies_with_parent=signal.SIGTERM
    )
    try:
        yield child
    finally:
        child.terminate()
        child.wait(30)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    return free


def test_the_programs_are_those_of_up() -> None:
    assert command("web") == list(programs.WEB)
    assert command("worker") == list(programs.WORKER)
    assert " ".join(programs.BEAT) in " ".join(command("beat"))


def test_every_service_restarts_and_is_watched() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        assert "healthcheck" in service or name == "migrate", name


def test_nothing_starts_before_the_migrations() -> None:
    for name in ("web", "worker", "beat"):
        assert COMPOSE["services"][name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert COMPOSE["services"]["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_an_empty_secret_stops_compose() -> None:
    with pytest.raises(AssertionError, match=r"SECRET_KEY: set it in \.env"):
        interpolate("${SECRET_KEY:?set it in .env}", {})


@pytest.mark.parametrize("name", OURS)
def test_each_process_has_its_own_role_only(name: str, services: Services) -> None:
    found = variables(name, services, 8000)
    role = {"web": "sm_web", "migrate": "sm_migrate"}.get(name, "sm_worker")
    assert found["DATABASE_URL"].startswith(f"postgresql://{role}:")
    assert ("SWEEPER_DATABASE_URL" in found) is (name in {"worker", "beat"})
    with psycopg2.connect(found["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("select session_user, current_user")
        assert cursor.fetchone() == (role, "sm_owner" if name == "migrate" else role)
    connection.close()


def test_the_roles_file_is_run_by_the_database_service() -> None:
    database = COMPOSE["services"]["postgres"]
    assert any("services/roles.sql:/docker-entrypoint-initdb.d/" in str(volume) for volume in database["volumes"])
    read = set(re.findall(r"^\\getenv \w+ (\w+)", (ROOT / "smarketing/services/roles.sql").read_text(), re.MULTILINE))
    assert read <= set(database["environment"])


@pytest.mark.timeout(180)
def test_migrates_serves_and_works(services: Services, port: int, tmp_path: Path) -> None:
    done = subprocess.run(
        command("migrate"),
        cwd=ROOT,
        env=environment("migrate", services, port),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with ExitStack() as started:
        for name in ("worker", "beat", "web"):
            started.enter_context(running(name, services, port, tmp_path / f"{name}.log"))
        assert process.wait_until(lambda: health(port) == 200, 60, every=0.2), process.tail(tmp_path / "web.log", 30)
        assert process.wait_until(lambda: pinged(services) == ["pong"], 60), process.tail(tmp_path / "worker.log", 30)
        assert process.wait_until(lambda: worked(services), 60), process.tail(tmp_path / "worker.log", 30)
        beats = tmp_path / "beat.log"
        assert process.wait_until(lambda: "Sending due task" in beats.read_text(), 60), process.tail(beats, 30)


def health(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def pinged(services: Services) -> list[str]:
    with celery.Celery(broker=services.redis_url) as app:
        return [answer["ok"] for reply in app.control.ping(timeout=2) or [] for answer in reply.values()]


def worked(services: Services) -> bool:
    """Hand a task to the queue and ask the worker whether it has done it: Celery's own, which needs no data."""
    with celery.Celery(broker=services.redis_url) as app:
        app.send_task("celery.backend_cleanup", queue="celery", ignore_result=True)
        answers = app.control.inspect(timeout=2).stats() or {}
    return any(facts["total"].get("celery.backend_cleanup") for facts in answers.values())
