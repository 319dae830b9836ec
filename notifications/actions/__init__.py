"""Everything that can happen when people and machines are told."""

from notifications.actions.choosing import choose, end_mails, keep_quiet
from notifications.actions.deliveries import (
    DeliveryOnItsWay,
    blank_answers,
    forget_deliveries,
    replay_delivery,
    replay_range,
    send_trial,
    tell_machines,
    tell_machines_of_many,
)
from notifications.actions.digests import forget_mails, send_digests
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
from notifications.actions.forgetting import forget_mails_with_keys
from notifications.actions.mailing import (
    MailNotGivenUp,
    put_letter,
    put_mail,
    retry_mail,
    send_invitation,
)
from notifications.actions.telling import mark_read, path_of, tell_about, tell_about_many

__all__ = [
    "DeliveryOnItsWay",
    "EndpointActive",
    "EndpointNotActive",
    "EndpointRemoved",
    "MailNotGivenUp",
    "NewEndpoint",
    "NoSecret",
    "TooManyEndpoints",
    "blank_answers",
    "change_endpoint",
    "choose",
    "create_endpoint",
    "end_mails",
    "forget_deliveries",
    "forget_mails",
    "forget_mails_with_keys",
    "keep_quiet",
    "mark_read",
    "path_of",
    "pause_endpoint",
    "put_letter",
    "put_mail",
    "remove_endpoint",
    "replay_delivery",
    "replay_range",
    "resume_endpoint",
    "retry_mail",
    "rotate_secret",
    "secrets_of",
    "send_digests",
    "send_invitation",
    "send_trial",
    "tell_about",
    "tell_about_many",
    "tell_machines",
    "tell_machines_of_many",
]
