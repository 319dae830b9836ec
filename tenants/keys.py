"""Keys of REST clients: how they look, how they are made, how one proves itself."""

import hmac
import secrets
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id
from tenants.access import organisation_id_of
from tenants.digests import digest
from tenants.models import Key, Membership
from tenants.words import SCOPE_LABELS

SCOPES = tuple(SCOPE_LABELS)


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
    found = _remembered(parts[0])
    if found is None or not hmac.compare_digest(found.key.secret_hash, digest(parts[1])) or not found.key.works_at(at):
        return None
    if not found.membership.is_active:
        return None
    note_use(found.key, at=at)
    return found


# The version in which a key and its member stand in the database: another place or transaction with every change.
MARK = Prepared(
    "key_mark",
    ["bigint", "text"],
    """
select concat(k.ctid, k.xmin, m.ctid, m.xmin) from tenants_key k
join tenants_membership m on m.organisation_id = k.organisation_id and m.id = k.acts_for_id
where k.organisation_id = $1 and k.public_id = $2 and k.kind = 'secret'
""",
)
# So many keys are remembered by a process.
_MOST_KEYS = 10_000
_keys: dict[str, tuple[str, KeyIdentity]] = {}


def _remembered(public_id: str) -> KeyIdentity | None:
    """Return the key with its member, as they stand there now; read again only when they have changed."""
    rows = ask(MARK, current_organisation_id(), public_id)
    if not rows:
        return None
    mark, (known, found) = rows[0][0], _keys.get(public_id, ("", None))
    if found is None or known != mark:
        key = Key.objects.select_related("acts_for").get(public_id=public_id)
        assert key.acts_for is not None  # noqa: S101 -- a secret key always has a member (key_secret_has_hash_and_member)
        found = KeyIdentity(key, key.acts_for)
        if len(_keys) >= _MOST_KEYS:
            _keys.clear()
        _keys[public_id] = (mark, found)
    # Nobody's change of theirs is to be another call's.
    return KeyIdentity(copy(found.key), copy(found.membership))


# Once in so many seconds is enough, and spares every request a write.
NOTED_EVERY_SECONDS = 60
# Of those who come in the same moment one notes it: each note changes the row's mark, and the next would wait for it.
NOTE_USE = """
update tenants_key set last_used_at = %(at)s where organisation_id = %(organisation)s and id = (
  select id from tenants_key where organisation_id = %(organisation)s and id = %(key)s
    and (last_used_at is null or last_used_at <= %(at)s - interval '1 second' * %(every)s)
  for no key update skip locked
)
"""


def note_use(key: Key, *, at: datetime) -> bool:
    """Remember when a key was last used; True when this call has written it."""
    if not is_use_unnoted(key, at=at):
        return False
    told: dict[str, Any] = {"at": at, "organisation": key.organisation_id, "key": key.pk, "every": NOTED_EVERY_SECONDS}
    with connection.cursor() as cursor:
        cursor.execute(NOTE_USE, told)
        return bool(cursor.rowcount)


def is_use_unnoted(key: Key, *, at: datetime) -> bool:
    """Tell whether a use at this moment has to be noted."""
    return key.last_used_at is None or (at - key.last_used_at).total_seconds() >= NOTED_EVERY_SECONDS
