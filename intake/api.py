"""The door for machines: secret keys are answered with the lead, public form keys with a receipt only."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events.actions import via
from intake import access, actions
from intake.access import FoundForm
from intake.actions import Sender
from intake.body import SubmissionBody
from intake.mapping import read_leniently
from intake.models import Submission
from intake.parsing import JSON, parse
from smarketing.lib.addresses import client_address
from smarketing.lib.bodies import read
from smarketing.lib.clock import now
from smarketing.lib.errors import FieldError, Forbidden, InvalidInput
from smarketing.lib.openapi import operation
from smarketing.lib.scope import tenant_scope
from tenants import idempotency
from tenants.access import require
from tenants.models import IdempotencyRecord
from tenants.rest import KeyView, answer, keep, limit_body, limit_rate, replay

log = logging.getLogger(__name__)

MAX_SUBMISSION = 64 * 1024


class OriginNotAllowed(Forbidden):
    """The page that posted is not one of the form's."""

    code = "origin_not_allowed"


class Submissions(KeyView):
    """One submission, judged in the request."""

    scopes = {"POST": "leads:write"}

    @operation(
        "Push a submission",
        body=SubmissionBody,
        answers={201: "A new lead.", 200: "Appended to a known person, or a replay.", 202: "In quarantine."},
        problems=(400, 401, 403, 413, 415, 422),
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, *access.PUSHERS)
        raw = parse(request._request)
        body = checked(raw, is_json=request._request.content_type == JSON)
        received = actions.receive(
            raw,
            content_type=request.content_type,
            key=self.key,
            external_id=body.external_id,
            sender=sender_of(request._request),
            at=self.at,
        )
        submission = actions.judge(received.submission, at=self.at)
        response = answer(represented(submission), status=status_of(submission, known=received.known))
        response.headers["Location"] = reverse("api:submission", args=[submission.pk])
        if received.known:
            response.headers["Idempotent-Replayed"] = "true"
        return response


class OneSubmission(KeyView):
    """What became of a submission."""

    scopes = {"GET": "leads:read"}

    @operation("Read a submission", answers={200: "The submission."}, problems=(401, 403, 404))
    def get(self, request: Request, submission_id: UUID) -> Response:
        return answer(represented(access.get_submission(self.member, submission_id)))


class Release(KeyView):
    """Out of quarantine: it becomes a lead."""

    scopes = {"POST": "leads:write"}

    @operation(
        "Release a submission from quarantine",
        answers={200: "It is a lead now."},
        problems=(401, 403, 404, 409),
        posts=True,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        self.no_body()
        submission = access.get_submission(self.member, submission_id)
        require(self.member, *access.JUDGES)
        return answer(represented(actions.release(submission, by=self.member, at=self.at)))


class Spam(KeyView):
    """Out of quarantine: it was spam."""

    scopes = {"POST": "leads:write"}

    @operation(
        "Call a submission spam", answers={200: "It is kept as spam."}, problems=(401, 403, 404, 409), posts=True
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        self.no_body()
        submission = access.get_submission(self.member, submission_id)
        require(self.member, *access.JUDGES)
        return answer(represented(actions.mark_spam(submission, by=self.member, at=self.at)))


class FormSubmissions(APIView):
    """A web form's posts, with its public key in the address.

    Manages its own scopes: the raw row is committed before it is judged, and whatever happens while judging,
    the answer is the same receipt; the worker finishes what was left.
    """

    authentication_classes = ()
    permission_classes = ()
    manages_scopes: ClassVar[bool] = True
    at: datetime
    allowed_origin = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take the time; check rate and size."""
        self.at = now()
        limit_rate(f"address:{client_address(request._request)}", settings.RATE_PER_ADDRESS)
        super().initial(request, *args, **kwargs)
        limit_body(request._request, MAX_SUBMISSION)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Whatever a browser accepts: the answer is a redirect or a receipt, and no lead is lost over it."""
        return super().perform_content_negotiation(request, force=True)

    @operation(
        "Post a web form",
        body=SubmissionBody,
        answers={202: "Stored; the submission's id.", 303: "To the thank-you page, for a browser."},
        problems=(400, 403, 404, 410, 413, 415),
        posts=True,
    )
    def post(self, request: Request, form_key: str) -> HttpResponseBase:
        found = self._found(request, form_key)
        limit_rate(f"key:{form_key}", settings.RATE_PER_KEY)
        raw = parse(request._request)
        with _said_by(form_key):
            response, submission = self._store(request, found, raw)
            if submission is not None:
                self._judge(found, submission)
        return _thanked(found, form_key) if _is_browser(request._request) else response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer a browser's question whether the page may post."""
        self._found(request, kwargs["form_key"])
        response = Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key"
        response.headers["Access-Control-Max-Age"] = "600"
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let the form's own pages read the answer, refusals included, and nobody else."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers["Vary"] = "Origin, Accept"
        if self.allowed_origin:
            final.headers["Access-Control-Allow-Origin"] = self.allowed_origin
        return final

    def _found(self, request: Request, form_key: str) -> FoundForm:
        found = access.find_form(form_key, at=self.at)
        origin = request.headers.get("Origin", "")
        # No origin: no browser's page, but a server or a script; it could name any origin it likes.
        if origin and origin not in found.form.key.allowed_origins:
            raise OriginNotAllowed("This form does not take posts from that site.")
        self.allowed_origin = origin
        return found

    def _store(self, request: Request, found: FoundForm, raw: Any) -> tuple[HttpResponseBase, Submission | None]:
        with tenant_scope(found.organisation.pk):
            record = self._idempotency(request, found)
            if record is not None and record.status is not None:
                return replay(record), None
            received = actions.receive(
                raw,
                content_type=request.content_type,
                form=found.form,
                external_id=external_id_of(raw),
                sender=sender_of(request._request),
                at=self.at,
            )
            response = answer({"id": str(received.submission.pk)}, status=202)
            return keep(record, response) if record else response, received.submission

    def _idempotency(self, request: Request, found: FoundForm) -> IdempotencyRecord | None:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return None
        return idempotency.begin(
            key=key,
            credential=found.form.key.public_id,
            route=request.path,
            body=request._request.body,
            at=self.at,
        )

    def _judge(self, found: FoundForm, submission: Submission) -> None:
        try:
            with tenant_scope(found.organisation.pk):
                actions.judge(submission, at=self.at)
        except Exception:
            # Whatever went wrong, the raw row is safe and the sender's answer does not change.
            log.exception("Submission %s waits for the worker", submission.pk)


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
    agent = request.headers.get("User-Agent", "").encode("utf-8", "replace").decode().replace("\x00", "")
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


def _is_browser(request: HttpRequest) -> bool:
    """Tell whether somebody looks at the answer: a form was sent by the browser itself, not by a script."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode:
        return mode == "navigate"
    return request.content_type != JSON and "text/html" in request.headers.get("Accept", "")


def _thanked(found: FoundForm, form_key: str) -> HttpResponse:
    target = found.form.thanks_url or reverse("intake_thanks", args=[form_key])
    response = HttpResponseRedirect(target)
    response.status_code = 303
    return response


@contextmanager
def _said_by(form_key: str) -> Iterator[None]:
    token = via.set(f"form:{form_key}")
    try:
        yield
    finally:
        via.reset(token)
