"""How clients read endpoints and messages."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from notifications.models import Delivery, Endpoint
from notifications.queries.endpoints import AttemptRow

Moment = Annotated[datetime, Meta(tz=True)]


def endpoint_row(endpoint: Endpoint) -> dict[str, Any]:
    """Return an endpoint; of a chat channel's address only what may be shown."""
    return {
        "id": endpoint.pk,
        "kind": endpoint.kind,
        "name": endpoint.name,
        "url": endpoint.shown_url,
        "types": endpoint.types or None,
        "state": endpoint.state,
        "disabled_because": endpoint.disabled_because or None,
        "failing_since": endpoint.failing_since,
        "old_secret_until": endpoint.old_secret_until,
        "created_at": endpoint.created_at,
    }


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """Return a message without its body."""
    open_ = delivery.state == Delivery.State.WAITING
    return {
        "id": delivery.pk,
        "endpoint": delivery.endpoint_id,
        "message_id": delivery.message_id,
        "type": delivery.type,
        "event": delivery.event_id,
        "state": delivery.state,
        "attempts_in_series": delivery.attempts,
        "created_at": delivery.created_at,
        "next_attempt_at": delivery.available_at if open_ else None,
        "delivered_at": delivery.delivered_at,
        "last_status": delivery.last_status,
        "error": delivery.error or None,
    }


def attempt_row(attempt: AttemptRow) -> dict[str, Any]:
    """Return one try."""
    return {
        "number": attempt.number,
        "at": attempt.at,
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "response": attempt.response,
        "error": attempt.error or None,
    }
