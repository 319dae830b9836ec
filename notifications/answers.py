"""What clients are answered about notices, mails and endpoints: the shapes that the document names."""

from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Moment


class Notice(TypedDict):
    """What a member was told."""

    id: UUID
    kind: str
    text: str
    about: str | None
    path: str
    lead: UUID | None
    at: Moment
    read_at: Moment | None


class NoticesSeen(TypedDict):
    """How many notices were new."""

    read: int


class Choices(TypedDict):
    """What reaches a member, and when; times are on the clock of the member's zone."""

    quiet: str
    quiet_from: str
    quiet_until: str
    daily_at: str
    choices: dict[str, str]


class Mail(TypedDict):
    """A mail without its text."""

    id: UUID
    to: str
    subject: str
    kind: str | None
    state: str
    attempts: int
    created_at: Moment
    sent_at: Moment | None
    error: str | None


class Endpoint(TypedDict):
    """Where messages go; the address of a chat channel is shown in part only."""

    id: UUID
    kind: str
    name: str
    url: str
    types: list[str] | None
    state: str
    disabled_because: str | None
    failing_since: Moment | None
    old_secret_until: Moment | None
    created_at: Moment


class Secrets(TypedDict):
    """What messages are signed with, the newest first."""

    secrets: list[str]


class Replayed(TypedDict):
    """How many messages are on their way again."""

    replayed: int


class Delivery(TypedDict):
    """One message to one endpoint."""

    id: UUID
    endpoint: UUID
    message_id: str
    type: str
    event: UUID | None
    state: str
    attempts_in_series: int
    created_at: Moment
    next_attempt_at: Moment | None
    delivered_at: Moment | None
    last_status: int | None
    error: str | None


class DeliveryAttempt(TypedDict):
    """One try to deliver a message."""

    number: int
    at: Moment
    status: int | None
    milliseconds: int
    response: str
    error: str | None


class WholeDelivery(Delivery):
    """A message as it was sent, with every try."""

    body: str
    attempts: list[DeliveryAttempt]
