"""Who was right: the board, its cases and rulings, and what they teach."""

from arbitration.models.board import Seat
from arbitration.models.cases import Case, CaseNumber, HearingNote, Recusal, Statement, Vote, case_number
from arbitration.models.files import CaseFile
from arbitration.models.rulings import Citation, Precedent, Ruling, RulingWord
from arbitration.models.sittings import Amendment, AmendmentPrecedent, Sitting, SittingCase

__all__ = [
    "Amendment",
    "AmendmentPrecedent",
    "Case",
    "CaseFile",
    "CaseNumber",
    "Citation",
    "HearingNote",
    "Precedent",
    "Recusal",
    "Ruling",
    "RulingWord",
    "Seat",
    "Sitting",
    "SittingCase",
    "Statement",
    "Vote",
    "case_number",
]
