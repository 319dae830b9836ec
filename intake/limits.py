"""How often a form's public key may be used."""

from django.conf import settings
from django.http import HttpRequest

from smarketing.lib.addresses import client_address
from tenants.rest import limit_rate


def limit_form(request: HttpRequest, form_key: str, *, by_visitor: bool = True) -> None:
    """Count a call with a form's key: of everybody, and of a visitor's address; raises Throttled past a limit.

    A provider's server sends for all of its visitors, from one address: only the form's own limit is for it.
    """
    limit_rate(f"form:{form_key}", settings.RATE_PER_FORM)
    if by_visitor:
        limit_rate(f"visitor:{form_key}:{client_address(request)}", settings.RATE_PER_VISITOR)
