"""Storing a post as it came, before anybody judges it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import JSONField, Value

from intake.models import Batch, Form, Submission
from tenants.models import Key


@dataclass(frozen=True)
class Sender:
    """Where a post came from."""

    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Received:
    """The stored submission, and whether an earlier post with the same external id had stored it."""

    submission: Submission
    known: bool


def receive(
    raw: Any,
    *,
    content_type: str,
    at: datetime,
    form: Form | None = None,
    key: Key | None = None,
    batch: Batch | None = None,
    external_id: str | None = None,
    sender: Sender | None = None,
) -> Received:
    """Store a post as it came, unjudged. The same external id from the same source is stored once, for ever."""
    sender = sender or Sender()
    source = _source(form, batch)
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                form=form,
                key=key,
                batch=batch,
                source=source,
                external_id=external_id,
                # A bare null is a value of JSON, not the absence of one.
                raw=Value(None, JSONField()) if raw is None else raw,
                content_type=content_type[:100],
                ip=sender.ip[:60],
                user_agent=sender.user_agent[:300],
                received_at=at,
            )
    except IntegrityError:
        known = Submission.objects.filter(source=source, external_id=external_id).select_related("lead").first()
        if external_id is None or known is None:
            raise
        return Received(known, known=True)
    return Received(submission, known=False)


def _source(form: Form | None, batch: Batch | None) -> str:
    """Return where ids of a sender are unique: in one form, in all files, in the interface."""
    if batch is not None:
        return "file"
    return f"form:{form.pk}" if form else "api"
