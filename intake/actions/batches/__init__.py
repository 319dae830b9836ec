"""Files of people: kept, tried, taken in and taken back, in steps that a crash does not repeat."""

from intake.actions.batches.pieces import CHECK, RUN, UNDO
from intake.actions.batches.sending import (
    CHUNK,
    MOST_ROWS,
    UNDO_FOR,
    BatchNotReady,
    MappingUnknown,
    check_batch,
    run_batch,
    send_batch,
    store_batch,
    undo_batch,
)
from intake.actions.batches.taking import check_step, run_step
from intake.actions.batches.undoing import undo_step

__all__ = [
    "CHECK",
    "CHUNK",
    "MOST_ROWS",
    "RUN",
    "UNDO",
    "UNDO_FOR",
    "BatchNotReady",
    "MappingUnknown",
    "check_batch",
    "check_step",
    "run_batch",
    "run_step",
    "send_batch",
    "store_batch",
    "undo_batch",
    "undo_step",
]
