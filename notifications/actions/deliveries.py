"""Messages for machines: made once per event and endpoint, tried, replayed, blanked, forgotten."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from events.models import Event
from notifications.actions.endpoints import EndpointNotActive
from notifications.actions.telling import path_of
from notifications.announcing import announcement
from notifications.models import Delivery, DeliveryAttempt, Endpoint
from notifications.payloads import TEST, Fact, payload, trial_payload
from smarketing.lib.errors import DomainError
from smarketing.lib.scope import current_organisation_id
from smarketing.lib.tenancy import new_ids
from tenants.models import Membership, Organisation

KEEP_FOR = timedelta(days=30)
MOST_REPLAYED = 10_000
FORGOTTEN_AT_ONCE = 20_000

_OPEN = (Delivery.State.WAITING, Delivery.State.HELD)

# Which page of the product a chat message leads to.
_PAGES = {"case": "case", "target": "targets", "month": "months", "agreement": "agreement"}


class DeliveryOnItsWay(DomainError):
    """It has not ended yet; there is nothing to repeat."""

    code = "delivery_on_its_way"


def tell_machines(event: Event) -> None:
    """Put a message about an event on its way to every endpoint that wants it; a second call makes none."""
    tell_machines_of_many([event])


@transaction.atomic
def tell_machines_of_many(events: Sequence[Event]) -> None:
    """Put messages about several events on their way, in their order, as tell_machines would one by one."""
    endpoints = list(Endpoint.objects.filter(state__in=[Endpoint.State.ACTIVE, Endpoint.State.PAUSED]))
    wanted = [(event, endpoint) for event in events for endpoint in endpoints if endpoint.wants(event.kind)]
    if not wanted:
        return
    organisation = _organisation()
    bodies = {event.pk: _bodies(event, organisation) for event in {event for event, _endpoint in wanted}}
    told = [(event, endpoint) for event, endpoint in wanted if bodies[event.pk]]
    rows = [
        _delivery(row_id, endpoint, bodies[event.pk][endpoint.kind], event.kind, organisation, at=event.at, event=event)
        for row_id, (event, endpoint) in zip(new_ids(len(told)), told, strict=True)
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def _bodies(event: Event, organisation: Organisation) -> dict[str, str]:
    """Return what each kind of endpoint is sent about an event; nothing where machines are told nothing."""
    fact = Fact(
        str(event.pk),
        event.kind,
        str(event.subject_id),
        str(event.thread_id) if event.thread_id else None,
        _iso(event.at),
        event.data,
    )
    told = payload(fact, organisation=organisation.slug)
    if told is None:
        return {}
    return {Endpoint.Kind.WEBHOOK: _json(told), Endpoint.Kind.SLACK: _chat_body(event, organisation)}


@transaction.atomic
def send_trial(endpoint: Endpoint, *, by: Membership, at: datetime) -> Delivery:
    """Put a message on its way that tries whether an endpoint works. Raises EndpointNotActive."""
    if endpoint.state != Endpoint.State.ACTIVE:
        raise EndpointNotActive(_("This endpoint is not working. Let it go on first."))
    organisation = _organisation()
    if endpoint.kind == Endpoint.Kind.SLACK:
        words = _("It works: notices of %(organisation)s will appear here.") % {"organisation": organisation.name}
        body = _json({"text": words})
    else:
        body = _json(trial_payload(at=_iso(at), organisation=organisation.slug))
    [row_id] = new_ids(1)
    delivery = _delivery(row_id, endpoint, body, TEST, organisation, at=at)
    delivery.save(force_insert=True)
    record("endpoint.tried", endpoint, by=by, at=at, data={"delivery": str(delivery.pk)})
    return delivery


@transaction.atomic
def replay_delivery(delivery: Delivery, *, by: Membership, at: datetime) -> Delivery:
    """Send a message that has ended once more, with the same id and body. Raises DeliveryOnItsWay."""
    ended = Delivery.objects.filter(pk=delivery.pk).exclude(state__in=_OPEN)
    state = _state_for(Endpoint.objects.get(pk=delivery.endpoint_id), _organisation())
    if not ended.update(state=state, attempts=0, available_at=at, error=""):
        raise DeliveryOnItsWay(_("This message is still on its way."))
    delivery.refresh_from_db()
    record("endpoint.replayed", delivery, by=by, at=at, data={"count": 1})
    return delivery


@transaction.atomic
def replay_range(
    endpoint: Endpoint, *, since: datetime, until: datetime, failed_only: bool, by: Membership, at: datetime
) -> int:
    """Send the messages of a time (from ``since``, before ``until``) once more, oldest first; return how many."""
    state = _state_for(endpoint, _organisation())
    rows = Delivery.objects.filter(endpoint=endpoint, created_at__gte=since, created_at__lt=until)
    rows = rows.filter(state=Delivery.State.FAILED) if failed_only else rows.exclude(state__in=_OPEN)
    chosen = list(rows.order_by("created_at", "id").values_list("pk", flat=True)[:MOST_REPLAYED])
    count = Delivery.objects.filter(pk__in=chosen).update(state=state, attempts=0, available_at=at, error="")
    record("endpoint.replayed", endpoint, by=by, at=at, data={"count": count})
    return count


def blank_answers(event: Event) -> None:
    """Blank what receivers answered about a person who was erased; our own messages hold no personal values."""
    about = Delivery.objects.filter(thread_id=event.thread_id).values("pk")
    DeliveryAttempt.objects.filter(delivery__in=about).exclude(response="").update(response="")


def forget_deliveries(at: datetime) -> int:
    """Forget messages that have ended and are older than they are kept; return how many."""
    old = Delivery.objects.filter(created_at__lt=at - KEEP_FOR).exclude(state__in=_OPEN)
    ids: list[UUID] = list(old.order_by("created_at").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    DeliveryAttempt.objects.filter(delivery__in=ids).delete()
    Delivery.objects.filter(pk__in=ids).delete()
    return len(ids)


def _delivery(
    row_id: UUID,
    endpoint: Endpoint,
    body: str,
    kind: str,
    organisation: Organisation,
    *,
    at: datetime,
    event: Event | None = None,
) -> Delivery:
    return Delivery(
        id=row_id,
        endpoint=endpoint,
        event=event,
        thread_id=event.thread_id if event is not None else None,
        type=kind,
        message_id=f"msg_{row_id.hex}",
        body=body,
        state=_state_for(endpoint, organisation),
        created_at=at,
        available_at=at,
    )


def _state_for(endpoint: Endpoint, organisation: Organisation) -> str:
    """Return how a new message for this endpoint begins."""
    if organisation.muted:
        return Delivery.State.MUTED
    if endpoint.state == Endpoint.State.ACTIVE:
        return Delivery.State.WAITING
    if endpoint.state == Endpoint.State.PAUSED:
        return Delivery.State.HELD
    raise EndpointNotActive(_("This endpoint is not working. Let it go on first."))


def _chat_body(event: Event, organisation: Organisation) -> str:
    text = announcement(event.kind, event.data, ZoneInfo(organisation.zone)) or event.kind
    page = _PAGES.get(event.kind.partition(".")[0], "lead")
    return _json({"text": f"{text} <{settings.BASE_URL}{path_of(page, event, organisation)}|{_('Open')}>"})


def _organisation() -> Organisation:
    return Organisation.objects.get(pk=current_organisation_id())


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
