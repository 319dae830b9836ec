"""Forgetting what was kept for a while."""

from celery import shared_task
from django.db import connections

FORGET = "delete from tenants_idempotencyrecord where created_at < now() - interval '48 hours'"


@shared_task(name="tenants.forget_idempotency")
def forget_idempotency() -> int:
    """Delete the idempotency records of all organisations that are past their 48 hours; return how many."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(FORGET)
        return int(cursor.rowcount)
