"""Everything that can happen when people and machines are told."""

from notifications.actions.deliveries import (
    DeliveryOnItsWay,
    blank_answers,
    forget_deliveries,
    replay_delivery,
    replay_range,
    send_trial,
    tell_machines,
)
from notifications.actions.endpoints import (
    EndpointActive,
    EndpointNotActive,
    EndpointRemoved,
    NewEndpoint,
    NoSecret,
    TooManyEndpoints,
    change_endpoint,
    create_endpoint,
    pause_endpoint,
    remove_endpoint,
    resume_endpoint,
    rotate_secret,
    secrets_of,
)
from notifications.actions.mailing import put_mail, send_invitation
from notifications.actions.telling import mark_read, path_of, tell_about

__all__ = [
    "DeliveryOnItsWay",
    "EndpointActive",
    "EndpointNotActive",
    "EndpointRemoved",
    "NewEndpoint",
    "NoSecret",
    "TooManyEndpoints",
    "blank_answers",
    "change_endpoint",
    "create_endpoint",
    "forget_deliveries",
    "mark_read",
    "path_of",
    "pause_endpoint",
    "put_mail",
    "remove_endpoint",
    "replay_delivery",
    "replay_range",
    "resume_endpoint",
    "rotate_secret",
    "secrets_of",
    "send_invitation",
    "send_trial",
    "tell_about",
    "tell_machines",
]
