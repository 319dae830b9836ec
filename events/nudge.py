"""Waking a beat's work right after a commit, without waiting for its next turn."""

import logging
from threading import Lock, Thread
from time import monotonic

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

# The task in events/tasks.py, by its name: actions record, they do not import tasks.
RELAY = "events.relay"
# A run costs as much as what comes of a dozen leads: in a burst few runs with many rows serve all sooner. The first
# nudge after a quiet moment goes at once.
RELAY_PAUSE_SECONDS = 0.5


class _Nudger:
    """Sends nudges beside the request: few per second, one at a time, none for a while after a failure.

    A thread, because a broken connection makes the client library think for seconds before it gives up.
    """

    PAUSE_AFTER_FAILURE = 10.0

    def __init__(self, task: str) -> None:
        self._task = task
        self._busy = Lock()
        self._not_before = 0.0

    def nudge(self, pause_seconds: float) -> None:
        if monotonic() >= self._not_before and self._busy.acquire(blocking=False):
            self._not_before = monotonic() + pause_seconds
            Thread(target=self._send, name="nudge", daemon=True).start()

    def _send(self) -> None:
        try:
            current_app.send_task(self._task, expires=5, retry=False, ignore_result=True)
        except OperationalError as error:
            self._not_before = monotonic() + self.PAUSE_AFTER_FAILURE
            log.warning("No nudge, the beat will do it: %s", error)
        finally:
            self._busy.release()


_nudgers: dict[str, _Nudger] = {}


def nudge(task: str, *, pause_seconds: float = 0.2) -> None:
    """Ask a worker to run this beat's task now, without waiting; a lost nudge only delays until the next beat.

    A process does not ask for the same task again before the pause has passed.
    """
    _nudgers.setdefault(task, _Nudger(task)).nudge(pause_seconds)


def nudge_relay() -> None:
    """Ask a worker to run the relay now."""
    nudge(RELAY, pause_seconds=RELAY_PAUSE_SECONDS)
