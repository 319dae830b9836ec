"""The relay's beat."""

from celery import shared_task

from events.relay import relay_waiting
from smarketing.lib.clock import now

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
