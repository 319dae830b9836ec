"""A web form's posts, with its public key in the address: answered with a receipt only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events.actions import via
from intake import access, actions, answers, crowd
from intake.api.shapes import external_id_of, facts_from, sender_of
from intake.body import Behaviour, SubmissionBody
from intake.limits import limit_form
from intake.models import Form, Submission
from intake.parsing import JSON, parse
from smarketing.lib.addresses import client_address
from smarketing.lib.bodies import read
from smarketing.lib.clock import now
from smarketing.lib.errors import Forbidden, InvalidInput
from smarketing.lib.openapi import operation
from smarketing.lib.scope import tenant_scope
from tenants import idempotency
from tenants.models import IdempotencyRecord
from tenants.rest import answer, keep, limit_body, limit_rate, replay

MAX_SUBMISSION = 64 * 1024


class OriginNotAllowed(Forbidden):
    """The page that posted is not one of the form's."""

    code = "origin_not_allowed"


class FormView(APIView):
    """An address with a form's public key in it, open to the form's own sites.

    Manages its own scopes: what comes in is committed before anything is made of it.
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

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer a browser's question whether the page may post."""
        with self._opened(request, kwargs["form_key"]):
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

    @contextmanager
    def _opened(self, request: Request, form_key: str) -> Iterator[Form]:
        """Open the scope of the form's organisation for the block."""
        with tenant_scope(access.organisation_id_of_form(form_key)):
            form = access.open_form(form_key, at=self.at)
            origin = request.headers.get("Origin", "")
            # No origin: no browser's page, but a server or a script; it could name any origin it likes.
            if origin and origin not in form.key.allowed_origins:
                raise OriginNotAllowed("This form does not take posts from that site.")
            self.allowed_origin = origin
            yield form


class FormSubmissions(FormView):
    """A web form's posts: whatever happens while judging, the answer is the same receipt."""

    @operation(
        "Post a web form",
        gives=answers.Receipt,
        body=SubmissionBody,
        answers={202: "Stored; the submission's id.", 303: "To the thank-you page, for a browser."},
        problems=(400, 403, 404, 410, 413, 415),
        posts=True,
    )
    def post(self, request: Request, form_key: str) -> HttpResponseBase:
        with said_by(f"form:{form_key}"), crowd.entered():
            with self._opened(request, form_key) as form:
                limit_form(request._request, form_key)
                response, submission = self._store(request, form, parse(request._request))
            # Committed: from here on the post is safe.
            if submission is not None:
                actions.judge_soon(submission, at=self.at)
        return _thanked(form, form_key) if is_browser(request._request) else response

    def _store(self, request: Request, form: Form, raw: Any) -> tuple[HttpResponseBase, Submission | None]:
        record = self._idempotency(request, form)
        if record is not None and record.status is not None:
            return replay(record), None
        received = actions.receive(
            raw,
            content_type=request.content_type,
            form=form,
            external_id=external_id_of(raw),
            sender=sender_of(request._request),
            at=self.at,
        )
        response = answer({"id": str(received.submission.pk)}, status=202)
        return keep(record, response) if record else response, received.submission

    def _idempotency(self, request: Request, form: Form) -> IdempotencyRecord | None:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return None
        return idempotency.begin(
            key=key,
            credential=form.key.public_id,
            route=request.path,
            body=request._request.body,
            at=self.at,
        )


class SiteBody(Struct):
    """What a site's script tells of a visitor who has agreed to it."""

    visitor: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    consent: bool
    behaviours: Annotated[list[Behaviour], Meta(min_length=1, max_length=50)]


class FormBehaviours(FormView):
    """What visitors do on a form's sites. The answer is always the same: a script learns nothing."""

    @operation(
        "Tell what a visitor did on the site",
        gives=answers.Taken,
        body=SiteBody,
        answers={202: "Taken; nothing is kept without consent, nor of machines."},
        problems=(400, 403, 404, 410, 413, 415),
    )
    def post(self, request: Request, form_key: str) -> HttpResponseBase:
        with said_by(f"form:{form_key}"), self._opened(request, form_key):
            limit_form(request._request, form_key)
            told = _told(parse(request._request))
            agent = sender_of(request._request).user_agent
            if told is not None and told.consent and not actions.is_bot(agent):
                actions.note_visits(told.visitor, facts_from(told.behaviours), at=self.at)
        return answer({"status": "ok"}, status=202)


def _told(raw: Any) -> SiteBody | None:
    try:
        return read(raw, SiteBody)
    except InvalidInput:
        return None


def is_browser(request: HttpRequest) -> bool:
    """Tell whether somebody looks at the answer: a form was sent by the browser itself, not by a script."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode:
        return mode == "navigate"
    return request.content_type != JSON and "text/html" in request.headers.get("Accept", "")


def _thanked(form: Form, form_key: str) -> HttpResponse:
    target = form.thanks_url or reverse("intake_thanks", args=[form_key])
    response = HttpResponseRedirect(target)
    response.status_code = 303
    return response


@contextmanager
def said_by(who: str) -> Iterator[None]:
    token = via.set(who)
    try:
        yield
    finally:
        via.reset(token)
