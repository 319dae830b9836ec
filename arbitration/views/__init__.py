"""Pages of the board."""

from arbitration.views.amending import amend
from arbitration.views.board import board, seat_end
from arbitration.views.cases import appeal, case, docket, statement, withdraw
from arbitration.views.figures import figures, ruling_paper
from arbitration.views.files import file, file_withdraw, files
from arbitration.views.hearing import correct, move, note, recuse, rule, vote
from arbitration.views.rulings import rulings, rulings_on
from arbitration.views.sittings import sitting, sitting_act, sitting_calendar, sitting_room, sittings

__all__ = [
    "amend",
    "appeal",
    "board",
    "case",
    "correct",
    "docket",
    "figures",
    "file",
    "file_withdraw",
    "files",
    "move",
    "note",
    "recuse",
    "rule",
    "ruling_paper",
    "rulings",
    "rulings_on",
    "seat_end",
    "sitting",
    "sitting_act",
    "sitting_calendar",
    "sitting_room",
    "sittings",
    "statement",
    "vote",
    "withdraw",
]
