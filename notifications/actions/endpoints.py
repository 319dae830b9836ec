"""Endpoints: machines outside that are told what happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from notifications.models import Delivery, Endpoint
from notifications.payloads import TYPES
from notifications.signing import new_secret
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from smarketing.lib.outbound import AddressRefused, check_address
from smarketing.lib.sealing import seal, unseal
from tenants.models import Membership

# So long a receiver may go on checking with the secret before.
BOTH_SECRETS_FOR = timedelta(hours=24)
MOST_ENDPOINTS = 20


class EndpointRemoved(DomainError):
    """It is not there any more."""

    code = "endpoint_removed"


class EndpointNotActive(DomainError):
    """Only a working endpoint can be paused or tried."""

    code = "endpoint_not_active"


class EndpointActive(DomainError):
    """It works already."""

    code = "endpoint_active"


class TooManyEndpoints(DomainError):
    """An organisation has so many at most."""

    code = "too_many_endpoints"


class NoSecret(DomainError):
    """Chat channels are not signed; their address is the secret."""

    code = "no_secret"


@dataclass(frozen=True)
class NewEndpoint:
    """An endpoint with its secret, which is shown once."""

    endpoint: Endpoint
    secret: str


@transaction.atomic
def create_endpoint(
    *, kind: str, name: str, url: str, types: Sequence[str], by: Membership, at: datetime
) -> NewEndpoint:
    """Make an endpoint that is told of ``types`` (none: of all) from now on.

    Raises InvalidInput for an address that is not public or a type that does not exist, TooManyEndpoints.
    """
    _check(url=url, types=types)
    if Endpoint.objects.exclude(state=Endpoint.State.REMOVED).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints(_("There are %(n)d endpoints; remove one first.") % {"n": MOST_ENDPOINTS})
    secret = new_secret() if kind == Endpoint.Kind.WEBHOOK else ""
    endpoint = Endpoint.objects.create(
        kind=kind,
        name=name,
        sealed_url=seal(url),
        shown_url=_shown(kind, url),
        types=sorted(set(types)),
        sealed_secret=seal(secret) if secret else "",
        created_at=at,
        created_by=by,
    )
    record("endpoint.created", endpoint, by=by, at=at, data={"kind": kind, "types": endpoint.types})
    return NewEndpoint(endpoint, secret)


@transaction.atomic
def change_endpoint(
    endpoint: Endpoint, *, name: str, types: Sequence[str], by: Membership, at: datetime, url: str = ""
) -> Endpoint:
    """Change how an endpoint is called and what it is told; an empty ``url`` leaves the address as it is."""
    _check(url=url or None, types=types)
    endpoint = _locked(endpoint)
    address = {"sealed_url": seal(url), "shown_url": _shown(endpoint.kind, url)} if url else {}
    _change(endpoint, name=name, types=sorted(set(types)), **address)
    data = {"kind": endpoint.kind, "types": sorted(set(types)), "address_changed": bool(url)}
    record("endpoint.changed", endpoint, by=by, at=at, data=data)
    return endpoint


@transaction.atomic
def pause_endpoint(endpoint: Endpoint, *, by: Membership, at: datetime) -> Endpoint:
    """Keep what is said to an endpoint until it goes on. Raises EndpointNotActive."""
    endpoint = _locked(endpoint)
    if endpoint.state != Endpoint.State.ACTIVE:
        raise EndpointNotActive(_("This endpoint is not working; there is nothing to pause."))
    _change(endpoint, state=Endpoint.State.PAUSED)
    Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING).update(state=Delivery.State.HELD)
    record("endpoint.paused", endpoint, by=by, at=at)
    return endpoint


@transaction.atomic
def resume_endpoint(endpoint: Endpoint, *, by: Membership, at: datetime) -> Endpoint:
    """Let an endpoint that was paused or switched off work again; what was held leaves now. Raises EndpointActive."""
    endpoint = _locked(endpoint)
    if endpoint.state == Endpoint.State.ACTIVE:
        raise EndpointActive(_("This endpoint works already."))
    _change(endpoint, state=Endpoint.State.ACTIVE, failing_since=None, disabled_because="")
    held = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.HELD)
    held.update(state=Delivery.State.WAITING, available_at=at)
    record("endpoint.resumed", endpoint, by=by, at=at)
    return endpoint


@transaction.atomic
def remove_endpoint(endpoint: Endpoint, *, by: Membership, at: datetime) -> Endpoint:
    """Tell an endpoint nothing any more; its log stays until its time is over. Secret and address are forgotten."""
    endpoint = _locked(endpoint)
    open_ones = Delivery.objects.filter(endpoint=endpoint, state__in=[Delivery.State.WAITING, Delivery.State.HELD])
    open_ones.update(state=Delivery.State.FAILED, error="The endpoint was removed.")
    nothing = seal("")
    kept = {"sealed_secret": nothing} if endpoint.sealed_secret else {}
    _change(endpoint, state=Endpoint.State.REMOVED, sealed_url=nothing, sealed_old_secret="", **kept)
    record("endpoint.removed", endpoint, by=by, at=at)
    return endpoint


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, by: Membership, at: datetime) -> NewEndpoint:
    """Give an endpoint a new secret; for a day every message is signed with the old one, too. Raises NoSecret."""
    endpoint = _locked(endpoint)
    if not endpoint.sealed_secret:
        raise NoSecret(_("A chat channel has no secret of its own: change its address instead."))
    secret = new_secret()
    _change(
        endpoint,
        sealed_secret=seal(secret),
        sealed_old_secret=endpoint.sealed_secret,
        old_secret_until=at + BOTH_SECRETS_FOR,
    )
    record("endpoint.rotated", endpoint, by=by, at=at)
    return NewEndpoint(endpoint, secret)


def secrets_of(endpoint: Endpoint, *, at: datetime) -> list[str]:
    """Return the secrets to sign with: the newest first, and the one before while it still counts."""
    found = [endpoint.sealed_secret]
    if endpoint.sealed_old_secret and endpoint.old_secret_until and at < endpoint.old_secret_until:
        found.append(endpoint.sealed_old_secret)
    return [unseal(sealed) for sealed in found]


def _locked(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, locked. Raises EndpointRemoved."""
    endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    if endpoint.state == Endpoint.State.REMOVED:
        raise EndpointRemoved(_("This endpoint was removed."))
    return endpoint


def _change(endpoint: Endpoint, **fields: object) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(revision=F("revision") + 1, **fields)
    endpoint.refresh_from_db()


def _check(*, url: str | None, types: Sequence[str]) -> None:
    faults = []
    if url is not None and (why := _refusal(url)):
        faults.append(FieldError("/url", "address_refused", why))
    unknown = sorted(set(types) - set(TYPES))
    if unknown:
        faults.append(FieldError("/types", "unknown_value", f"There is no type {unknown[0]}."))
    if faults:
        raise InvalidInput(faults)


def _refusal(url: str) -> str:
    """Say why nothing can be posted there; empty when it can. Where a name leads is checked at every post."""
    try:
        check_address(url)
    except AddressRefused as error:
        return str(error)
    return ""


def _shown(kind: str, url: str) -> str:
    if kind == Endpoint.Kind.WEBHOOK:
        return url
    return f"https://{urlsplit(url).hostname}/…{url[-4:]}"
