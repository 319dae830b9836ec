"""The mail's beat."""

from celery import shared_task

from notifications import sending
from smarketing.lib.clock import now


@shared_task(name="notifications.send_waiting")
def send_waiting() -> int:
    """Send what waits; return how many mails were tried."""
    return sending.send_waiting(at=now())
