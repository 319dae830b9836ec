"""Endpoints for REST clients."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import access, actions, answers, queries
from notifications.api.shapes import Moment, attempt_row, delivery_row, endpoint_row
from notifications.models import Delivery, Endpoint
from smarketing.lib.errors import FieldError, InvalidInput
from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants.access import require
from tenants.rest import KeyView, NoBody, answer
from tenants.roles import Role

Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"\S")]
Url = Annotated[str, Meta(min_length=1, max_length=2000)]
Types = Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=100)]

SCOPE = "webhooks:manage"
READ = (401, 403, 404)
WRITE = (400, 401, 403, 404, 409, 422)


class EndpointBody(Struct, forbid_unknown_fields=True):
    """Where messages go, and which; without types it is told of everything."""

    name: Name
    url: Url
    kind: Literal["webhook", "slack"] = "webhook"
    types: Types = []


class EndpointChange(Struct, forbid_unknown_fields=True):
    """What changes; null stays."""

    name: Name | None = None
    url: Url | None = None
    types: Types | None = None


class ReplayBody(Struct, forbid_unknown_fields=True):
    """The messages made from ``since`` on and before ``until``; those that failed, or all that have ended."""

    since: Moment
    until: Moment
    state: Literal["failed", "all"] = "failed"


class DeliveryFilter(Struct, forbid_unknown_fields=True):
    """Of which state and type."""

    state: Literal["", "waiting", "held", "delivered", "failed", "muted"] = ""
    type: Annotated[str, Meta(max_length=60)] = ""


class Endpoints(KeyView):
    """Who is told what happens."""

    scopes: ClassVar = {"GET": SCOPE, "POST": SCOPE}

    @operation(
        "List endpoints",
        gives=Page[answers.Endpoint],
        answers={200: "Endpoints, newest first."},
        problems=(401, 403, 422),
    )
    def get(self, request: Request) -> Response:
        require(self.member, *access.READERS)
        return answer(page(request, queries.endpoints(), endpoint_row))

    @operation(
        "Make an endpoint",
        gives=answers.Endpoint,
        tagged=True,
        body=EndpointBody,
        answers={201: "The endpoint; read its secret at /secret."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        told = self.body(EndpointBody)
        made = actions.create_endpoint(
            kind=told.kind, name=told.name.strip(), url=told.url, types=told.types, by=self.member, at=self.at
        )
        return _answer(made.endpoint, status=201)


class OneEndpoint(KeyView):
    """One endpoint."""

    scopes: ClassVar = {"GET": SCOPE, "PATCH": SCOPE, "DELETE": SCOPE}

    @operation(
        "Read an endpoint",
        gives=answers.Endpoint,
        tagged=True,
        answers={200: "The endpoint; its ETag is needed to change it."},
        problems=READ,
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        return _answer(access.get_endpoint(self.member, endpoint_id))

    @operation(
        "Change an endpoint",
        gives=answers.Endpoint,
        tagged=True,
        body=EndpointChange,
        answers={200: "The endpoint."},
        problems=(*WRITE, 412, 428),
    )
    def patch(self, request: Request, endpoint_id: UUID) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        told = self.body(EndpointChange)
        endpoint = access.get_endpoint(self.member, endpoint_id)
        self.expect(endpoint.revision)
        changed = actions.change_endpoint(
            endpoint,
            name=endpoint.name if told.name is None else told.name.strip(),
            url=told.url or "",
            types=endpoint.types if told.types is None else told.types,
            by=self.member,
            at=self.at,
        )
        return _answer(changed)

    @operation(
        "Remove an endpoint",
        gives=answers.Endpoint,
        tagged=True,
        answers={200: "The endpoint, removed: nothing is sent there any more."},
        problems=WRITE,
    )
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        endpoint = access.get_endpoint(self.member, endpoint_id)
        return _answer(actions.remove_endpoint(endpoint, by=self.member, at=self.at))


class EndpointSecret(KeyView):
    """What messages are signed with."""

    scopes: ClassVar = {"GET": SCOPE}

    @operation(
        "Read the signing secrets",
        gives=answers.Secrets,
        answers={200: "The newest first; two during a rotation."},
        problems=READ,
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        endpoint = access.get_endpoint(self.member, endpoint_id)
        found = actions.secrets_of(endpoint, at=self.at) if endpoint.sealed_secret else []
        return answer({"secrets": found})


class _Act(KeyView):
    """Something that is done to an endpoint."""

    scopes: ClassVar = {"POST": SCOPE}

    def _endpoint(self, endpoint_id: UUID) -> Endpoint:
        require(self.member, Role.ADMINISTRATOR)
        self.no_body()
        return access.get_endpoint(self.member, endpoint_id)


class EndpointPause(_Act):
    """Keeping messages back."""

    @operation(
        "Pause an endpoint",
        gives=answers.Endpoint,
        tagged=True,
        body=NoBody,
        answers={201: "The endpoint."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        return _answer(actions.pause_endpoint(self._endpoint(endpoint_id), by=self.member, at=self.at), status=201)


class EndpointResumption(_Act):
    """Letting messages go on."""

    @operation(
        "Let an endpoint work again",
        gives=answers.Endpoint,
        tagged=True,
        body=NoBody,
        answers={201: "The endpoint; what was held back leaves."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        return _answer(actions.resume_endpoint(self._endpoint(endpoint_id), by=self.member, at=self.at), status=201)


class EndpointRotation(_Act):
    """A new secret."""

    @operation(
        "Rotate the secret",
        gives=answers.Endpoint,
        tagged=True,
        body=NoBody,
        answers={201: "The endpoint; for 24 hours both secrets sign. Read the new one at /secret."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        made = actions.rotate_secret(self._endpoint(endpoint_id), by=self.member, at=self.at)
        return _answer(made.endpoint, status=201)


class EndpointTrial(_Act):
    """A message to try it."""

    @operation(
        "Send a trial message",
        gives=answers.Delivery,
        body=NoBody,
        answers={202: "The delivery, on its way."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        made = actions.send_trial(self._endpoint(endpoint_id), by=self.member, at=self.at)
        return answer(delivery_row(made), status=202)


class EndpointReplay(KeyView):
    """The messages of a time once more."""

    scopes: ClassVar = {"POST": SCOPE}

    @operation(
        "Replay a range",
        gives=answers.Replayed,
        body=ReplayBody,
        answers={202: "How many are on their way again."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        told = self.body(ReplayBody)
        endpoint = access.get_endpoint(self.member, endpoint_id)
        if told.until <= told.since:
            raise InvalidInput([FieldError("/until", "out_of_range", "A later moment than since.")])
        count = actions.replay_range(
            endpoint,
            since=told.since,
            until=told.until,
            failed_only=told.state == "failed",
            by=self.member,
            at=self.at,
        )
        return answer({"replayed": count}, status=202)


class Deliveries(KeyView):
    """An endpoint's messages."""

    scopes: ClassVar = {"GET": SCOPE}

    @operation(
        "List an endpoint's messages",
        gives=Page[answers.Delivery],
        query=DeliveryFilter,
        answers={200: "Messages, newest first."},
        problems=(*READ, 422),
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = access.get_endpoint(self.member, endpoint_id)
        asked = self.query(DeliveryFilter)
        rows = queries.deliveries_of(endpoint, state=asked.state, kind=asked.type)
        return answer(page(request, rows, delivery_row))


class OneDelivery(KeyView):
    """One message."""

    scopes: ClassVar = {"GET": SCOPE}

    @operation(
        "Read a message with its attempts",
        gives=answers.WholeDelivery,
        answers={200: "The message as it was sent."},
        problems=READ,
    )
    def get(self, request: Request, endpoint_id: UUID, delivery_id: UUID) -> Response:
        found = _delivery(self, endpoint_id, delivery_id)
        attempts = [attempt_row(row) for row in queries.attempts_of(found)]
        return answer({**delivery_row(found), "body": found.body, "attempts": attempts})


class DeliveryReplay(KeyView):
    """One message once more."""

    scopes: ClassVar = {"POST": SCOPE}

    @operation(
        "Replay a message",
        gives=answers.Delivery,
        body=NoBody,
        answers={202: "The message, on its way again."},
        problems=WRITE,
        posts=True,
    )
    def post(self, request: Request, endpoint_id: UUID, delivery_id: UUID) -> Response:
        require(self.member, Role.ADMINISTRATOR)
        self.no_body()
        found = _delivery(self, endpoint_id, delivery_id)
        return answer(delivery_row(actions.replay_delivery(found, by=self.member, at=self.at)), status=202)


def _delivery(view: KeyView, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    endpoint = access.get_endpoint(view.member, endpoint_id)
    return access.get_delivery(view.member, delivery_id, of=endpoint)


def _answer(endpoint: Endpoint, *, status: int = 200) -> Response:
    data: dict[str, Any] = endpoint_row(endpoint)
    location = f"/api/v1/webhook-endpoints/{endpoint.pk}" if status == 201 else ""
    return answer(data, status=status, revision=endpoint.revision, location=location)
