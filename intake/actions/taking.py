"""A client's post, judged while they wait: stored with what it becomes, in one write.

# Note [What comes twice]
Who comes with an external id is looked for first. Of two who come at the same moment both find nobody; the second then
waits in the insert until the first has committed, and is refused. What it has written is undone to the savepoint, and
it is answered as everybody who comes later.
"""

from typing import Any, Unpack

from django.db import connection

from intake.actions.judging import PostStored, judge, judge_drafts
from intake.actions.receiving import Received, Told, drafted, receive
from intake.models import Submission
from smarketing.lib.prepared import Plain, Prepared, ask_all
from smarketing.lib.scope import current_organisation_id

SAVEPOINT = "post_taken"
KNOWN = Prepared(
    "post_known",
    ["bigint", "text", "text"],
    "select exists (select from intake_submission where organisation_id = $1 and source = $2 and external_id = $3)",
)


def take_post(raw: Any, **told: Unpack[Told]) -> Received:
    """Store and judge a client's post; the arguments are those of receive without a form. A known one stays as it is.

    Inside a transaction. What is stored is what receive and judge store one after the other.
    """
    draft = drafted(raw, **told)
    if _is_known(draft):
        return _received(raw, **told)
    try:
        judge_drafts([draft], at=told["at"])
    except PostStored:
        with connection.cursor() as cursor:
            cursor.execute(f"rollback to savepoint {SAVEPOINT}")
        return _received(raw, **told)
    return Received(draft, known=False)


def _is_known(draft: Submission) -> bool:
    """Tell whether a post is stored already; one that may turn out to be gets its savepoint in the same round trip."""
    if draft.external_id is None:
        return False
    place = (current_organisation_id(), draft.source, draft.external_id)
    ((known,),) = ask_all([(Plain(f"savepoint {SAVEPOINT}"), ()), (KNOWN, place)])
    return bool(known)


def _received(raw: Any, **told: Unpack[Told]) -> Received:
    received = receive(raw, **told)
    return Received(judge(received.submission, at=told["at"]), received.known)
