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

__all__ = [
    "Deliveries",
    "DeliveryReplay",
    "EndpointPause",
    "EndpointReplay",
    "EndpointResumption",
    "EndpointRotation",
    "EndpointSecret",
    "EndpointTrial",
    "Endpoints",
    "OneDelivery",
    "OneEndpoint",
]
