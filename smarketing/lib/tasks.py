"""The base of every task that works for one organisation."""

from typing import Any

from celery import Task

from smarketing.lib.scope import tenant_scope


class TenantTask(Task):
    """Opens the organisation's scope around the task; ``organisation_id`` is a mandatory keyword."""

    abstract = True

    def __call__(self, *args: Any, organisation_id: int, **kwargs: Any) -> Any:
        with tenant_scope(organisation_id):
            return self.run(*args, **kwargs)
