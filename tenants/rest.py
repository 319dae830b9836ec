"""The base of every operation that a secret key calls: who, when, body, idempotency, ETag."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from smarketing.lib import bodies, rate_limit
from smarketing.lib.addresses import client_address
from smarketing.lib.clock import now
from smarketing.lib.errors import DomainError, FieldError, Forbidden, InvalidInput
from smarketing.lib.middleware import bearer_of
from tenants import idempotency
from tenants.models import IdempotencyRecord, Key, Membership, Organisation

S = TypeVar("S")

# After one of these the call has done nothing.
REFUSALS = (DomainError, InvalidInput, Http404, PermissionDenied, drf.APIException)

# Headers of the first answer that a replay repeats.
REPLAYED_HEADERS = ("Location", "ETag")

NO_KEY = "Send a secret key in the header: Authorization: Bearer sk_live_…"
USELESS_KEY = "There is no such key, or it was revoked, has expired, or its member is gone."

# Rates are counted over this many seconds, so that Retry-After stays short.
RATE_SECONDS = 10


class BodyTooLarge(DomainError):
    """One call carries at most so much."""

    code = "too_large"
    status = 413


class BodyPacked(DomainError):
    """A body is read as it is, not packed by gzip or the like."""

    code = "content_encoding_unsupported"
    status = 415


class KeyAwaitsConsent(Forbidden):
    """The key acts for a head or an executive who has not agreed to it yet."""

    code = "key_awaits_consent"


class Changed(DomainError):
    """Somebody changed the object since the client read it."""

    code = "changed"
    status = 412


class IfMatchMissing(DomainError):
    """A change must say which state it was decided upon."""

    code = "if_match_missing"
    status = 428


Handler = Callable[..., Response | HttpResponse]


class NoBody(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object: the act says it all."""


class KeyView(APIView):
    """One address of the REST interface, called with a secret key.

    Set ``scopes`` per method. In a handler: ``self.member`` (acts), ``self.key``, ``self.organisation``,
    ``self.at`` (the one reading of the clock), ``self.zone``, ``self.body(Struct)``, ``self.query(Struct)``.
    Every ``post`` honours Idempotency-Key by itself. The tenant's scope is open already.
    """

    scopes: ClassVar[Mapping[str, str]] = {}
    max_body_bytes: ClassVar[int] = 64 * 1024
    at: datetime

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "post" in cls.__dict__:
            cls.post = _idempotent(cls.__dict__["post"])  # type: ignore[attr-defined]  # not every view posts

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check rate, key, scope and size; take the time."""
        self.at = now()
        limit_rates(_rates_of(request))
        super().initial(request, *args, **kwargs)
        if self.key.awaits_consent:
            raise KeyAwaitsConsent("The member for whom this key acts has to agree to it first: My settings, My keys.")
        limit_body(request._request, self.max_body_bytes)

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        """Answer 401 for a missing or useless key, 403 for one without the scope."""
        if not isinstance(request.auth, Key):
            raise drf.NotAuthenticated(NO_KEY if not bearer_of(request._request) else USELESS_KEY)
        super().permission_denied(request, message, code)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Say what can be done here: Allow names the methods."""
        return Response(status=204)

    @property
    def member(self) -> Membership:
        """The member for whom the key acts: author and roles of everything done here."""
        member: Membership = self.request.user  # type: ignore[assignment]  # by KeyAuthentication
        return member

    @property
    def key(self) -> Key:
        """The secret key of this call."""
        key: Key = self.request.auth  # type: ignore[assignment]  # by KeyAuthentication
        return key

    @property
    def organisation(self) -> Organisation:
        """The key's organisation."""
        organisation: Organisation = self.request._request.organisation  # type: ignore[attr-defined]  # set by the middleware
        return organisation

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the organisation counts days and months."""
        return ZoneInfo(self.organisation.zone)

    def body(self, kind: type[S]) -> S:
        """Return the body as this struct (with ``forbid_unknown_fields=True``); InvalidInput names every fault."""
        return bodies.read(self.request.data, kind)

    def no_body(self) -> None:
        """Refuse a body that says anything: the address says it all."""
        if self.request._request.body:
            self.body(NoBody)

    def query(self, kind: type[S]) -> S:
        """Return the query parameters as this struct, numbers read from text; paging's own are left out."""
        given = {k: v for k, v in self.request.query_params.items() if k not in ("limit", "cursor")}
        unusable = [name for name, text in given.items() if "\x00" in text]
        if unusable:
            raise InvalidInput([FieldError(f"/{name}", "malformed", "No text holds U+0000.") for name in unusable])
        return bodies.read(given, kind, strict=False)

    def expect(self, revision: int) -> None:
        """Compare If-Match with the object's revision; raises IfMatchMissing (428) or Changed (412)."""
        wanted = self.request.headers.get("If-Match", "").strip()
        if not wanted:
            raise IfMatchMissing("Send If-Match with the ETag that you read.")
        if wanted != "*" and etag(revision) not in [part.strip().removeprefix("W/") for part in wanted.split(",")]:
            raise Changed("This was changed meanwhile. Read it again, then decide.", etag=etag(revision))


