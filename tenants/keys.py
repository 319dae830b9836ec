"""Keys of REST clients: how they look, how they are made, how one proves itself."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from tenants.access import organisation_id_of
from tenants.digests import digest
from tenants.models import Key, Membership

SCOPES = (
    "leads:write",
    "leads:read",
    "handovers:write",
    "sla:read",
    "sla:write",
    "cases:write",
    "reports:read",
    "webhooks:manage",
    "privacy:manage",
)


@dataclass(frozen=True)
class KeyIdentity:
    """Who stands behind a secret key."""

    key: Key
    membership: Membership


def new_public_id() -> str:
    """Return a public id: 16 characters, 80 bits, nothing about the organisation."""
    return secrets.token_hex(8)


def new_secret() -> str:
    """Return the secret part: 43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def invitation_secret(public_id: str) -> str:
    """Return the secret part of an invitation's link."""
    return linked_secret("invitation", public_id)


def linked_secret(purpose: str, public_id: str) -> str:
    """Return the secret part of a link, made from SECRET_KEY: the mail that follows can name it again."""
    made = hmac.new(settings.SECRET_KEY.encode(), f"{purpose}:{public_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def invitation_path(public_id: str) -> str:
    """Return the path of an invitation's link."""
    return f"/invite/{public_id}-{invitation_secret(public_id)}/"


def split(raw: str) -> tuple[str, str] | None:
    """Return (public id, secret) of a secret key's text, or None when it does not have the form."""
    parts = raw.split("_", 3)
    if len(parts) != 4 or parts[0] != "sk" or parts[1] != "live" or not parts[2].isalnum():
        return None
    return parts[2], parts[3]


def organisation_of_key(raw: str) -> int | None:
    """Return the id of the organisation that a secret key names, whether it is right or not; None for other text."""
    parts = split(raw)
    return organisation_id_of(parts[0]) if parts else None


def authenticate(raw: str, *, at: datetime) -> KeyIdentity | None:
    """Return the identity behind a secret key, or None: wrong, revoked, expired, member gone.

    Inside the scope of the organisation that it names.
    """
    parts = split(raw)
    if parts is None:
        return None
    key = Key.objects.select_related("acts_for").filter(public_id=parts[0], kind=Key.Kind.SECRET).first()
    if key is None or not hmac.compare_digest(key.secret_hash, digest(parts[1])) or not key.works_at(at):
        return None
    member = key.acts_for
    if member is None or not member.is_active:
        return None
    note_use(key, at=at)
    return KeyIdentity(key, member)


def note_use(key: Key, *, at: datetime) -> None:
    """Remember when a key was last used."""
    if is_use_unnoted(key, at=at):
        Key.objects.filter(pk=key.pk).update(last_used_at=at)


def is_use_unnoted(key: Key, *, at: datetime) -> bool:
    """Tell whether a use at this moment has to be noted: once a minute is enough, and spares every request a write."""
    return key.last_used_at is None or (at - key.last_used_at).total_seconds() >= 60
