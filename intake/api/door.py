"""A web form's post from the wire to its receipt, in plain steps: nobody asks who calls, or in whose name.

# Note [What is good is answered at the door]
A form's visitors come by the thousand and wait for the answer, so their posts are taken (intake.middleware) before
anything that only pages and keys need: Django's signals and middlewares, sessions, the one transaction, the questions
of REST framework. What is refused goes on to the view of its address, which tells the error as all views do; it also
takes what comes past the door.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from msgspec import json

from events.actions import via
from intake import access, actions, crowd
from intake.access import MarkedForm
from intake.api.shapes import external_id_of, sender_of
from intake.limits import rate_of_address, rates_of_form
from intake.models import Form
from intake.parsing import JSON, parse
from smarketing.lib.errors import Forbidden
from smarketing.lib.scope import tenant_scope
from tenants import idempotency
from tenants.idempotency import Promise
from tenants.rest import limit_body, limit_rates, replay

A = TypeVar("A", bound=HttpResponseBase)

MAX_SUBMISSION = 64 * 1024
# With the request, as the server gave it: the origin that may read the answer, and why the door has refused the post.
ADMITTED, REFUSED = "smarketing.admitted_origin", "smarketing.refused_at_door"
# A form changes while it is posted to; nobody changes it so often.
MOST_LOOKS = 3


class OriginNotAllowed(Forbidden):
    """The page that posted is not one of the form's."""

    code = "origin_not_allowed"


def take(request: HttpRequest, form_key: str, *, at: datetime) -> HttpResponse:
    """Store a form's post and judge it when it came alone; return the receipt, or a browser's way to the thanks.

    Whatever happens while judging, the answer is the same. Raises what the interface tells as a problem;
    ``request.META[ADMITTED]`` then says whether the form's page may read it.
    """
    limit_body(request, MAX_SUBMISSION)
    with said_by(f"form:{form_key}"), crowd.entered():
        found = _found(request, form_key, at=at)
        form, response, submission_id = _store(request, found, form_key, at=at)
        # Committed: from here on the post is safe.
        if submission_id is not None:
            actions.judge_soon(submission_id, form.organisation_id, at=at)
    final = _thanked(form, form_key) if is_browser(request) else response
    return readable(final, _origin_of(request))


def admit(request: HttpRequest, form: Form) -> None:
    """Note which origin may read the answer, "" for no browser's page; raises OriginNotAllowed."""
    origin = _origin_of(request)
    if not _takes_from(form, origin):
        raise OriginNotAllowed("This form does not take posts from that site.")
    request.META[ADMITTED] = origin


def _origin_of(request: HttpRequest) -> str:
    return str(request.META.get("HTTP_ORIGIN", ""))


def readable(answer: A, origin: str) -> A:
    """Let the form's own page read the answer, and nobody else."""
    answer.headers["Vary"] = "Origin, Accept"
    if origin:
        answer.headers["Access-Control-Allow-Origin"] = origin
        # What a script needs to send again rightly.
        answer.headers["Access-Control-Expose-Headers"] = "Retry-After, Idempotent-Replayed"
    return answer


def is_browser(request: HttpRequest) -> bool:
    """Tell whether somebody looks at the answer: a form was sent by the browser itself, not by a script."""
    mode = request.META.get("HTTP_SEC_FETCH_MODE")
    if mode:
        return bool(mode == "navigate")
    return request.content_type != JSON and "text/html" in request.META.get("HTTP_ACCEPT", "")


@contextmanager
def said_by(who: str) -> Iterator[None]:
    """Note in the events of the block who said it."""
    token = via.set(who)
    try:
        yield
    finally:
        via.reset(token)


def _takes_from(form: Form, origin: str) -> bool:
    # No origin: no browser's page, but a server or a script; it could name any origin it likes.
    return not origin or origin in form.key.allowed_origins


def _found(request: HttpRequest, form_key: str, *, at: datetime) -> MarkedForm:
    """Return the form that may be posted to from there, asked for only where it is not known; count the call."""
    by_address, by_form = rate_of_address(request), rates_of_form(request, form_key)
    found = access.remembered_form(form_key, at=at)
    if found is not None and _takes_from(found.form, _origin_of(request)):
        admit(request, found.form)
        # Address and form in one round trip.
        limit_rates(by_address | by_form)
        return found
    limit_rates(by_address)
    found = _read(request, form_key, at=at)
    limit_rates(by_form)
    return found


def _read(request: HttpRequest, form_key: str, *, at: datetime) -> MarkedForm:
    found = access.form_of_key(form_key, at=at)
    admit(request, found.form)
    return found


def _store(
    request: HttpRequest, found: MarkedForm, form_key: str, *, at: datetime
) -> tuple[Form, HttpResponse, UUID | None]:
    raw, promise = parse(request), _promise(request, found.form)
    try:
        submission_id = _store_known(request, found, form_key, raw, promise, at=at)
    except actions.PostRepeated:
        assert promise is not None  # noqa: S101 -- only who promised can have repeated
        with tenant_scope(found.form.organisation_id):
            return found.form, replay(idempotency.kept(promise)), None
    receipt = json.encode({"id": str(submission_id)})
    return found.form, HttpResponse(receipt, status=202, content_type=JSON), submission_id


def _store_known(
    request: HttpRequest, found: MarkedForm, form_key: str, raw: Any, promise: Promise | None, *, at: datetime
) -> UUID:
    store = partial(
        actions.store_form_post,
        raw=raw,
        content_type=str(request.META.get("CONTENT_TYPE", "")),
        sender=sender_of(request),
        external_id=external_id_of(raw),
        promise=promise,
        at=at,
    )
    for _look in range(MOST_LOOKS):
        try:
            return store(found)
        except actions.FormChanged:
            found = _read(request, form_key, at=at)
    return store(found)


def _promise(request: HttpRequest, form: Form) -> Promise | None:
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "").strip()
    if not key:
        return None
    return Promise.of_post(key=key, credential=form.key.public_id, route=request.path, body=request.body)


def _thanked(form: Form, form_key: str) -> HttpResponse:
    target = form.thanks_url or reverse("intake_thanks", args=[form_key])
    response = HttpResponseRedirect(target)
    response.status_code = 303
    return response
