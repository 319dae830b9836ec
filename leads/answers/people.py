"""What clients are answered about people, their companies, and the leads they are."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import FreeForm, Moment


class LeadPerson(TypedDict):
    """Who it is."""

    email: str
    given_name: str
    family_name: str
    phone: str
    job_title: str


class LeadCompany(TypedDict):
    """Where they work."""

    name: str
    website: str
    employees: int | None
    industry: str
    country: str


class Fit(TypedDict):
    """How well it fits: a letter, and the points behind it."""

    grade: str | None
    points: int


class Readiness(TypedDict):
    """How ready to buy: 1 is the readiest, and the points behind it."""

    grade: int | None
    points: int


class Touches(TypedDict):
    """Where the first and the last visit came from; the first is fixed for ever."""

    first: FreeForm
    last: FreeForm


class Lead(TypedDict):
    """A lead. While ``sales_owner`` names somebody, nobody else opens a second channel to the person."""

    id: UUID
    number: str
    person: LeadPerson
    company: LeadCompany
    country: str | None
    message: str
    custom: FreeForm
    attributes: FreeForm
    stage: str
    stage_since: Moment
    origin: str
    cycle: int
    dwelling_since: Moment | None
    fit: Fit
    readiness: Readiness
    tier: str | None
    wants_sales_talk: bool
    score_reasons: list[FreeForm]
    attribution: Touches
    campaign: UUID | None
    marketer: UUID | None
    sales_owner: UUID | None
    wake_on: date | None
    merged_into: UUID | None
    erased_at: Moment | None
    created_at: Moment
    updated_at: Moment


class Event(TypedDict):
    """What happened; ``data`` holds ids, codes and numbers, never personal values."""

    id: UUID
    kind: str
    subject_kind: str
    subject: UUID
    by: UUID | None
    via: str
    at: Moment
    data: FreeForm


class Duplicate(TypedDict):
    """Two leads that may be one person, and why."""

    id: UUID
    lead: UUID
    other: UUID
    because: list[str]
    found_at: Moment


class Merge(TypedDict):
    """Two leads that go on as one."""

    id: UUID
    survivor: UUID
    dropped: UUID
    merged_at: Moment
    lead: Lead


class Insight(TypedDict):
    """What a customer taught."""

    id: UUID
    text: str
    tags: list[str]
    lead: UUID | None
    company: UUID | None
    by: UUID
    at: Moment
    edited_at: Moment | None
    withdrawn_at: Moment | None


class Tag(TypedDict):
    """A tag and how many insights have it."""

    tag: str
    count: int


class View(TypedDict):
    """A list under a name."""

    id: UUID
    name: str
    query: str
    shared: bool
    default: bool
    owner: str
