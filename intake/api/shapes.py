"""What operations of the door share: reading a post, telling what became of it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from intake import actions
from intake.actions import Sender
from intake.body import Behaviour, SubmissionBody
from intake.mapping import read_leniently
from intake.models import Submission
from leads.capture import BehaviourFact
from smarketing.lib.addresses import client_address
from smarketing.lib.bodies import read
from smarketing.lib.errors import FieldError, InvalidInput


def checked(raw: Any, *, is_json: bool) -> SubmissionBody:
    """Return a secret key's submission; InvalidInput names what is wrong, a missing contact included."""
    body = read(raw, SubmissionBody) if is_json else read_leniently(raw, {})
    if not actions.has_contact(body):
        given = bool(body.person and body.person.email)
        text = "This is not an e-mail address." if given else "Give an e-mail address or a phone number."
        raise InvalidInput([FieldError("/person/email", "malformed" if given else "missing", text)])
    return body


def external_id_of(raw: Any) -> str | None:
    """Return the sender's own id of the post, when it is a usable text."""
    found = raw.get("external_id") if isinstance(raw, dict) else None
    return found if isinstance(found, str) and 0 < len(found) <= 200 else None


def sender_of(request: HttpRequest) -> Sender:
    """Return where the post came from."""
    agent = str(request.META.get("HTTP_USER_AGENT", "")).encode("utf-8", "replace").decode().replace("\x00", "")
    return Sender(ip=client_address(request), user_agent=agent)


def represented(submission: Submission) -> dict[str, Any]:
    """Return a submission as clients read it."""
    return {
        "id": str(submission.pk),
        "state": submission.state,
        "received_at": submission.received_at,
        "judged_at": submission.judged_at,
        "external_id": submission.external_id,
        "lead": str(submission.lead_id) if submission.lead_id else None,
        "created": submission.created_lead,
        "reasons": submission.reasons,
        "warnings": submission.warnings,
    }


def status_of(submission: Submission, *, known: bool) -> int:
    """Return 201 for a new lead, 200 for a known one or a repeated post, 202 while it waits."""
    if submission.state != Submission.State.MATCHED:
        return 202
    return 201 if submission.created_lead and not known else 200


def facts_from(behaviours: Sequence[Behaviour]) -> list[BehaviourFact]:
    """Return behaviours as leads understand them."""
    return [BehaviourFact(one.kind, one.at, dict(one.properties or {})) for one in behaviours]
