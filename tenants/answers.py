"""What clients are answered about members, teams, absences and long work: the shapes that the document names."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import FreeForm, Moment, Page


class Member(TypedDict):
    """Somebody of the organisation."""

    id: UUID
    name: str
    title: str
    roles: list[str]
    team: UUID | None
    manager: UUID | None
    is_active: bool


class Team(TypedDict):
    """A team and who is in it."""

    id: UUID
    name: str
    side: str
    members: list[UUID]


class Key(TypedDict):
    """A secret key, but for its secret; one that awaits consent does nothing yet."""

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    acts_for: UUID
    awaits_consent: bool
    agreed_at: Moment | None
    created_by: UUID | None
    created_at: Moment
    last_used_at: Moment | None
    expires_at: Moment | None
    revoked_at: Moment | None


class FigureRule(TypedDict):
    """To whom the figures of a person are shown, as it was set."""

    id: UUID
    rule: str
    note: str
    by: UUID
    at: Moment


class FigureRules(Page[FigureRule]):
    """The rule that holds, and how it was set."""

    rule: str


class Absence(TypedDict):
    """From when to when somebody is away, and who stands in."""

    id: UUID
    member: UUID
    first_day: date
    last_day: date
    deputy: UUID | None
    called_off_at: Moment | None


class Job(TypedDict):
    """Long work: how far it is; ``result`` once it is done, for who may read it."""

    id: UUID
    kind: str
    state: str
    done: int
    total: int
    created_at: Moment
    finished_at: Moment | None
    error: str
    result: FreeForm | None
