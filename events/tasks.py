"""The relay's beat."""

from time import monotonic

from celery import shared_task

from events.nudge import RELAY, nudge_relay
from events.relay import relay_waiting
from smarketing.lib.clock import now

# Where two handlers hear of each event these are two groups of the most that go together (events.relay.TOGETHER).
BATCH = 200
# So long before others get their turn: deadlines do not wait for a burst.
TURN_SECONDS = 1


@shared_task(name=RELAY)
def relay() -> int:
    """Empty the outbox in batches, oldest first, for a turn's time; return the number of rows handled."""
    end, handled = monotonic() + TURN_SECONDS, 0
    while True:
        claimed = relay_waiting(at=now(), limit=BATCH)
        handled += claimed
        if claimed < BATCH:
            return handled
        if monotonic() > end:
            nudge_relay()
            return handled
