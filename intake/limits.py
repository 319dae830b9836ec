"""How often a form's public key may be used."""

from django.conf import settings
from django.http import HttpRequest

from smarketing.lib.addresses import client_address
from tenants.rest import limit_rates


def rate_of_address(request: HttpRequest) -> dict[str, int]:
    """Return under which name a call of this address is counted, with its limit."""
    return {f"address:{client_address(request)}": settings.RATE_PER_ADDRESS}


def rates_of_form(request: HttpRequest, form_key: str, *, by_visitor: bool = True) -> dict[str, int]:
    """Return under which names a call with a form's key is counted, with limits: of everybody, of a visitor's address.

    A provider's server sends for all of its visitors, from one address: only the form's own limit is for it.
    """
    by_form = {f"form:{form_key}": settings.RATE_PER_FORM}
    if not by_visitor:
        return by_form
    return by_form | {f"visitor:{form_key}:{client_address(request)}": settings.RATE_PER_VISITOR}


def limit_form(request: HttpRequest, form_key: str, *, by_visitor: bool = True) -> None:
    """Count a call with a form's key; raises Throttled past a limit."""
    limit_rates(rates_of_form(request, form_key, by_visitor=by_visitor))
