"""The only road from an outside id to an endpoint or one of its messages; administrators' alone, auditors read."""

from uuid import UUID

from notifications.models import Delivery, Endpoint, Mail
from tenants.access import get_or_404, require
from tenants.models import Membership
from tenants.roles import Role

READERS = (Role.ADMINISTRATOR, Role.AUDITOR)


def get_endpoint(membership: Membership, endpoint_id: UUID | str) -> Endpoint:
    """Return an endpoint that was not removed."""
    require(membership, *READERS)
    return get_or_404(Endpoint.objects.exclude(state=Endpoint.State.REMOVED), endpoint_id)


def get_delivery(membership: Membership, delivery_id: UUID | str, *, of: Endpoint | None = None) -> Delivery:
    """Return a message of an endpoint that was not removed, of this one where it is given."""
    require(membership, *READERS)
    rows = Delivery.objects.select_related("endpoint").exclude(endpoint__state=Endpoint.State.REMOVED)
    return get_or_404(rows.filter(endpoint=of) if of is not None else rows, delivery_id)


def get_mail(membership: Membership, mail_id: UUID | str) -> Mail:
    """Return a mail of the organisation's log."""
    require(membership, *READERS)
    return get_or_404(Mail.objects.all(), mail_id)
