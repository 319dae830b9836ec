"""Storing a post as it came, before anybody judges it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from intake.models import Batch, Form, Submission
from smarketing.lib.inserting import new_row, note_written
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id
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


class Told(TypedDict, total=False):
    """What is known of a post beside what it says: who sent it through what, when, and the sender's own id for it."""

    content_type: Required[str]
    at: Required[datetime]
    form: Form | None
    key: Key | None
    batch: Batch | None
    external_id: str | None
    sender: Sender | None


def drafted(raw: Any, **told: Unpack[Told]) -> Submission:
    """Return a post as receive would store it, without an id and not stored."""
    came: dict[str, Any] = {name: told.get(name) for name in ("form", "key", "batch", "external_id")}
    source = source_of(told.get("form"), told.get("batch"))
    return new_row(
        Submission,
        raw=raw,
        **came,
        **common_of(source, told["content_type"], told.get("sender") or Sender(), told["at"]),
    )


def receive(raw: Any, **told: Unpack[Told]) -> Received:
    """Store a post as it came, unjudged. The same external id from the same source is stored once, for ever."""
    draft = drafted(raw, **told)
    values = [getattr(draft, name) for name in COLUMNS]
    stored = ask(STORE, current_organisation_id(), json.dumps(draft.raw), *values)
    if stored:
        ((draft.pk,),) = stored
        note_written([draft])
        return Received(draft, known=False)
    (known,) = _known(draft.source, [draft.external_id]).values()
    return Received(known, known=True)


def known_rows(external_ids: Sequence[str]) -> dict[str, Submission]:
    """Return the rows of files that were taken in before, by their sender's id."""
    return _known(FILE, external_ids)


# Where the ids of rows are unique.
FILE = "file"
COLUMNS = (
    "form_id", "key_id", "batch_id", "source", "external_id", "content_type", "ip", "user_agent", "received_at",
)  # fmt: skip
# A twin at this moment waits here until the first has committed.
STORE = Prepared(
    "submission_stored",
    ["bigint", "jsonb", "uuid", "uuid", "uuid", "text", "text", "text", "text", "text", "timestamptz"],
    """
insert into intake_submission (id, organisation_id, raw, form_id, key_id, batch_id, source, external_id, content_type,
  ip, user_agent, received_at, state, reasons, warnings, created_lead, attempts)
values (uuidv7(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'received', '[]', '[]', false, 0)
on conflict (organisation_id, source, external_id) do nothing
returning id
""",
)


def common_of(source: str, content_type: str, sender: Sender, at: datetime) -> dict[str, Any]:
    return {
        "source": source,
        "content_type": content_type[:100],
        "ip": sender.ip[:60],
        "user_agent": sender.user_agent[:300],
        "received_at": at,
    }


def _known(source: str, external_ids: Sequence[str | None]) -> dict[str, Submission]:
    if not external_ids:
        return {}
    rows = Submission.objects.filter(source=source, external_id__in=external_ids).select_related("lead")
    return {str(row.external_id): row for row in rows}


def source_of(form: Form | None, batch: Batch | None) -> str:
    """Return where ids of a sender are unique: in one form, in all files, in the interface."""
    if batch is not None:
        return FILE
    return f"form:{form.pk}" if form else "api"
