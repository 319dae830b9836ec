"""Reading keys, never their secrets."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from tenants.models import Key, Membership
from tenants.words import SCOPE_LABELS, Scope, scopes_told


@dataclass(frozen=True)
class KeyRow:
    """One key as the keys page prints it; never its secret."""

    key_id: UUID
    name: str
    kind: str
    prefix: str
    scopes: list[Scope]
    has_all_scopes: bool
    acts_for: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    may_rotate: bool
    awaits_consent: bool
    has_expired: bool


def key_rows(*, at: datetime) -> list[KeyRow]:
    """Return every key, those in use first, newest first."""
    keys = list(Key.objects.select_related("acts_for").order_by("-created_at"))
    keys.sort(key=lambda key: key.revoked_at is not None)
    replaced = {key.replaces_id for key in keys if key.revoked_at is None}
    return [
        KeyRow(
            key_id=key.pk,
            name=key.name,
            kind=key.kind,
            prefix=key.visible_prefix,
            scopes=scopes_told(key.scopes),
            has_all_scopes=set(key.scopes) == set(SCOPE_LABELS),
            acts_for=key.acts_for.name if key.acts_for else "",
            created_at=key.created_at,
            last_used_at=key.last_used_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            may_rotate=key.kind == Key.Kind.SECRET and key.works_at(at) and key.pk not in replaced,
            awaits_consent=key.revoked_at is None and key.awaits_consent,
            has_expired=key.revoked_at is None and not key.works_at(at),
        )
        for key in keys
    ]


@dataclass(frozen=True)
class OwnKeyRow:
    """One key as the member for whom it acts sees it."""

    name: str
    prefix: str
    scopes: list[Scope]
    has_all_scopes: bool
    made_by: str
    made_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    # One of waits, works, ended.
    state: str
    agree_url: str
    end_url: str


def own_key_rows(member: Membership, *, slug: str, at: datetime) -> list[OwnKeyRow]:
    """Return the keys that act for a member: those that wait for an answer, those in use, those that ended."""
    keys = Key.objects.filter(acts_for=member).select_related("acts_for", "created_by").order_by("-created_at")
    rows = [_own_row(key, slug, at=at) for key in keys]
    return sorted(rows, key=lambda row: ("waits", "works", "ended").index(row.state))


def _own_row(key: Key, slug: str, *, at: datetime) -> OwnKeyRow:
    told = {"slug": slug, "key_id": key.pk}
    return OwnKeyRow(
        name=key.name,
        prefix=key.visible_prefix,
        scopes=scopes_told(key.scopes),
        has_all_scopes=set(key.scopes) == set(SCOPE_LABELS),
        made_by=key.created_by.name if key.created_by else "",
        made_at=key.created_at,
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
        state="ended" if not key.works_at(at) else "waits" if key.awaits_consent else "works",
        agree_url=reverse("tenants:key_agree", kwargs=told),
        end_url=reverse("tenants:own_key_end", kwargs=told),
    )
