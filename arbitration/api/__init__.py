"""The board for REST clients."""

from arbitration.api.board import OneSeat, Seats
from arbitration.api.cases import Appeal, CaseCorrection, CaseRuling, Cases, OneCase, Statements, Withdrawal
from arbitration.api.hearing import Notes, Recusals, StageOf, Votes
from arbitration.api.precedents import OnePrecedent, Precedents, SimilarRulings

__all__ = [
    "Appeal",
    "CaseCorrection",
    "CaseRuling",
    "Cases",
    "Notes",
    "OneCase",
    "OnePrecedent",
    "OneSeat",
    "Precedents",
    "Recusals",
    "Seats",
    "SimilarRulings",
    "StageOf",
    "Statements",
    "Votes",
    "Withdrawal",
]
