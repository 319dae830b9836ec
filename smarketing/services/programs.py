"""The three programs of the product; `up` and docker-compose.yml start the same ones."""

from pathlib import Path
from typing import Final

QUEUES: Final = "sla,outbox,kpi,bulk,mail,celery"

# Threads wait for the database, not for each other: twice as many as a core can fill, and a
# short queue behind them, because a request that waits longer is better refused by the socket.
WEB: Final = (
    "granian",
    "--interface=wsgi",
    "--http=1",
    "--no-ws",
    "--workers=2",
    "--blocking-threads=8",
    "--backpressure=64",
    "--respawn-failed-workers",
    "--workers-kill-timeout=10",
    "smarketing.wsgi:application",
)
WORKER: Final = ("celery", "-A", "smarketing.celery", "worker", "-Q", QUEUES, "-c", "2", "--loglevel=INFO")
BEAT: Final = ("celery", "-A", "smarketing.celery", "beat", "--loglevel=INFO")


def web(binaries: Path, port: int) -> list[str]:
    """The web server, reachable from this machine only."""
    return [str(binaries / WEB[0]), "--host=127.0.0.1", f"--port={port}", *WEB[1:]]


def worker(binaries: Path) -> list[str]:
    """The Celery worker for all queues."""
    # Its neighbours are started by the same supervisor: there is nobody to gossip with.
    return [str(binaries / WORKER[0]), *WORKER[1:], "--without-gossip", "--without-mingle"]


def beat(binaries: Path, schedule: Path) -> list[str]:
    """The Celery beat, which keeps its schedule in a file."""
    return [str(binaries / BEAT[0]), *BEAT[1:], f"--schedule={schedule}"]
