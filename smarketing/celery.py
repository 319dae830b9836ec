"""The Celery application: its beats. The queue is a hint; the truth of every task is a table."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")

app = Celery("smarketing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A beat's message that waited longer than this is stale: the next one does its work.
STALE = 5

app.conf.beat_schedule = {
    "sla.sweep": {"task": "sla.sweep", "schedule": 1.0, "options": {"expires": STALE}},
    "sla.escalate": {"task": "sla.escalate", "schedule": 2.0, "options": {"expires": STALE}},
    "events.relay": {"task": "events.relay", "schedule": 1.0, "options": {"expires": STALE}},
    "intake.judge_waiting": {
        "task": "intake.judge_waiting",
        "schedule": 2.0,
        "options": {"expires": STALE},
    },
    "notifications.send_waiting": {
        "task": "notifications.send_waiting",
        "schedule": 3.0,
        "options": {"expires": STALE},
    },
    "notifications.deliver_waiting": {
        "task": "notifications.deliver_waiting",
        "schedule": 2.0,
        "options": {"expires": STALE},
    },
    "dashboards.fold": {"task": "dashboards.fold", "schedule": 2.0, "options": {"expires": STALE}},
    "dashboards.plan_rollups": {
        "task": "dashboards.plan_rollups",
        "schedule": 60.0,
        "options": {"expires": 30},
    },
    "tenants.plan_rounds": {"task": "tenants.plan_rounds", "schedule": 60.0, "options": {"expires": 30}},
    "tenants.rounds": {"task": "tenants.rounds", "schedule": 5.0, "options": {"expires": STALE}},
    "tenants.jobs": {"task": "tenants.jobs", "schedule": 1.0, "options": {"expires": STALE}},
    "tenants.forget_idempotency": {
        "task": "tenants.forget_idempotency",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
}


@task_prerun.connect
@task_postrun.connect
def keep_connections_usable(sender: Any, **_: Any) -> None:
    """Let the task ask first whether its kept connections still stand, as a web request does.

    Most tasks look into one table and find nothing: connecting anew for each cost more than all they did.
    """
    # One called inside a request or test is in the middle of that one's transaction.
    if not sender.request.is_eager:
        close_old_connections()
