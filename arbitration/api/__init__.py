"""The board for REST clients."""

from arbitration.api.amending import AmendmentPreviews, Amendments
from arbitration.api.board import OneSeat, Seats
from arbitration.api.cases import Appeal, CaseCorrection, CaseRuling, Cases, OneCase, Statements, Withdrawal
from arbitration.api.files import CaseFileContent, CaseFiles, OneCaseFile
from arbitration.api.hearing import Notes, Recusals, StageOf, Votes
from arbitration.api.precedents import OnePrecedent, Precedents, SimilarRulings
from arbitration.api.rulings import Rulings
from arbitration.api.sittings import (
    BoardFigures,
    OneSitting,
    RulingPaper,
    SittingCalendar,
    SittingDocket,
    SittingEnd,
    Sittings,
)

__all__ = [
    "AmendmentPreviews",
    "Amendments",
    "Appeal",
    "BoardFigures",
    "CaseCorrection",
    "CaseFileContent",
    "CaseFiles",
    "CaseRuling",
    "Cases",
    "Notes",
    "OneCase",
    "OneCaseFile",
    "OnePrecedent",
    "OneSeat",
    "OneSitting",
    "Precedents",
    "Recusals",
    "RulingPaper",
    "Rulings",
    "Seats",
    "SimilarRulings",
    "SittingCalendar",
    "SittingDocket",
    "SittingEnd",
    "Sittings",
    "StageOf",
    "Statements",
    "Votes",
    "Withdrawal",
]
