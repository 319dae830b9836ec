"""What the tests of other providers' forms share."""

from datetime import datetime
from typing import Any

from django.test import Client

from intake.access import adapter_path
from intake.actions import create_adapter
from intake.models import Form, Submission
from leads.models import Lead
from smarketing.lib.scope import tenant_scope
from tests.support import Cast


def set_up(cast: Cast, provider: str, *, at: datetime, **options: Any) -> tuple[Form, str]:
    """Return a form of acme's and its address."""
    with tenant_scope(cast.acme.pk):
        form = create_adapter(provider=provider, name="Webinar", by=cast.marc, at=at, **options)
        return form, adapter_path(form)


def send(path: str, body: bytes, *, kind: str = "application/json", **headers: str) -> Any:
    return Client().generic("POST", path, body, content_type=kind, headers=headers)


def only_lead(cast: Cast) -> Lead:
    with tenant_scope(cast.acme.pk):
        return Lead.objects.select_related("company").get()


def submissions(cast: Cast) -> list[Submission]:
    with tenant_scope(cast.acme.pk):
        return list(Submission.objects.order_by("received_at", "id"))
