"""Reading what came in at the door."""

from intake.queries.forms import FormRow, form_row, form_rows, shown_fields
from intake.queries.submissions import (
    SubmissionDetail,
    SubmissionRow,
    counts_by_state,
    detail_of,
    row_of,
    submissions,
)

__all__ = [
    "FormRow",
    "SubmissionDetail",
    "SubmissionRow",
    "counts_by_state",
    "detail_of",
    "form_row",
    "form_rows",
    "row_of",
    "shown_fields",
    "submissions",
]
