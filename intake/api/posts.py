"""A web form's posts, with its public key in the address: answered with a receipt only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Annotated, Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from msgspec import Meta, Struct, json
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events.actions import via
from intake import access, actions, answers, crowd
from intake.access import MarkedForm
from intake.api.shapes import external_id_of, facts_from, sender_of
from intake.body import Behaviour, SubmissionBody
from intake.limits import limit_form, rate_of_address, rates_of_form
from intake.models import Form
from intake.parsing import JSON, parse
from smarketing.lib.api import JsonRenderer
from smarketing.lib.bodies import read
from smarketing.lib.clock import now
from smarketing.lib.errors import Forbidden, InvalidInput
from smarketing.lib.openapi import operation
from smarketing.lib.scope import tenant_scope
from tenants import idempotency
from tenants.idempotency import Promise
from tenants.rest import answer, limit_body, limit_rates, replay

MAX_SUBMISSION = 64 * 1024
# A form changes while it is posted to; nobody changes it so often.
MOST_LOOKS = 3


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
        final.headers["Vary"] = "Origin, Accept"
        if self.allowed_origin:
            final.headers["Access-Control-Allow-Origin"] = self.allowed_origin
            # What a script needs to send again rightly.
            final.headers["Access-Control-Expose-Headers"] = "Retry-After, Idempotent-Replayed"
        return final

    @contextmanager
    def _opened(self, request: Request, form_key: str) -> Iterator[Form]:
        """Open the scope of the form's organisation for the block."""
        with tenant_scope(access.organisation_id_of_form(form_key)):
            form = access.open_form(form_key, at=self.at)
            self._admit(request, form)
            yield form

    def _admit(self, request: Request, form: Form) -> None:
        origin = request.headers.get("Origin", "")
        if not _takes_from(form, origin):
            raise OriginNotAllowed("This form does not take posts from that site.")
        self.allowed_origin = origin


def _takes_from(form: Form, origin: str) -> bool:
    # No origin: no browser's page, but a server or a script; it could name any origin it likes.
    return not origin or origin in form.key.allowed_origins


class FormSubmissions(FormView):
    """A web form's posts: whatever happens while judging, the answer is the same receipt."""

    def count(self, request: HttpRequest) -> None:
        """Nothing yet: address and form are counted in one round trip where the form is known (_found)."""

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
            found = self._found(request, form_key)
            form, response, submission_id = self._store(request, found, form_key, parse(request._request))
            # Committed: from here on the post is safe.
            if submission_id is not None:
                actions.judge_soon(submission_id, form.organisation_id, at=self.at)
        return _thanked(form, form_key) if is_browser(request._request) else response

    def _found(self, request: Request, form_key: str) -> MarkedForm:
        """Return the form that may be posted to from there, asked for only where it is not known; count the call."""
        by_address, by_form = rate_of_address(request._request), rates_of_form(request._request, form_key)
        found = access.remembered_form(form_key, at=self.at)
        if found is not None and _takes_from(found.form, request.headers.get("Origin", "")):
            self._admit(request, found.form)
            limit_rates(by_address | by_form)
            return found
        limit_rates(by_address)
        found = self._read(request, form_key)
        limit_rates(by_form)
        return found

    def _read(self, request: Request, form_key: str) -> MarkedForm:
        found = access.form_of_key(form_key, at=self.at)
        self._admit(request, found.form)
        return found

    def _store(
        self, request: Request, found: MarkedForm, form_key: str, raw: Any
    ) -> tuple[Form, HttpResponseBase, UUID | None]:
        promise = self._promise(request, found.form)
        try:
            submission_id = self._store_known(request, found, form_key, raw, promise)
        except actions.PostRepeated:
            assert promise is not None  # noqa: S101 -- only who promised can have repeated
            with tenant_scope(found.form.organisation_id):
                return found.form, replay(idempotency.kept(promise)), None
        receipt = json.encode({"id": str(submission_id)})
        return found.form, HttpResponse(receipt, status=202, content_type=JSON), submission_id

    def _store_known(
        self, request: Request, found: MarkedForm, form_key: str, raw: Any, promise: Promise | None
    ) -> UUID:
        store = partial(
            actions.store_form_post,
            raw=raw,
            content_type=request.content_type,
            sender=sender_of(request._request),
            external_id=external_id_of(raw),
            promise=promise,
            at=self.at,
        )
        for _look in range(MOST_LOOKS):
            try:
                return store(found)
            except actions.FormChanged:
                found = self._read(request, form_key)
        return store(found)

    def _promise(self, request: Request, form: Form) -> Promise | None:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key:
            return None
        return Promise.of_post(key=key, credential=form.key.public_id, route=request.path, body=request._request.body)


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
