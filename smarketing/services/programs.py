"""The three programs of the product; `up` and docker-compose.yml start the same ones."""

from pathlib import Path
from typing import Final

QUEUES: Final = "sla,outbox,kpi,bulk,mail,celery"

# Form posts that come at once share a call of the database, so that many threads are quicker than few; and connections
# are not shared out evenly, so that one process has more to do than the other. A thread that ends takes its connection
# along. A short queue stands behind them, because a request that waits longer is better refused by the socket.
WEB: Final = (
    "granian",
    "--interface=wsgi",
    "--http=1",
    "--no-ws",
    "--workers=2",
    "--blocking-threads=8",
    "--blocking-threads-idle-timeout=600",
    "--backpressure=64",
    "--respawn-failed-workers",
    "--workers-kill-timeout=10",
    "smarketing.wsgi:application",
)
# Somebody waits for an answer of the web; the worker takes what the web leaves of the machine.
WORKER: Final = (
    "nice",
    "-n",
    "10",
    "celery",
    "-A",
    "smarketing.celery",
    "worker",
    "-Q",
    QUEUES,
    "-c",
    "2",
    "--loglevel=INFO",
)
BEAT: Final = ("celery", "-A", "smarketing.celery", "beat", "--loglevel=INFO")


def web(binaries: Path, port: int) -> list[str]:
    """The web server, reachable from this machine only."""
    return [str(binaries / WEB[0]), "--host=127.0.0.1", f"--port={port}", *WEB[1:]]


def worker(binaries: Path) -> list[str]:
    """The Celery worker for all queues."""
    # Its neighbours are started by the same supervisor: there is nobody to gossip with.
    return [*WORKER[:3], str(binaries / WORKER[3]), *WORKER[4:], "--without-gossip", "--without-mingle"]


def beat(binaries: Path, schedule: Path) -> list[str]:
    """The Celery beat, which keeps its schedule in a file."""
    return [str(binaries / BEAT[0]), *BEAT[1:], f"--schedule={schedule}"]
