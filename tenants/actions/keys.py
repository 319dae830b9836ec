"""Credentials of clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError
from tenants.digests import digest
from tenants.keys import SCOPES, new_public_id, new_secret
from tenants.models import Directory, Key, Membership


class ScopeUnknown(DomainError):
    """A key can only be given scopes that exist."""

    code = "scope_unknown"


@dataclass(frozen=True)
class NewKey:
    """A key and its full text, which is shown once and stored nowhere."""

    key: Key
    text: str


def create_key(
    *,
    name: str,
    scopes: Sequence[str],
    acts_for: Membership,
    by: Membership,
    at: datetime,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a secret key that acts for a member; its text is returned once and stored nowhere.

    Raises ScopeUnknown for a scope that does not exist.
    """
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ScopeUnknown(_("Choose at least one scope from the list."))
    secret = new_secret()
    key = _insert_key(
        kind=Key.Kind.SECRET, name=name, scopes=sorted(scopes), acts_for=acts_for, secret_hash=digest(secret),
        by=by, at=at, expires_at=expires_at,
    )  # fmt: skip
    return NewKey(key, f"sk_live_{key.public_id}_{secret}")


def create_form_key(*, name: str, allowed_origins: Sequence[str], by: Membership, at: datetime) -> NewKey:
    """Make a public form key that may only create submissions from its origins."""
    key = _insert_key(
        kind=Key.Kind.FORM, name=name, allowed_origins=list(allowed_origins), by=by, at=at, expires_at=None
    )
    return NewKey(key, f"fk_{key.public_id}")


def _insert_key(*, by: Membership, at: datetime, **fields: object) -> Key:
    key = Key.objects.create(public_id=new_public_id(), created_by=by, created_at=at, **fields)
    Directory.objects.create(public_id=key.public_id, organisation_id=key.organisation_id)
    record("key.created", key, by=by, at=at, data={"kind": key.kind, "scopes": key.scopes})
    return key


def revoke_key(key: Key, *, by: Membership, at: datetime) -> None:
    """End a key at once; ending it twice changes nothing."""
    if Key.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        record("key.revoked", key, by=by, at=at)
