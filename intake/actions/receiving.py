"""Storing a post as it came, before anybody judges it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.models import Batch, Form, Submission
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
    common = common_of(source_of(form, batch), content_type, sender or Sender(), at)
    fresh = _store([(external_id, raw)], common, form=form, key=key, batch=batch)
    if fresh:
        return Received(fresh[0], known=False)
    (known,) = _known(common["source"], [external_id]).values()
    return Received(known, known=True)


def receive_rows(posts: Sequence[tuple[str, Any]], *, batch: Batch, at: datetime) -> list[Received]:
    """Store rows of a file, each with its sender's id, in one statement; return them in their order."""
    common = common_of(source_of(None, batch), batch.format, Sender(), at)
    fresh = {one.external_id: one for one in _store(posts, common, form=None, key=None, batch=batch)}
    known = _known(common["source"], [external_id for external_id, _raw in posts if external_id not in fresh])
    found = []
    for external_id, _raw in posts:
        # Who comes a second time in the same file is known by then.
        mine = fresh.pop(external_id, None)
        found.append(Received(mine, known=False) if mine else Received(known[external_id], known=True))
        known.setdefault(external_id, found[-1].submission)
    return found


STORE = Prepared(
    "submissions_stored",
    ["bigint", "uuid", "uuid", "uuid", "text", "jsonb", "text", "text", "text", "timestamptz"],
    """
insert into intake_submission (id, organisation_id, form_id, key_id, batch_id, source, external_id, raw, content_type,
  ip, user_agent, received_at, state, reasons, warnings, created_lead, attempts)
select uuidv7(), $1, $2, $3, $4, $5, external_id,
  -- A bare null is a value of JSON, not the absence of one.
  coalesce(raw, 'null'), $7, $8, $9, $10, 'received', '[]', '[]', false, 0
from rows from (jsonb_to_recordset($6) as (external_id text, raw jsonb)) with ordinality
  told(external_id, raw, place) order by place
on conflict (organisation_id, source, external_id) do nothing
returning id, external_id
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


def _store(
    posts: Sequence[tuple[str | None, Any]],
    common: Mapping[str, Any],
    *,
    form: Form | None,
    key: Key | None,
    batch: Batch | None,
) -> list[Submission]:
    """Return those that were not here yet. A twin at this moment waits here until the first has committed."""
    told = [{"external_id": external_id, "raw": raw} for external_id, raw in posts]
    came = {"form": form, "key": key, "batch": batch}
    ids = [row.pk if row else None for row in came.values()]
    source, *where = common.values()
    stored = ask(STORE, current_organisation_id(), *ids, source, json.dumps(told), *where)
    raws = dict(posts)
    return [
        Submission(id=pk, external_id=external_id, raw=raws[external_id], **common, **came)
        for pk, external_id in stored
    ]


def _known(source: str, external_ids: Sequence[str | None]) -> dict[str, Submission]:
    if not external_ids:
        return {}
    rows = Submission.objects.filter(source=source, external_id__in=external_ids).select_related("lead")
    return {str(row.external_id): row for row in rows}


def source_of(form: Form | None, batch: Batch | None) -> str:
    """Return where ids of a sender are unique: in one form, in all files, in the interface."""
    if batch is not None:
        return "file"
    return f"form:{form.pk}" if form else "api"
