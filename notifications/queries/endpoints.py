"""Reading endpoints and what became of their messages."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from notifications.models import Delivery, DeliveryAttempt, Endpoint
from notifications.words import DELIVERY_STATES, DISABLED_BECAUSE, ENDPOINT_KINDS, ENDPOINT_STATES, type_label


@dataclass(frozen=True)
class EndpointRow:
    """One endpoint as pages show it."""

    id: UUID
    kind: str
    kind_label: str
    name: str
    url: str
    types: list[tuple[str, str]]
    state: str
    state_label: str
    tone: str
    because: str
    failing_since: datetime | None
    old_secret_until: datetime | None
    last_at: datetime | None
    last_label: str
    last_tone: str


@dataclass(frozen=True)
class DeliveryRow:
    """One message in the log."""

    id: UUID
    type: str
    label: str
    state: str
    state_label: str
    tone: str
    created_at: datetime
    attempts: int
    status: int | None
    error: str
    next_at: datetime | None
    ended: bool


@dataclass(frozen=True)
class AttemptRow:
    """One try of a message."""

    number: int
    at: datetime
    status: int | None
    milliseconds: int
    response: str
    error: str


def endpoints() -> "QuerySet[Endpoint]":
    """Return the endpoints that there are."""
    return Endpoint.objects.exclude(state=Endpoint.State.REMOVED)


def endpoint_rows() -> list[EndpointRow]:
    """Return the endpoints with what became of their newest message, in one query."""
    newest = Delivery.objects.filter(endpoint=OuterRef("pk")).order_by("-id")
    rows = endpoints().annotate(
        last_at=Subquery(newest.values("created_at")[:1]), last_state=Subquery(newest.values("state")[:1])
    )
    return [_endpoint_row(row, row.last_at, row.last_state) for row in rows.order_by("name", "id")]


def endpoint_row(endpoint: Endpoint) -> EndpointRow:
    """Return one endpoint for its own page."""
    last = Delivery.objects.filter(endpoint=endpoint).order_by("-id").values_list("created_at", "state").first()
    return _endpoint_row(endpoint, *(last or (None, None)))


def _endpoint_row(row: Endpoint, last_at: datetime | None, last_state: str | None) -> EndpointRow:
    label, tone = ENDPOINT_STATES[row.state]
    last_label, last_tone = DELIVERY_STATES[last_state] if last_state else ("", "")
    return EndpointRow(
        id=row.pk,
        kind=row.kind,
        kind_label=str(ENDPOINT_KINDS[row.kind]),
        name=row.name,
        url=row.shown_url,
        types=[(kind, type_label(kind)) for kind in row.types],
        state=row.state,
        state_label=str(label),
        tone=tone,
        because=str(DISABLED_BECAUSE.get(row.disabled_because, "")),
        failing_since=row.failing_since,
        old_secret_until=row.old_secret_until,
        last_at=last_at,
        last_label=str(last_label),
        last_tone=last_tone,
    )


def deliveries_of(endpoint: Endpoint, *, state: str = "", kind: str = "") -> "QuerySet[Delivery]":
    """Return an endpoint's messages, those of one state or type."""
    rows = Delivery.objects.filter(endpoint=endpoint)
    if state:
        rows = rows.filter(state=state)
    return rows.filter(type=kind) if kind else rows


def delivery_row(row: Delivery) -> DeliveryRow:
    """Return one message for a list."""
    label, tone = DELIVERY_STATES[row.state]
    waiting = row.state == Delivery.State.WAITING
    return DeliveryRow(
        id=row.pk,
        type=row.type,
        label=type_label(row.type),
        state=row.state,
        state_label=str(label),
        tone=tone,
        created_at=row.created_at,
        attempts=row.attempts,
        status=row.last_status,
        error=row.error,
        next_at=row.available_at if waiting and row.attempts else None,
        ended=row.state not in (Delivery.State.WAITING, Delivery.State.HELD),
    )


def attempts_of(delivery: Delivery) -> list[AttemptRow]:
    """Return the tries of a message, the newest first."""
    rows = list(DeliveryAttempt.objects.filter(delivery=delivery).order_by(F("at").desc(), "-id")[:100])
    return [
        AttemptRow(len(rows) - index, row.at, row.status, row.milliseconds, row.response, row.error)
        for index, row in enumerate(rows)
    ]


def readable(body: str) -> str:
    """Return a body with line breaks, for people."""
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
