"""The outer shell of a request: its id, its size, its one transaction."""

import logging
from collections.abc import Callable
from functools import cache, lru_cache
from tempfile import SpooledTemporaryFile
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, resolve
from django_htmx.http import trigger_client_event

from smarketing.lib import logs
from smarketing.lib.errors import DomainError
from smarketing.lib.problem import is_api, problem_response
from smarketing.lib.scope import global_scope

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger(__name__)

# Seconds after which a client may try again when the database is away.
RETRY_AFTER = "5"
# So much of a body that comes in pieces stays in memory.
IN_MEMORY = 1024**2
PIECE = 64 * 1024
# So much of a refused body is read and thrown away: whoever still sends would not see the answer otherwise.
MOST_THROWN_AWAY = 32 * 1024**2


class RequestIdMiddleware:
    """Names each request, in the response header and in every log line; answers 503 for a lost database."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with logs.named(request.META) as name:
            request.request_id = name  # type: ignore[attr-defined]  # ours, told with every problem
            response = self.get_response(request)
        response.headers["X-Request-Id"] = name
        return response


class HeadMiddleware:
    """Answers HEAD as it answers GET, without the body: views name the methods that mean something and need not know.

    Stands outside of everything that looks at the method.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        response = self.get_response(request)
        request.method = "HEAD"
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = ()
        elif isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response


class PolicyMiddleware(CSPMiddleware):
    """What a browser may do, as django-csp says it; the words that nearly every answer has are put together once."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the policy; a view that has one of its own, and a debugging page, are django-csp's."""
        own = any(name.startswith("_csp") for name in vars(response)) or hasattr(request, "_csp_nonce")
        if own or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _usual_policy())
        return response


@cache
def _usual_policy() -> str:
    return str(build_policy())


# What an answer has whose request came by https, and one whose request did not.
_usual_headers: dict[bool, tuple[tuple[str, str], ...]] = {}


