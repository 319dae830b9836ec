"""A web form's posts, with its public key in the address: answered with a receipt only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intake import access, actions, answers
from intake.api.door import ADMITTED, MAX_SUBMISSION, REFUSED, admit, readable, said_by, take
from intake.api.shapes import facts_from, sender_of
from intake.body import Behaviour, SubmissionBody
from intake.limits import limit_form, rate_of_address
from intake.models import Form
from intake.parsing import JSON, parse
from smarketing.lib.api import JsonRenderer
from smarketing.lib.bodies import read
from smarketing.lib.clock import now
from smarketing.lib.errors import InvalidInput
from smarketing.lib.openapi import operation
from smarketing.lib.scope import tenant_scope
from tenants.rest import answer, limit_body, limit_rates


class FormView(APIView):
    """An address with a form's public key in it, open to the form's own sites.

    Manages its own scopes: what comes in is committed before anything is made of it.
    """

    authentication_classes = ()
    permission_classes = ()
    manages_scopes: ClassVar[bool] = True
    at: datetime

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer without DRF's questions who calls and what they read: everybody may, and gets the same receipt."""
        self.args, self.kwargs, self.headers = args, kwargs, {}
        self.request = wrapped = Request(request)
        wrapped.accepted_renderer, wrapped.accepted_media_type = JsonRenderer(), JSON
        try:
            self.initial(wrapped, *args, **kwargs)
            response = getattr(self, (request.method or "").lower(), self.http_method_not_allowed)(
                wrapped, *args, **kwargs
            )
        except Exception as error:  # noqa: BLE001 -- as DRF's own dispatch: what is no refusal is raised again
            response = self.handle_exception(error)
        final: HttpResponseBase = self.finalize_response(wrapped, response, *args, **kwargs)
        return final

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Take the time; check rate and size."""
        self.at = now()
        self.count(request._request)
        limit_body(request._request, MAX_SUBMISSION)

    def count(self, request: HttpRequest) -> None:
        """Count the call of this address."""
        limit_rates(rate_of_address(request))

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
        return readable(final, request._request.META.get(ADMITTED, ""))

    @contextmanager
    def _opened(self, request: Request, form_key: str) -> Iterator[Form]:
        """Open the scope of the form's organisation for the block."""
        with tenant_scope(access.organisation_id_of_form(form_key)):
            form = access.open_form(form_key, at=self.at)
            admit(request._request, form)
            yield form


class FormSubmissions(FormView):
    """A web form's posts: whatever happens while judging, the answer is the same receipt."""

    def count(self, request: HttpRequest) -> None:
        """Nothing: a post is counted where it is taken."""

    @operation(
        "Post a web form",
        gives=answers.Receipt,
        body=SubmissionBody,
        answers={202: "Stored; the submission's id.", 303: "To the thank-you page, for a browser."},
        problems=(400, 403, 404, 410, 413, 415),
        posts=True,
    )
    def post(self, request: Request, form_key: str) -> HttpResponseBase:
        """Tell why a post was refused (Note [What is good is answered at the door]); take what the door did not see."""
        refusal: Exception | None = request._request.META.get(REFUSED)
        if refusal is not None:
            raise refusal
        return take(request._request, form_key, at=self.at)


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
            if told is not None and actions.is_bot(agent):
                actions.count_machine(len(told.behaviours), at=self.at)
            elif told is not None and told.consent:
                actions.note_visits(told.visitor, facts_from(told.behaviours), at=self.at)
        return answer({"status": "ok"}, status=202)


def _told(raw: Any) -> SiteBody | None:
    try:
        return read(raw, SiteBody)
    except InvalidInput:
        return None
