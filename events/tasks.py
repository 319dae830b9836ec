"""The relay's beat."""

import logging
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


class _Pacer:
    """Limits nudges of one process: few per second, none for a while after the queue was unreachable."""

    PAUSE = 0.2
    PAUSE_AFTER_FAILURE = 10.0

    def __init__(self) -> None:
        self._not_before = 0.0

    def may_go(self) -> bool:
        if monotonic() < self._not_before:
            return False
        self._not_before = monotonic() + self.PAUSE
        return True

    def failed(self) -> None:
        self._not_before = monotonic() + self.PAUSE_AFTER_FAILURE


_pacer = _Pacer()


def nudge_relay() -> None:
    """Ask a worker to run the relay now; an unreachable queue only delays until the next beat."""
    if not _pacer.may_go():
        return
    try:
        relay.apply_async(expires=5, retry=False, ignore_result=True)
    except OperationalError as error:
        _pacer.failed()
        log.warning("No nudge, the beat will do it: %s", error)
