"""The same post twice is one post: the record is written first, so that twins wait for each other."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from smarketing.lib.errors import DomainError
from smarketing.lib.scope import current_organisation_id
from tenants.models import IdempotencyRecord

MAX_KEY_LENGTH = 255


class IdempotencyKeyReused(DomainError):
    """The key came before with another body: one of the two posts is a mistake."""

    code = "idempotency_key_reused"
    status = 422


class IdempotencyKeyMalformed(DomainError):
    """An empty or endless key cannot name a post."""

    code = "idempotency_key_malformed"
    status = 400


# A twin at this moment waits here until the first has committed, and goes ahead when it was rolled back.
BEGIN = """
insert into tenants_idempotencyrecord (id, organisation_id, route, credential, key_hash, body_hash, created_at, headers)
values (uuidv7(), %(organisation)s, %(route)s, %(credential)s, %(key_hash)s, %(body_hash)s, %(created_at)s, '{}')
on conflict (organisation_id, credential, route, key_hash) do nothing returning id
"""


@dataclass(frozen=True)
class Promise:
    """What a client says of a post by its Idempotency-Key: which one it is, and what it says."""

    credential: str
    route: str
    key_hash: str
    body_hash: str

    @classmethod
    def of(cls, *, key: str, credential: str, route: str, body: bytes) -> "Promise":
        """Return the promise of a post; raises IdempotencyKeyMalformed."""
        if not key.strip() or len(key) > MAX_KEY_LENGTH:
            raise IdempotencyKeyMalformed(f"An Idempotency-Key has 1 to {MAX_KEY_LENGTH} characters.")
        return cls(credential, route, _digest(key.encode(errors="replace")), _digest(body))

    @classmethod
    def of_post(cls, *, key: str, credential: str, route: str, body: bytes) -> "Promise":
        """Return the promise of a form's post: a key used again with another body names another post.

        A form is never refused: a site that sends the same key with everything would lose all leads but the first.
        """
        said = _digest(body)
        return cls(credential, route, _digest(f"{key}\n{said}".encode(errors="replace")), said)

    def values(self) -> dict[str, str]:
        """Return the columns of its record."""
        return {
            "credential": self.credential,
            "route": self.route,
            "key_hash": self.key_hash,
            "body_hash": self.body_hash,
        }


def begin(*, key: str, credential: str, route: str, body: bytes, at: datetime) -> IdempotencyRecord:
    """Return the record of this post, new or of its twin (then ``status`` is set).

    Inside the transaction of the effect: a twin's insert waits here until the first has committed, and goes
    ahead itself when the first was rolled back. Raises IdempotencyKeyReused for another body.
    """
    promise = Promise.of(key=key, credential=credential, route=route, body=body)
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, {**promise.values(), "created_at": at, "organisation": current_organisation_id()})
        made = cursor.fetchone()
    if made is not None:
        return IdempotencyRecord(id=made[0], **promise.values(), created_at=at)
    return kept(promise)


def kept(promise: Promise) -> IdempotencyRecord:
    """Return the record of the first post of a promise; raises IdempotencyKeyReused when it had another body."""
    named = {name: value for name, value in promise.values().items() if name != "body_hash"}
    record = IdempotencyRecord.objects.get(**named)
    if record.body_hash != promise.body_hash:
        raise IdempotencyKeyReused("This Idempotency-Key was used with another body.")
    return record


def finish(record: IdempotencyRecord, *, status: int, text: str, headers: Mapping[str, str]) -> None:
    """Keep the answer, so that every later twin gets the same text."""
    IdempotencyRecord.objects.filter(pk=record.pk, status=None).update(
        status=status, response=text, headers=dict(headers)
    )


def drop(record: IdempotencyRecord) -> None:
    """Forget a post that was refused: it has done nothing, so the client may try again with the same key."""
    IdempotencyRecord.objects.filter(pk=record.pk).delete()


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def forget_answers_with(texts: Iterable[str]) -> None:
    """Blank the stored answers in which one of these texts stands; a twin learns that it came before, and no more."""
    mentioned = Q()
    for text in texts:
        mentioned |= Q(told__icontains=text)
    if mentioned:
        rows = IdempotencyRecord.objects.annotate(told=Cast("response", TextField())).filter(mentioned)
        rows.update(response="{}", headers={})
