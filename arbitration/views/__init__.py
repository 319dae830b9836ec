"""Pages of the board."""

from arbitration.views.board import board, seat_end
from arbitration.views.cases import appeal, case, docket, statement, withdraw
from arbitration.views.hearing import correct, move, note, recuse, rule, vote
from arbitration.views.rulings import rulings, rulings_on

__all__ = [
    "appeal",
    "board",
    "case",
    "correct",
    "docket",
    "move",
    "note",
    "recuse",
    "rule",
    "rulings",
    "rulings_on",
    "seat_end",
    "statement",
    "vote",
    "withdraw",
]
