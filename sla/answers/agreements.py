"""What clients are answered about an agreement."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import FreeForm, Moment


class Signature(TypedDict):
    """Who signed for which side, and what."""

    side: str
    by: UUID
    in_place_of: UUID | None
    signed_at: Moment
    content_hash: str


class Version(TypedDict):
    """A version of the agreement, without what it says."""

    id: UUID
    version: int
    state: str
    starts_at: Moment | None
    ends_at: Moment | None
    review_on: date | None
    content_hash: str
    revision: int
    signatures: list[Signature]


class WholeVersion(Version):
    """A version with everything that it says."""

    content: FreeForm
    labels: dict[str, str]


class ClauseChange(TypedDict):
    """One clause that differs."""

    clause: str
    label: str
    change: str
    before: str | None
    after: str | None


class SectionChanges(TypedDict):
    """What differs in one section, and how many clauses do not."""

    section: str
    label: str
    changed: list[ClauseChange]
    same: int


# ``with`` is a word of the language, so this one is written otherwise.
Comparison = TypedDict("Comparison", {"version": int, "with": int, "changes": int, "sections": list[SectionChanges]})


class Deputy(TypedDict):
    """Who signs in the head's place."""

    member: UUID | None
