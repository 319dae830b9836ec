"""The beats of the figures that are added up in advance."""

from celery import shared_task

from dashboards import rollups
from smarketing.lib.clock import now


@shared_task(name="dashboards.fold")
def fold() -> int:
    """Add up what is new; return how many organisations were looked at."""
    return rollups.fold_due(at=now())


@shared_task(name="dashboards.plan_rollups")
def plan_rollups() -> int:
    """Begin to add up for organisations that are new; return how many."""
    return rollups.plan_rollups(at=now())
