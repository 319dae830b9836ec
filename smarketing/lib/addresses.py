"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client's address: counted from the right of X-Forwarded-For by the trusted proxies."""
    trusted: int = settings.TRUSTED_PROXIES
    if trusted:
        told = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        forwarded = [part.strip() for part in told if part.strip()]
        if len(forwarded) >= trusted:
            return forwarded[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))
