"""Storing a form's post with as little as can be: one call of the database, committed when it returns.

# Note [What was believed of the form]
A form and its key are remembered by the process with the mark of their rows (access.form_of_key). The call stores
nothing when the rows are others by then: so a form that was retired, a key that was revoked, an origin that was taken
away end at once, although nobody reads them for every post.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from intake.access import MarkedForm
from intake.actions.receiving import Sender, common_of, source_of
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import ask_in_scope
from tenants.idempotency import Promise

STORE = """
select outcome, submission from intake_store_form_post(%(form)s, %(mark)s, %(source)s, %(external_id)s, %(raw)s::jsonb,
  %(content_type)s, %(ip)s, %(user_agent)s, %(received_at)s, %(credential)s, %(route)s, %(key_hash)s, %(body_hash)s)
"""
NO_PROMISE = dict.fromkeys(("credential", "route", "key_hash", "body_hash"))


class FormChanged(DomainError):
    """The form or its key is not what it was thought to be. Nothing was stored; read it again."""

    code = "form_changed"


class PostRepeated(Exception):
    """A post with this Idempotency-Key was here before. Nothing was stored."""


def store_form_post(
    found: MarkedForm,
    raw: Any,
    *,
    content_type: str,
    sender: Sender,
    at: datetime,
    external_id: str | None = None,
    promise: Promise | None = None,
) -> UUID:
    """Store and commit a form's post as it came, with the answer that its twins get; return the submission's id.

    The rows are those of idempotency.begin, receive and idempotency.finish. The same external id is stored once.
    Call outside a scope. Raises FormChanged (see Note [What was believed of the form]), PostRepeated.
    """
    values = {
        **common_of(source_of(found.form, None), content_type, sender, at),
        **(promise.values() if promise else NO_PROMISE),
        "form": found.form.pk,
        "mark": found.mark,
        "external_id": external_id,
        "raw": json.dumps(raw),
    }
    ((outcome, submission_id),) = ask_in_scope(found.form.organisation_id, STORE, values)
    if outcome == "changed":
        raise FormChanged("The form is being changed. Send it again.")
    if outcome == "repeated":
        raise PostRepeated
    return UUID(str(submission_id))
