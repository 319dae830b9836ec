"""What people fill in on the board's pages."""

from arbitration.forms.board import SeatForm
from arbitration.forms.cases import (
    AppealForm,
    MoveForm,
    NoteForm,
    RecusalForm,
    StatementForm,
    VoteForm,
)
from arbitration.forms.rulings import CorrectionForm, RulingForm

__all__ = [
    "AppealForm",
    "CorrectionForm",
    "MoveForm",
    "NoteForm",
    "RecusalForm",
    "RulingForm",
    "SeatForm",
    "StatementForm",
    "VoteForm",
]
