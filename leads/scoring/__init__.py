"""How a lead is judged (pure): what criteria ask, what they find, and the grades and tier that follow."""

from leads.scoring.judging import (
    HAND_RAISER,
    NOT_YET,
    STANDARD,
    Did,
    Facts,
    Reason,
    Score,
    exclusions_of,
    grade,
    is_request_for_sales,
    missing_fields,
    next_change,
    score,
)
from leads.scoring.operators import MET, NOT_MET, OPERATORS, UNKNOWN, answer, is_known

__all__ = [
    "HAND_RAISER",
    "MET",
    "NOT_MET",
    "NOT_YET",
    "OPERATORS",
    "STANDARD",
    "UNKNOWN",
    "Did",
    "Facts",
    "Reason",
    "Score",
    "answer",
    "exclusions_of",
    "grade",
    "is_known",
    "is_request_for_sales",
    "missing_fields",
    "next_change",
    "score",
]
