"""The beats of mails and of messages for machines."""

import logging
from threading import Lock, Thread

from celery import shared_task
from django.db import connections

from notifications import delivering, sending
from smarketing.lib.clock import now

log = logging.getLogger(__name__)


@shared_task(name="notifications.send_waiting")
def send_waiting() -> int:
    """Send what waits; return how many mails were tried."""
    return sending.send_waiting(at=now())


class Courier:
    """Carries messages beside the worker's tasks: a receiver that takes its time must not keep a deadline waiting.

    One batch at a time per process; what a process drops when it ends comes back after its lease.
    """

    def __init__(self) -> None:
        self._busy = Lock()

    def go(self) -> bool:
        """Begin to carry what waits; tell whether this courier was free."""
        if not self._busy.acquire(blocking=False):
            return False
        Thread(target=self._carry, name="courier", daemon=True).start()
        return True

    def _carry(self) -> None:
        try:
            while delivering.deliver_waiting(at=now()):
                pass
        except Exception:
            # Whatever it was, the rows have their leases and the next beat tries again.
            log.exception("Messages were not carried")
        finally:
            connections.close_all()
            self._busy.release()


_courier = Courier()


@shared_task(name="notifications.deliver_waiting")
def deliver_waiting() -> bool:
    """Have the courier carry what waits; tell whether it went."""
    # Asked here, because the courier connects anew each time.
    return delivering.is_any_waiting(at=now()) and _courier.go()
