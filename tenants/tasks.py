"""Regular and long work, and forgetting what was kept for a while."""

from celery import shared_task
from django.db import connections

from smarketing.lib.clock import now
from tenants import work

FORGET = "delete from tenants_idempotencyrecord where created_at < now() - interval '48 hours'"


@shared_task(name="tenants.forget_idempotency")
def forget_idempotency() -> int:
    """Delete the idempotency records of all organisations that are past their 48 hours; return how many."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(FORGET)
        return int(cursor.rowcount)


@shared_task(name="tenants.plan_rounds")
def plan_rounds() -> int:
    """Give new organisations, and old ones after an upgrade, the rounds that they lack; return how many."""
    return work.plan_rounds(at=now())


@shared_task(name="tenants.rounds")
def make_rounds() -> int:
    """Make the rounds that are due; return how many."""
    return work.make_rounds(at=now())


@shared_task(name="tenants.jobs")
def run_jobs() -> int:
    """Give every open job a turn; return how many had one."""
    return work.run_jobs(clock=now)
