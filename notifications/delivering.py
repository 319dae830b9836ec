"""Messages for machines on their way: claimed, posted outside any transaction, noted.

# Note [One dead address delays nobody]
The posts of a batch run beside each other and end with their time-out. An address that did not answer gets one message
at its next try; what else waits for it is moved behind that moment, so that a backlog is not in the way of the others.
"""

import logging
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db import connections, transaction
from django.db.models import F

from events.actions import record
from notifications import retrying
from notifications.actions import secrets_of
from notifications.models import Delivery, DeliveryAttempt, Endpoint
from notifications.signing import signed_headers
from smarketing.lib import outbound
from smarketing.lib.scope import tenant_scope
from smarketing.lib.sealing import unseal

log = logging.getLogger(__name__)

# A worker that dies with a message in its hands gives it back after this long: longer than a post may take.
LEASE = timedelta(seconds=60)
BATCH = 32
PER_ENDPOINT = 4
_jitter = random.SystemRandom().random

WAITING = """
select organisation_id, id from (
  select organisation_id, id, available_at,
         row_number() over (partition by organisation_id, endpoint_id order by available_at, id) as number
  from (
    select organisation_id, id, endpoint_id, available_at from notifications_delivery
    where state = 'waiting' and available_at <= %(at)s order by available_at limit 1000
  ) oldest
) ranked
where number <= %(each)s order by available_at limit %(limit)s
"""


@dataclass(frozen=True)
class Parcel:
    """One message in this worker's hands."""

    organisation_id: int
    delivery_id: UUID
    endpoint_id: UUID
    attempts: int
    url: str
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What came of a post."""

    milliseconds: int
    status: int | None = None
    response: str = ""
    error: str = ""
    wish: timedelta | None = None


def deliver_waiting(*, at: datetime, limit: int = BATCH, jitter: Callable[[], float] = _jitter) -> int:
    """Send up to ``limit`` waiting messages of all organisations; return how many were tried."""
    parcels = [parcel for row in _waiting(at=at, limit=limit) if (parcel := claim(*row, at=at)) is not None]
    if not parcels:
        return 0
    with ThreadPoolExecutor(max_workers=len(parcels)) as pool:
        outcomes = list(pool.map(lambda parcel: _post(parcel, at=at), parcels))
    for parcel, outcome in zip(parcels, outcomes, strict=True):
        note(parcel, outcome, at=at, jitter=jitter())
    return len(parcels)


def is_any_waiting(*, at: datetime) -> bool:
    """Tell whether a message of any organisation may go now."""
    return bool(_waiting(at=at, limit=1))


def _waiting(*, at: datetime, limit: int) -> list[tuple[int, UUID]]:
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(WAITING, {"at": at, "limit": limit, "each": PER_ENDPOINT})
        return list(cursor.fetchall())


def claim(organisation_id: int, delivery_id: UUID, *, at: datetime) -> Parcel | None:
    """Take a message for this worker, signed for this attempt; None when another one has it or it may not leave."""
    with tenant_scope(organisation_id):
        mine = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.WAITING, available_at__lte=at)
        if not mine.update(available_at=at + LEASE, attempts=F("attempts") + 1):
            return None
        delivery = Delivery.objects.select_related("endpoint").get(pk=delivery_id)
        endpoint = delivery.endpoint
        headers = {"content-type": "application/json", "user-agent": "Smarketing-Webhooks/1"}
        if endpoint.kind == Endpoint.Kind.WEBHOOK:
            headers |= signed_headers(
                secrets_of(endpoint, at=at), message_id=delivery.message_id, at=at, body=delivery.body
            )
        return Parcel(
            organisation_id,
            delivery.pk,
            endpoint.pk,
            delivery.attempts,
            unseal(endpoint.sealed_url),
            delivery.body,
            headers,
        )


def _post(parcel: Parcel, *, at: datetime) -> Outcome:
    began = monotonic()
    try:
        answer = outbound.post(parcel.url, parcel.body.encode(), parcel.headers)
    except (outbound.AddressRefused, outbound.Unreachable) as error:
        return Outcome(_since(began), error=str(error))
    wish = retrying.wish_in(answer.headers.get("retry-after"), at=at)
    why = "" if 200 <= answer.status < 300 else f"The server answered {answer.status}."
    return Outcome(_since(began), status=answer.status, response=answer.text, error=why, wish=wish)


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)


def note(parcel: Parcel, outcome: Outcome, *, at: datetime, jitter: float) -> None:
    """Write down what came of an attempt, and what follows for the message and its endpoint."""
    verdict = retrying.judge(attempts=parcel.attempts, status=outcome.status, wish=outcome.wish, jitter=jitter)
    with tenant_scope(parcel.organisation_id):
        # The endpoint first: whoever pauses it meanwhile waits, or finds its messages as they are.
        endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=parcel.endpoint_id)
        DeliveryAttempt.objects.create(
            delivery_id=parcel.delivery_id,
            at=at,
            status=outcome.status,
            milliseconds=outcome.milliseconds,
            response=outcome.response,
            error=outcome.error,
        )
        _settle(parcel, outcome, verdict, at=at)
        _follow(endpoint, outcome, verdict, at=at)


def _settle(parcel: Parcel, outcome: Outcome, verdict: retrying.Verdict, *, at: datetime) -> None:
    mine = Delivery.objects.filter(pk=parcel.delivery_id)
    mine.update(last_status=outcome.status, error=outcome.error)
    if verdict.arrived:
        mine.update(state=Delivery.State.DELIVERED, delivered_at=at)
        return
    open_ones = mine.filter(state__in=[Delivery.State.WAITING, Delivery.State.HELD], attempts=parcel.attempts)
    if verdict.pause is None:
        open_ones.update(state=Delivery.State.FAILED)
    else:
        open_ones.update(available_at=at + verdict.pause)


def _follow(endpoint: Endpoint, outcome: Outcome, verdict: retrying.Verdict, *, at: datetime) -> None:
    """Let the endpoint bear what happened: a success heals it, days of failure switch it off."""
    row = Endpoint.objects.filter(pk=endpoint.pk)
    if verdict.arrived:
        row.filter(failing_since__isnull=False).update(failing_since=None)
        return
    since = endpoint.failing_since or at
    row.filter(failing_since=None).update(failing_since=at)
    if verdict.gone or at - since >= retrying.DISABLE_AFTER:
        _disable(endpoint, "gone" if verdict.gone else "failing", at=at)
    elif outcome.status is None and verdict.pause is not None:
        # See Note [One dead address delays nobody].
        rest = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING, available_at__lte=at)
        rest.update(available_at=at + verdict.pause + timedelta(seconds=1))


def _disable(endpoint: Endpoint, reason: str, *, at: datetime) -> None:
    switched = Endpoint.objects.filter(pk=endpoint.pk, state__in=[Endpoint.State.ACTIVE, Endpoint.State.PAUSED]).update(
        state=Endpoint.State.DISABLED, disabled_because=reason, revision=F("revision") + 1
    )
    if not switched:
        return
    with transaction.atomic():
        open_ones = Delivery.objects.filter(endpoint=endpoint, state__in=[Delivery.State.WAITING, Delivery.State.HELD])
        open_ones.update(state=Delivery.State.FAILED, error="The endpoint was switched off.")
        data = {"reason": reason, "kind": endpoint.kind, "endpoint": str(endpoint.pk)}
        record("endpoint.disabled", endpoint, by=None, at=at, data=data)
    log.warning("Endpoint %s was switched off: %s", endpoint.pk, reason)
