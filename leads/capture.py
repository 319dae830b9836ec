"""What a client tells about a person: the shape of api.md's submission, as plain data (pure)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Person:
    """Who it is."""

    email: str = ""
    given_name: str = ""
    family_name: str = ""
    phone: str = ""
    job_title: str = ""


@dataclass(frozen=True)
class CompanyFacts:
    """Where they work."""

    name: str = ""
    website: str = ""
    employees: int | None = None
    industry: str = ""
    # ISO 3166 alpha-2.
    country: str = ""


@dataclass(frozen=True)
class Touch:
    """Where a visit came from."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Attribution:
    """First and last visit, and what came with the last."""

    first: Touch | None = None
    last: Touch | None = None
    click_ids: dict[str, str] = field(default_factory=dict)
    landing_page: str = ""
    referrer: str = ""


@dataclass(frozen=True)
class BehaviourFact:
    """Something they did; without a time it happened with the submission."""

    kind: str
    at: datetime | None = None
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ConsentFact:
    """What they allowed or refused."""

    purpose: str
    basis: str = "consent"
    granted: bool = True
    text: str = ""
    text_version: str = ""
    captured_at: datetime | None = None
    ip: str = ""
    method: str = "form"


@dataclass(frozen=True)
class Captured:
    """One submission as leads understand it."""

    person: Person = Person()
    company: CompanyFacts = CompanyFacts()
    intent: str = ""
    message: str = ""
    attribution: Attribution = field(default_factory=Attribution)
    behaviours: tuple[BehaviourFact, ...] = ()
    consents: tuple[ConsentFact, ...] = ()
    custom: dict[str, Any] = field(default_factory=dict)
