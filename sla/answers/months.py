"""What clients are answered about months."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from smarketing.lib.openapi import Amount, FreeForm, Moment, MonthText


class Promise(TypedDict):
    """One promise of a month and what came of it."""

    clock: UUID
    commitment: str
    label: str
    state: str
    promised: str
    sentence: str | None
    due_at: Moment


class Month(TypedDict):
    """A month with what it owed and what came of it."""

    id: UUID
    month: MonthText
    state: str
    target_points: Amount | None
    delivered_points: Amount
    closes_after: date | None
    closed_at: Moment | None
    figures_hash: str | None
    corrected_points: Amount
    promises: list[Promise]


class Correction(TypedDict):
    """What came after the close, and the month in which it counts."""

    at: Moment
    points: Amount
    counted_in: MonthText


class MonthProof(TypedDict):
    """Whether a closed month still says what it said: against its hash, the event of the close, and its ledger."""

    hash_holds: bool
    event_holds: bool
    ledger_holds: bool


class WholeMonth(Month):
    """A month with its frozen figures and the corrections to them; figures and proof are null until it is closed."""

    figures: FreeForm | None
    corrections: list[Correction]
    proof: MonthProof | None
