"""The engine's beat."""

from celery import shared_task

from events.nudge import nudge_relay
from sla.actions import sweep as sweep_clocks


@shared_task(name="sla.sweep")
def sweep() -> int:
    """Record what has fallen due in all organisations; return how many clocks moved."""
    moved = sweep_clocks()
    if moved:
        nudge_relay()
    return moved
