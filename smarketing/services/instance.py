"""What one copy keeps about itself in its data folder: ports, passwords and keys.

Everything stands in one private file, `instance.json`, so that a command in another
shell needs nothing but the folder to find the servers of the copy that runs there.
"""

import base64
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

DATABASE: Final = "smarketing"
LOGINS: Final = ("admin", "migrate", "web", "worker", "sweeper")
PROCESSES: Final = ("migrate", "web", "worker", "beat")

# What a person may set in the shell; the rest belongs to the copy itself.
OPEN_TO_THE_SHELL: Final = {
    "DEBUG": "0",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "EMAIL_URL": "",
    "TRUSTED_PROXIES": "0",
}


class NotRunning(Exception):
    """No copy runs on this data folder."""

    def __init__(self, data: Path) -> None:
        super().__init__(f"No copy of Smarketing runs on {data}. Start one with `make run`.")


class Damaged(Exception):
    """The private file cannot be read, and without it nobody can sign in to the database."""


def read(data: Path) -> dict[str, Any]:
    """Everything the copy has kept, or an empty mapping before its first start."""
    path = data / "instance.json"
    try:
        kept: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Damaged(f"{path} is damaged: {error}. Restore it from a backup.") from error
    return kept


def remember(data: Path, **changes: Any) -> dict[str, Any]:
    """Keep `changes`; a kill at any moment leaves either the old file or the new one."""
    kept = read(data) | changes
    with tempfile.NamedTemporaryFile("w", dir=data, prefix=".instance-", delete=False) as draft:
        json.dump(kept, draft, indent=1)
        draft.flush()
        os.fsync(draft.fileno())
    os.replace(draft.name, data / "instance.json")
    return kept


def prepare(data: Path) -> dict[str, Any]:
    """Create the folder and its secrets on the first start; later starts find the same."""
    data.mkdir(parents=True, exist_ok=True)
    kept = read(data)
    missing = {name: value for name, value in _new_secrets().items() if name not in kept}
    return remember(data, **missing) if missing else kept


@contextmanager
def locked(data: Path, name: str, *, wait: bool) -> Iterator[bool]:
    """Hold the lock `name` of the folder; yields False when another process has it.

    The system frees it with the process that holds it, however that one ends.
    """
    with (data / name).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def _new_secrets() -> dict[str, Any]:
    return {
        "passwords": {login: secrets.token_urlsafe(24) for login in LOGINS},
        "valkey_password": secrets.token_urlsafe(24),
        "secret_key": secrets.token_urlsafe(48),
        "field_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def database_url(kept: dict[str, Any], login: str, database: str = DATABASE) -> str:
    """The address of `database` for one of LOGINS."""
    user = "postgres" if login == "admin" else f"sm_{login}"
    address = f"{user}:{kept['passwords'][login]}@127.0.0.1:{kept['postgres_port']}"
    # Tables must belong to the role that nobody can sign in as.
    acting = "?options=-c%20role%3Dsm_owner" if login == "migrate" else ""
    return f"postgresql://{address}/{database}{acting}"


def redis_url(kept: dict[str, Any], number: int = 0) -> str:
    """The address of one of the numbered databases of the embedded Valkey."""
    return f"redis://:{kept['valkey_password']}@127.0.0.1:{kept['valkey_port']}/{number}"


def variables(kept: dict[str, Any], role: str, data: Path, database: str = DATABASE) -> dict[str, str]:
    """The variables of a process of `role`, whether or not its servers run yet."""
    if role not in PROCESSES:
        raise ValueError(f"A process is one of {', '.join(PROCESSES)}, not {role!r}.")
    login = "worker" if role == "beat" else role
    port = str(kept.get("port", 8000))
    named = {
        "DATABASE_URL": database_url(kept, login, database),
        "REDIS_URL": redis_url(kept),
        "SECRET_KEY": kept["secret_key"],
        "FIELD_KEY": kept["field_key"],
        "SMARKETING_DATA": str(data),
        "STATIC_ROOT": str(data / "static"),
        "PORT": port,
        "BASE_URL": os.environ.get("BASE_URL", f"http://localhost:{port}"),
    }
    if login == "worker":
        named["SWEEPER_DATABASE_URL"] = database_url(kept, "sweeper", database)
    shell = {name: os.environ.get(name, default) for name, default in OPEN_TO_THE_SHELL.items()}
    return named | shell
