"""Secret keys for REST clients: which there are, agreeing to one, ending one. They are made on a page, shown once."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from smarketing.lib.openapi import Page, operation
from smarketing.lib.pagination import page
from tenants import access, actions, answers
from tenants.models import Key
from tenants.rest import KeyView, answer


class Keys(KeyView):
    """Secret keys."""

    scopes: ClassVar[dict[str, str]] = {"GET": "sla:read"}

    @operation("List secret keys", gives=Page[answers.Key], answers={200: "Keys, the newest first, never a secret."})
    def get(self, request: Request) -> Response:
        """Answer those that act for the member; administrators and auditors read all."""
        return answer(page(request, access.keys_seen_by(self.member), _row))


class KeyConsent(KeyView):
    """A member's consent to a key that acts for them."""

    scopes: ClassVar[dict[str, str]] = {"POST": "sla:write"}

    @operation(
        "Agree to a key",
        gives=answers.Key,
        answers={200: "The key; from now on it works."},
        problems=(401, 403, 404, 409),
        posts=True,
    )
    def post(self, request: Request, key_id: UUID) -> Response:
        """Let a key act for the member. The calling key has to be allowed as much, and to live as long."""
        self.no_body()
        key = access.get_own_key(self.member, key_id)
        return answer(_row(actions.agree_to_key(key, through=self.key, by=self.member, at=self.at)))


class KeyRevocation(KeyView):
    """The end of a key."""

    scopes: ClassVar[dict[str, str]] = {"POST": "sla:write"}

    @operation(
        "End a key",
        gives=answers.Key,
        answers={200: "The key; it does nothing any more."},
        problems=(401, 403, 404, 409),
        posts=True,
    )
    def post(self, request: Request, key_id: UUID) -> Response:
        """End a key at once; ending it twice changes nothing."""
        self.no_body()
        key = access.get_own_key(self.member, key_id)
        actions.revoke_key(key, by=self.member, at=self.at)
        return answer(_row(access.get_own_key(self.member, key_id)))


def _row(key: Key) -> dict[str, Any]:
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.visible_prefix,
        "scopes": key.scopes,
        "acts_for": key.acts_for_id,
        "awaits_consent": key.awaits_consent,
        "agreed_at": key.agreed_at,
        "created_by": key.created_by_id,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
