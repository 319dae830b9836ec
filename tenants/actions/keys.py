"""Credentials of clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from events.actions import record
from smarketing.lib.errors import DomainError
from tenants.access import NotYourKey
from tenants.digests import digest
from tenants.keys import SCOPES, new_public_id, new_secret
from tenants.models import Directory, Key, Membership


class ScopeUnknown(DomainError):
    """A key can only be given scopes that exist."""

    code = "scope_unknown"


class KeyNotInUse(DomainError):
    """What has ended, or was replaced already, cannot be replaced."""

    code = "key_not_in_use"


class KeyMayLess(DomainError):
    """A client agrees to no key that may more than its own."""

    code = "key_may_less"


# How long the old key goes on beside the new one, so that a client can change over without a gap.
OVERLAP = timedelta(days=7)


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
    agreed_at: datetime | None = None,
) -> NewKey:
    """Make a secret key that acts for a member; its text is returned once and stored nowhere.

    One that acts for a head or an executive does nothing until they agree, unless they make it themselves.
    Raises ScopeUnknown for a scope that does not exist.
    """
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ScopeUnknown(_("Choose at least one scope from the list."))
    secret = new_secret()
    key = _insert_key(
        kind=Key.Kind.SECRET, name=name, scopes=sorted(scopes), acts_for=acts_for, secret_hash=digest(secret),
        by=by, at=at, expires_at=expires_at, agreed_at=at if by.pk == acts_for.pk else agreed_at,
    )  # fmt: skip
    return NewKey(key, f"sk_live_{key.public_id}_{secret}")


@transaction.atomic
def rotate_key(key: Key, *, by: Membership, at: datetime) -> NewKey:
    """Make a key that may do the same; the old one ends after OVERLAP, or earlier if it would have anyway.

    Raises KeyNotInUse for one that ended or was replaced, and for a form's key, which is no secret.
    """
    old = Key.objects.select_for_update(of=("self",)).select_related("acts_for").get(pk=key.pk)
    replaced = Key.objects.filter(replaces=old, revoked_at=None).exists()
    if old.kind != Key.Kind.SECRET or old.acts_for is None or not old.works_at(at) or replaced:
        raise KeyNotInUse(_("Only a secret key that is in use and was not replaced yet can be replaced."))
    made = create_key(
        name=old.name, scopes=old.scopes, acts_for=old.acts_for, expires_at=old.expires_at, agreed_at=old.agreed_at,
        by=by, at=at,
    )  # fmt: skip
    Key.objects.filter(pk=made.key.pk).update(replaces=old)
    Key.objects.filter(pk=old.pk).update(expires_at=min(old.expires_at or at + OVERLAP, at + OVERLAP))
    record("key.rotated", old, by=by, at=at, data={"by": str(made.key.pk)})
    return made


def change_origins(key: Key, origins: Sequence[str], *, by: Membership, at: datetime) -> None:
    """Let a form's key take posts from these sites and no others."""
    if Key.objects.filter(pk=key.pk, kind=Key.Kind.FORM).update(allowed_origins=list(origins)):
        record("key.origins_changed", key, by=by, at=at, data={"origins": list(origins)})


def create_form_key(*, name: str, allowed_origins: Sequence[str], by: Membership, at: datetime) -> NewKey:
    """Make a public form key that may only create submissions from its origins."""
    key = _insert_key(
        kind=Key.Kind.FORM, name=name, allowed_origins=list(allowed_origins), by=by, at=at, expires_at=None
    )
    return NewKey(key, f"fk_{key.public_id}")


def _insert_key(*, by: Membership, at: datetime, **fields: object) -> Key:
    key = Key.objects.create(public_id=new_public_id(), created_by=by, created_at=at, **fields)
    Directory.objects.create(public_id=key.public_id, organisation_id=key.organisation_id)
    asked = str(key.acts_for_id) if key.awaits_consent else None
    record("key.created", key, by=by, at=at, data={"kind": key.kind, "scopes": key.scopes, "asked": asked})
    return key


@transaction.atomic
def agree_to_key(key: Key, *, by: Membership, at: datetime, through: Key | None = None) -> Key:
    """Let a key act for oneself; agreeing twice changes nothing. ``through`` is the key with which a client agrees.

    Raises NotYourKey for somebody else's, KeyMayLess for a client whose own key may less or ends earlier, KeyNotInUse.
    """
    locked = Key.objects.select_for_update(of=("self",)).select_related("acts_for").get(pk=key.pk)
    if locked.acts_for_id != by.pk:
        raise NotYourKey(_("Only the member for whom a key acts can agree to it."))
    if through is not None and not _may_as_much(through, locked):
        raise KeyMayLess(_("A key can agree to another one that may as much and lives as long as itself, not to more."))
    if not locked.works_at(at):
        raise KeyNotInUse(_("This key has ended."))
    if Key.objects.filter(pk=locked.pk, agreed_at=None).update(agreed_at=at):
        record("key.agreed", locked, by=by, at=at, data={"scopes": locked.scopes})
        locked.agreed_at = at
    return locked


def _may_as_much(through: Key, wanted: Key) -> bool:
    """Tell whether one key may all that another may, for as long: else a narrow key could make itself a wide one."""
    ends = through.expires_at is None or (wanted.expires_at is not None and wanted.expires_at <= through.expires_at)
    return set(wanted.scopes) <= set(through.scopes) and ends


def revoke_key(key: Key, *, by: Membership, at: datetime) -> None:
    """End a key at once; ending it twice changes nothing."""
    if Key.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        record("key.revoked", key, by=by, at=at)
