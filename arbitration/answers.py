"""What clients are answered about cases, rulings, precedents and sittings: the shapes that the document names."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from sla.answers import Clock
from smarketing.lib.openapi import FreeForm, Moment, Page


class Remand(TypedDict):
    """What the board wants to know, and until when."""

    question: str
    answer_by: Moment | None


class Case(TypedDict):
    """A disputed rejection."""

    id: UUID
    number: str
    stage: str
    handover: UUID
    lead: UUID
    rejection: UUID
    reason_class: str
    reason: str
    criterion: str | None
    agreement_version: int
    grounds: str
    filed_by: UUID
    filed_at: Moment
    statements_close_at: Moment
    evidence_hash: str
    remand: Remand | None
    ruled_at: Moment | None


class Statement(TypedDict):
    """What one side says."""

    id: UUID
    case: UUID
    side: str
    by: UUID
    at: Moment
    text: str


class PrecedentStance(TypedDict):
    """What a ruling does with one precedent."""

    precedent: UUID
    stance: str


class Ruling(TypedDict):
    """The board's decision with its reasons; a remand with its question."""

    id: UUID
    case: UUID
    outcome: str
    reasons: str
    precedent_stance: str
    stances: list[PrecedentStance]
    corrects: UUID | None
    by: UUID
    at: Moment
    question: str | None
    answer_by: Moment | None


class GivenRuling(Ruling):
    """A ruling just given, and the case numbers of the valid precedents that its holding contradicts."""

    contradicts: list[str]


class WholeCase(Case):
    """A case with the board's clock, its sealed evidence, its statements and every ruling in order."""

    clocks: list[Clock]
    evidence: FreeForm
    statements: list[Statement]
    rulings: list[Ruling]
    ruling: Ruling | None
    may_rule: list[UUID]


class CaseFile(TypedDict):
    """A file put before the board by a side (or the board), by its hash."""

    id: UUID
    case: UUID
    side: str
    name: str
    size: int
    media_type: str
    sha256: str
    by: UUID
    at: Moment
    withdrawn_at: Moment | None
    erased: bool


class Vote(TypedDict):
    """What a member of the board would rule; it binds nobody."""

    id: UUID
    case: UUID
    member: UUID
    choice: str
    reasons: str
    at: Moment


class HearingNote(TypedDict):
    """What was said when the board heard the case."""

    id: UUID
    case: UUID
    by: UUID
    at: Moment
    text: str


class Recusal(TypedDict):
    """Why somebody of the board is not neutral."""

    id: UUID
    case: UUID
    member: UUID
    reason: str
    at: Moment


class Seat(TypedDict):
    """A seat on the board."""

    id: UUID
    member: UUID
    name: str
    kind: str
    since: Moment
    until: Moment | None


class Precedent(TypedDict):
    """What a ruling teaches for similar leads, and how often it was followed."""

    id: UUID
    number: str
    case: UUID
    ruling: UUID
    outcome: str
    criterion: str | None
    reason: str
    holding: str
    conditions: list[FreeForm]
    agreement_version: int
    state: str
    published_at: Moment
    overruled_by: str | None
    superseded_by: int | None
    ended_at: Moment | None
    followed: int
    departed: int


class Taught(TypedDict):
    """What a listed ruling teaches; ``contradicts`` names at most five, the precedent itself all of them."""

    id: UUID
    holding: str
    conditions: list[FreeForm]
    state: str
    followed: int
    departed: int
    contradicts: list[str]
    amended_in: list[int]


class ListedRuling(TypedDict):
    """A decision that stands, and what it teaches."""

    id: UUID
    case: UUID
    number: str
    outcome: str
    criterion: str | None
    reason: str
    question: str
    reasons: str
    is_correction: bool
    by: UUID
    at: Moment
    agreement_version: int
    precedent: Taught | None


class WholePrecedent(Precedent):
    """A precedent, and the numbers of those that contradict it."""

    contradicts: list[str]


class SimilarRuling(TypedDict):
    """A ruling on a similar question, and why it is similar."""

    number: str
    case: UUID
    precedent: UUID | None
    outcome: str
    holding: str
    state: str | None
    agreement_version: int
    ruled_at: Moment
    similar_because: str
    differs_because: str | None
    followed: int
    departed: int
    contradicts: list[str]


class SimilarRulings(Page[SimilarRuling]):
    """How often such questions were ruled on, and the rulings most alike."""

    rulings: int
    overturned: int


class Amendment(TypedDict):
    """A criterion that was worded anew because of rulings."""

    id: UUID
    agreement_version: int
    criterion: str
    was: FreeForm
    becomes: FreeForm
    by: UUID
    at: Moment


class Sitting(TypedDict):
    """A meeting of the board; ``minutes`` only for those who read them."""

    id: UUID
    starts_at: Moment
    minutes_for: int
    place: str
    order: str
    state: str
    minutes: str | None
    planned_by: UUID


class DocketItem(TypedDict):
    """A case on the docket."""

    case: UUID
    number: str
    outcome: str | None


class WholeSitting(Sitting):
    """A sitting with its docket."""

    docket: list[DocketItem]


class Part(TypedDict):
    """Part of a whole; no percentage where the whole is too small to be told."""

    part: int
    whole: int
    percent: float | None


class NamedPart(Part):
    """A part and what it belongs to."""

    name: str


class DaysSpread(TypedDict):
    """The middle of some durations in business days, and what nine of ten stay under."""

    count: int
    median: float | None
    p90: float | None


class BoardFigures(TypedDict):
    """The board in numbers."""

    first: date
    last: date
    appeals: Part
    overturned: Part
    remands: int
    time_to_ruling: DaysSpread
    adherence: Part
    gross: Part
    net: Part
    by_reason: list[NamedPart]
    by_criterion: list[NamedPart]
    by_campaign: list[NamedPart]
    by_rep: list[NamedPart]
    by_marketer: list[NamedPart]
