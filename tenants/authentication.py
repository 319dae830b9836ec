"""How DRF learns who calls: the middleware has done the work, these two read it."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.models import Key, Membership


class KeyAuthentication(BaseAuthentication):
    """The secret key in the Authorization header (see TenantMiddleware)."""

    def authenticate(self, request: Request) -> tuple[Membership, Key] | None:
        key = getattr(request._request, "key", None)
        return (request._request.membership, key) if key else None  # type: ignore[attr-defined]  # set by the middleware

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScope(BasePermission):
    """The key must carry the scope that the view names for the method: ``scopes = {"GET": "leads:read"}``."""

    message = "This key lacks the scope for this call."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, Key):
            return False
        if request.method == "OPTIONS":
            return True
        needed = getattr(view, "scopes", {}).get(request.method)
        return needed in request.auth.scopes or request.method not in view.allowed_methods
