"""The engine's beat."""

from celery import shared_task

from events.nudge import nudge_relay
from sla.actions import escalate_due
from sla.actions import sweep as sweep_clocks
from smarketing.lib.clock import now


@shared_task(name="sla.sweep")
def sweep() -> int:
    """Record what has fallen due in all organisations; return how many clocks moved."""
    moved = sweep_clocks()
    if moved:
        nudge_relay()
    return moved


@shared_task(name="sla.escalate")
def escalate() -> int:
    """Tell the next ones up about deadlines of all organisations; return how many steps were taken."""
    taken = escalate_due(at=now())
    if taken:
        nudge_relay()
    return taken