def etag(revision: int) -> str:
    """Return the entity tag of this revision of an object."""
    return f'"{revision}"'


def answer(data: Any, *, status: int = 200, revision: int | None = None, location: str = "") -> Response:
    """Return a JSON answer; ``revision`` becomes the ETag, ``location`` names what was created."""
    headers = {"ETag": etag(revision)} if revision is not None else {}
    if location:
        headers["Location"] = location
    return Response(data, status=status, headers=headers)


def _rates_of(request: Request) -> dict[str, int]:
    """Return under which names a call is counted, with their limits: its address, and its key where it has one."""
    by_address = {f"address:{client_address(request._request)}": settings.RATE_PER_ADDRESS}
    key: Key | None = request.auth  # type: ignore[assignment]  # by KeyAuthentication
    return by_address | ({f"key:{key.public_id}": settings.RATE_PER_KEY} if key else {})


def limit_rates(limits: Mapping[str, int]) -> None:
    """Count a call under each of these names; raises Throttled past one of the limits."""
    found = rate_limit.allow_each({f"api:{name}": limit for name, limit in limits.items()}, per_seconds=RATE_SECONDS)
    waits = [verdict.retry_after_seconds for verdict in found.values() if not verdict.allowed]
    if waits:
        raise drf.Throttled(wait=max(waits))


def limit_body(request: HttpRequest, limit: int) -> None:
    """Refuse a body larger than this operation reads, or packed, before it is read."""
    length = int(request.META.get("CONTENT_LENGTH") or "0")
    if length > limit:
        raise BodyTooLarge(f"The body is larger than {limit // 1024} KB.")
    packed = str(request.META.get("HTTP_CONTENT_ENCODING", "identity")).strip().lower()
    if length and packed != "identity":
        raise BodyPacked("Send the body as it is, without Content-Encoding.")


def _idempotent(handler: Handler) -> Handler:
    @wraps(handler)
    def post(view: KeyView, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return handler(view, request, *args, **kwargs)
        record = idempotency.begin(
            key=key, credential=view.key.public_id, route=request.path, body=request._request.body, at=view.at
        )
        if record.status is not None:
            return replay(record)
        try:
            response = handler(view, request, *args, **kwargs)
        except REFUSALS:
            idempotency.drop(record)
            raise
        return keep(record, response)

    return post


def keep(record: IdempotencyRecord, response: Response | HttpResponse) -> Response | HttpResponse:
    """Store the answer with its record and return it; an answer that refuses is not stored."""
    if response.status_code >= 400:
        idempotency.drop(record)
        return response
    raw = msgspec.json.encode(response.data, enc_hook=str) if isinstance(response, Response) else response.content
    headers = {name: response.headers[name] for name in REPLAYED_HEADERS if name in response.headers}
    idempotency.finish(record, status=response.status_code, text=raw.decode(), headers=headers)
    return response


def replay(record: IdempotencyRecord) -> HttpResponse:
    """Return the first answer again, letter by letter."""
    response = HttpResponse(record.response or "", status=record.status, content_type="application/json")
    for name, value in record.headers.items():
        response.headers[name] = value
    response.headers["Idempotent-Replayed"] = "true"
    return response
