"""One private file is all that a command in another shell needs."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from cryptography.fernet import Fernet

from smarketing.services import NotRunning, environment, instance, postgres, roles, valkey

ROOT = Path(__file__).resolve().parents[2]


def test_secrets_are_made_once_and_are_private(data: Path) -> None:
    first = instance.prepare(data)
    assert instance.prepare(data) == first
    assert (data / "instance.json").stat().st_mode & 0o077 == 0


def test_two_copies_share_no_secret(tmp_path: Path) -> None:
    one, other = (instance.prepare(tmp_path / name) for name in ("one", "other"))
    assert not set(one["passwords"].values()) & set(other["passwords"].values())
    assert one["secret_key"] != other["secret_key"]


def test_the_field_key_encrypts(data: Path) -> None:
    lock = Fernet(instance.prepare(data)["field_key"])
    assert lock.decrypt(lock.encrypt(b"secret")) == b"secret"


def test_a_damaged_file_stops_with_a_sentence(data: Path) -> None:
    (data / "instance.json").write_text('{"passwords": ')
    with pytest.raises(instance.Damaged, match=r"instance\.json is damaged"):
        instance.prepare(data)


def test_says_that_nothing_runs(data: Path) -> None:
    with pytest.raises(NotRunning, match="make run"):
        environment(data, "worker")


def test_a_command_says_that_nothing_runs(data: Path) -> None:
    hidden = ("DATABASE_URL", "SMARKETING_NO_SERVICES")
    shell = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "manage.py", "showmigrations"],
        cwd=ROOT,
        env=shell | {"SMARKETING_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"{NotRunning(data.resolve())}\n"


@pytest.mark.parametrize(
    ("process", "login"),
    [("web", "sm_web"), ("worker", "sm_worker"), ("beat", "sm_worker"), ("migrate", "sm_migrate")],
)
def test_each_process_signs_in_as_its_own_role(data: Path, process: str, login: str) -> None:
    with postgres.start(data) as server, valkey.start(data):
        roles.ensure(server.admin_url(), db=instance.DATABASE, passwords=instance.read(data)["passwords"])
        variables = environment(data, process)
        connection = psycopg2.connect(variables["DATABASE_URL"])
        with connection.cursor() as cursor:
            cursor.execute("select session_user")
            assert cursor.fetchone() == (login,)
        connection.close()
    assert ("SWEEPER_DATABASE_URL" in variables) is (login == "sm_worker")


def test_an_unknown_process_is_refused(data: Path) -> None:
    instance.prepare(data)
    with pytest.raises(ValueError, match="migrate, web, worker, beat"):
        instance.variables(instance.read(data), "admin", data)


def test_the_shell_may_set_what_is_open_to_it_and_nothing_else(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instance.prepare(data)
    kept = instance.remember(data, postgres_port=1, valkey_port=2)
    monkeypatch.setenv("ALLOWED_HOSTS", "crm.example")
    monkeypatch.setenv("SECRET_KEY", "from the shell")
    found = instance.variables(kept, "web", data)
    assert found["ALLOWED_HOSTS"] == "crm.example"
    assert found["SECRET_KEY"] == kept["secret_key"]
