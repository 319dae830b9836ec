"""How often a form's public key may be used."""

from django.conf import settings
from django.http import HttpRequest

from smarketing.lib.addresses import client_address
from tenants.rest import limit_rate


def limit_form(request: HttpRequest, form_key: str) -> None:
    """Count a call with a form's key: of everybody, and of this address; raises Throttled past a limit."""
    limit_rate(f"form:{form_key}", settings.RATE_PER_FORM)
    limit_rate(f"visitor:{form_key}:{client_address(request)}", settings.RATE_PER_VISITOR)
