"""Storing a form's post with as little as can be: one call of the database, committed when it returns.

Posts of one organisation that come while another one is being stored share the next call and its commit.

# Note [What was believed of the form]
A form and its key are remembered by the process with the mark of their rows (access.form_of_key). The call stores
nothing when the rows are others by then: so a form that was retired, a key that was revoked, an origin that was taken
away end at once, although nobody reads them for every post.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError

from intake.access import MarkedForm
from intake.actions.receiving import Sender, common_of, source_of
from smarketing.lib.errors import DomainError
from smarketing.lib.prepared import Prepared
from smarketing.lib.scope import ask_in_scope
from smarketing.lib.together import Together
from tenants.idempotency import Promise

# What the function takes, in its order, and as what; a post of a group is stored before the next one is looked at.
COLUMNS = {
    "form": "uuid",
    "mark": "text",
    "source": "text",
    "external_id": "text",
    "raw": "jsonb",
    "content_type": "text",
    "ip": "text",
    "user_agent": "text",
    "received_at": "timestamptz",
    "credential": "text",
    "route": "text",
    "key_hash": "text",
    "body_hash": "text",
}
STORE = """
select outcome, submission from (values {posts}) post (number, {columns})
  cross join lateral intake_store_form_post({columns})
order by number
"""
NO_PROMISE = dict.fromkeys(("credential", "route", "key_hash", "body_hash"))
# What one post of a group waited for in vain; the server has undone the others with it.
DEADLOCK, LOCK_TIMEOUT = "40P01", "55P03"

Post = Mapping[str, Any]


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
    outcome, submission_id = _together.do(found.form.organisation_id, values)
    if outcome == "changed":
        raise FormChanged("The form is being changed. Send it again.")
    if submission_id is None:
        raise PostRepeated
    return submission_id


def _store_all(organisation_id: int, posts: Sequence[Post]) -> list[tuple[str, UUID | None]]:
    """Store and commit these posts; return outcome and submission of each."""
    # In one order everywhere: of two groups with the same keys one waits for the other, and not both.
    places = sorted(range(len(posts)), key=lambda place: posts[place]["key_hash"] or "")
    values = [value for place in places for value in (place, *(posts[place][name] for name in COLUMNS))]
    return ask_in_scope(organisation_id, _statement(len(posts)), values)


@cache
def _statement(posts: int) -> Prepared:
    """Return the statement for so many posts."""
    width = len(COLUMNS) + 1
    rows = (range(post * width + 1, (post + 1) * width + 1) for post in range(posts))
    told = STORE.format(
        posts=", ".join(f"({', '.join(f'${place}' for place in row)})" for row in rows), columns=", ".join(COLUMNS)
    )
    return Prepared(f"intake_store_{posts}", ("int", *COLUMNS.values()) * posts, told)


def _is_final(error: BaseException) -> bool:
    """Tell whether a group may have been stored although it failed, or its posts would fail alone as well."""
    if not isinstance(error, OperationalError | InterfaceError):
        return not isinstance(error, Exception)
    return getattr(error.__cause__, "pgcode", None) not in (DEADLOCK, LOCK_TIMEOUT)


_together = Together(_store_all, is_final=_is_final)
