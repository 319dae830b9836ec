"""The database roles and the database: the same `roles.sql` for the embedded server and for compose."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from smarketing.services import postgres
from smarketing.services.process import ServiceFailed

SQL: Final = Path(__file__).with_name("roles.sql")
LOGINS: Final = ("migrate", "web", "worker", "sweeper")


def ensure(admin_url: str, *, db: str, passwords: Mapping[str, str]) -> None:
    """Create what is missing and set the rest right; running it again changes nothing."""
    address = urlsplit(admin_url)
    variables = {
        "PGHOST": address.hostname or "",
        "PGPORT": str(address.port or 5432),
        "PGUSER": unquote(address.username or ""),
        "PGPASSWORD": unquote(address.password or ""),
        "PGDATABASE": address.path.lstrip("/"),
        "SM_DATABASE": db,
    } | {f"SM_{login.upper()}_PASSWORD": passwords[login] for login in LOGINS}
    done = subprocess.run(
        [postgres.program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--file", SQL],
        env={"PATH": os.environ.get("PATH", ""), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServiceFailed(f"The database roles could not be set up:\n{done.stderr.strip()}")
