"""Reading what came in at the door."""

from intake.queries.adapters import AdapterRow, AdapterView, adapter_rows, adapter_view
from intake.queries.batches import (
    batches,
    columns_of,
    figures_of,
    in_words,
    preview_of,
    row_note,
    rows_of,
    state_label,
)
from intake.queries.forms import FormRow, form_row, form_rows, shown_fields
from intake.queries.submissions import (
    SubmissionDetail,
    SubmissionRow,
    counts_of,
    detail_of,
    row_of,
    submissions,
)
from intake.queries.visits import Machines, machines_until

__all__ = [
    "AdapterRow",
    "AdapterView",
    "FormRow",
    "Machines",
    "SubmissionDetail",
    "SubmissionRow",
    "adapter_rows",
    "adapter_view",
    "batches",
    "columns_of",
    "counts_of",
    "detail_of",
    "figures_of",
    "form_row",
    "form_rows",
    "in_words",
    "machines_until",
    "preview_of",
    "row_note",
    "row_of",
    "rows_of",
    "shown_fields",
    "state_label",
    "submissions",
]
