"""Notices and endpoints for REST clients."""

from notifications.api.endpoints import (
    Deliveries,
    DeliveryReplay,
    EndpointPause,
    EndpointReplay,
    EndpointResumption,
    EndpointRotation,
    Endpoints,
    EndpointSecret,
    EndpointTrial,
    OneDelivery,
    OneEndpoint,
)
from notifications.api.notices import Choices, MailRetry, Mails, Notices, NoticesRead

__all__ = [
    "Choices",
    "Deliveries",
    "DeliveryReplay",
    "EndpointPause",
    "EndpointReplay",
    "EndpointResumption",
    "EndpointRotation",
    "EndpointSecret",
    "EndpointTrial",
    "Endpoints",
    "MailRetry",
    "Mails",
    "Notices",
    "NoticesRead",
    "OneDelivery",
    "OneEndpoint",
]