def usual_headers(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """Return the headers that the shell gives to nearly every answer."""
    secure = request.is_secure()
    if secure not in _usual_headers:
        response = HttpResponse()
        for part in (XFrameOptionsMiddleware, PolicyMiddleware, SecurityMiddleware):
            # Each gives back the answer to which it has added.
            part(lambda _request: HttpResponse()).process_response(request, response)
        given = response.headers.items()
        _usual_headers[secure] = tuple((name, value) for name, value in given if name != "Content-Type")
    return _usual_headers[secure]


class BodyLimitMiddleware:
    """Refuses a body larger than its route reads, before a byte of it is parsed.

    A view that takes files says so by ``max_upload_bytes`` (forms with files), or ``max_body_bytes`` (any body).
    A body that comes in pieces, without a length beforehand, is gathered first: it is like any other then.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.META.get("CONTENT_LENGTH") and _comes_in_pieces(request) and not _gather(request):
            return _too_large(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or (int(length) > settings.MAX_BODY_BYTES and int(length) > _body_limit(request)):
            response: HttpResponseBase = _too_large(request)
        else:
            response = self.get_response(request)
        if response.status_code == 413 and length.isdigit():
            _throw_away(request, int(length))
        return response


def _too_large(request: HttpRequest) -> HttpResponse:
    limit = _body_limit(request)
    return problem_response(request, 413, "too_large", f"The body is larger than {limit // 1024**2} MB.")


def _comes_in_pieces(request: HttpRequest) -> bool:
    return "chunked" in request.headers.get("Transfer-Encoding", "").lower()


def _gather(request: HttpRequest) -> bool:
    """Read a body that comes in pieces and give it a length; False when it is longer than its route reads."""
    limit, source = _body_limit(request), request.META["wsgi.input"]
    # Closed with the request that reads it.
    body: Any = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- outlives this function
    while body.tell() <= limit and (piece := source.read(PIECE)):
        body.write(piece)
    length = body.tell()
    body.seek(0)
    request.META["CONTENT_LENGTH"] = str(length)
    # Where Django reads a body from.
    request._stream = body
    return bool(length <= limit)


def _throw_away(request: HttpRequest, length: int) -> None:
    """Read what a client still sends of a body that was refused."""
    # Not the server's own stream: Django's knows how much of the body was read already.
    left, source = min(length, MOST_THROWN_AWAY), request._stream
    while left > 0 and (piece := source.read(min(left, PIECE))):
        left -= len(piece)


def _body_limit(request: HttpRequest) -> int:
    view = view_of(request)
    limits = [settings.MAX_BODY_BYTES, getattr(view, "max_body_bytes", 0)]
    if request.content_type == "multipart/form-data":
        limits.append(getattr(view, "max_upload_bytes", 0))
    return max(limits)


class ScopeMiddleware:
    """One outermost transaction around the whole response; a request that fails has done nothing.

    Views that open their own scopes (intake stores the raw row before it judges) carry ``manages_scopes = True`` and
    run outside. A key names its organisation: its call runs in that scope from the beginning (TenantMiddleware).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            if is_of_key(request) or _manages_scopes(request):
                return self.get_response(request)
            with global_scope():
                return whole_response(request, self.get_response)
        except (OperationalError, InterfaceError) as error:
            return unavailable(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Give a view's refusals and a lost database their proper answers."""
        if isinstance(error, OperationalError | InterfaceError):
            return unavailable(request, error)
        if isinstance(error, DomainError):
            return refusal(request, error)
        return None


def is_of_key(request: HttpRequest) -> bool:
    """Tell whether a key's call comes alone, with no session to be read: its organisation's scope is opened at once."""
    return bool(bearer_of(request)) and is_api(request) and settings.SESSION_COOKIE_NAME not in request.COOKIES


def bearer_of(request: HttpRequest) -> str:
    """Return what follows ``Bearer`` in the Authorization header, "" for none; the scheme's case does not matter."""
    scheme, _space, told = request.headers.get("Authorization", "").partition(" ")
    return told.strip() if scheme.lower() == "bearer" else ""


def whole_response(request: HttpRequest, get_response: GetResponse) -> HttpResponseBase:
    """Return the response to a request inside its outermost scope; a request that fails has done nothing."""
    response = get_response(request)
    if response.status_code >= 500:
        transaction.set_rollback(True)
    if response.status_code == 500 and _connection_is_lost():
        # The inner scopes could not end their part of the transaction either, which Django takes for a bug.
        return unavailable(request, "the connection was lost midway")
    return response


def _connection_is_lost() -> bool:
    wrapper = connections["default"]
    return wrapper.closed_in_transaction or wrapper.connection is None or bool(wrapper.connection.closed)


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return a rule's refusal: problem+json, a page, or for htmx a toast that leaves the page as it is."""
    response = problem_response(request, error.status, error.code, error.sentence, extra=error.extra)
    if request.headers.get("HX-Request") and not is_api(request):
        response.headers["HX-Reswap"] = "none"
        trigger_client_event(response, "toast", {"text": error.sentence, "level": "error"})
    return response


def unavailable(request: HttpRequest, error: Exception | str) -> HttpResponse:
    """Return the 503 for page or API; asks to come back in a few seconds."""
    log.error("Database away: %s", str(error).strip())
    response = problem_response(
        request, 503, "unavailable", "Smarketing cannot reach its database. Nothing was changed; try again shortly."
    )
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _manages_scopes(request: HttpRequest) -> bool:
    return bool(getattr(view_of(request), "manages_scopes", False))


def view_of(request: HttpRequest) -> object:
    """Return the function or class that will answer, None when nothing is there."""
    return view_at(request.path_info)


# A form's address is asked for with every post.
@lru_cache(maxsize=1000)
def view_at(path: str) -> object:
    """Return the function or class that answers at this path, None when nothing is there."""
    try:
        view = resolve(path).func
    except Resolver404:
        return None
    return getattr(view, "view_class", None) or getattr(view, "cls", None) or view
