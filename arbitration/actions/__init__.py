"""Everything that can happen to a case, from the appeal to the ruling."""

from arbitration.actions.appeals import AppealTooLate, GroundsMissing, NotYourAppeal, file_appeal
from arbitration.actions.board import NotExecutive, NotYourBoard, SeatTaken, appoint_deputy, seat_first_executive
from arbitration.actions.locking import AlreadyRuled, CaseWithdrawn
from arbitration.actions.rulings import (
    AnswerByMissing,
    MayNotRule,
    NothingToCite,
    ReasonsMissing,
    end_remand,
    require_free,
    rule_on_case,
)
from arbitration.actions.statements import NotYourCase, StatementMissing, StatementsClosed, add_statement
from arbitration.actions.withdrawals import withdraw_case

__all__ = [
    "AlreadyRuled",
    "AnswerByMissing",
    "AppealTooLate",
    "CaseWithdrawn",
    "GroundsMissing",
    "MayNotRule",
    "NotExecutive",
    "NotYourAppeal",
    "NotYourBoard",
    "NotYourCase",
    "NothingToCite",
    "ReasonsMissing",
    "SeatTaken",
    "StatementMissing",
    "StatementsClosed",
    "add_statement",
    "appoint_deputy",
    "end_remand",
    "file_appeal",
    "require_free",
    "rule_on_case",
    "seat_first_executive",
    "withdraw_case",
]
