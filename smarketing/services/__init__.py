"""The services a copy stands on: an embedded PostgreSQL and an embedded Valkey.

Nothing here imports Django: the servers must run before settings can be read.
"""

from pathlib import Path

from smarketing.services import instance, postgres
from smarketing.services.instance import NotRunning

__all__ = ["NotRunning", "environment"]


def environment(data: Path, role: str) -> dict[str, str]:
    """All variables for a process of `role` beside the copy that runs on `data`."""
    data = data.resolve()
    if not postgres.is_running(data):
        raise NotRunning(data)
    return instance.variables(instance.read(data), role, data)
