"""The relay's beat."""

import logging
from threading import Lock, Thread
from time import monotonic

from celery import shared_task
from kombu.exceptions import OperationalError

from events.relay import relay_waiting
from smarketing.lib.clock import now

log = logging.getLogger(__name__)

BATCH = 200


@shared_task(name="events.relay")
def relay() -> int:
    """Empty the outbox in batches; return the number of rows handled."""
    handled = 0
    while True:
        claimed = relay_waiting(at=now(), limit=BATCH)
        handled += claimed
        if claimed < BATCH or handled >= 20 * BATCH:
            return handled


class _Nudger:
    """Sends nudges beside the request: few per second, one at a time, none for a while after a failure.

    A thread, because a broken connection makes the client library think for seconds before it gives up.
    """

    PAUSE = 0.2
    PAUSE_AFTER_FAILURE = 10.0

    def __init__(self) -> None:
        self._busy = Lock()
        self._not_before = 0.0

    def nudge(self) -> None:
        if monotonic() >= self._not_before and self._busy.acquire(blocking=False):
            self._not_before = monotonic() + self.PAUSE
            Thread(target=self._send, name="nudge", daemon=True).start()

    def _send(self) -> None:
        try:
            relay.apply_async(expires=5, retry=False, ignore_result=True)
        except OperationalError as error:
            self._not_before = monotonic() + self.PAUSE_AFTER_FAILURE
            log.warning("No nudge, the beat will do it: %s", error)
        finally:
            self._busy.release()


_nudger = _Nudger()


def nudge_relay() -> None:
    """Ask a worker to run the relay now, without waiting; a lost nudge only delays until the next beat."""
    _nudger.nudge()
