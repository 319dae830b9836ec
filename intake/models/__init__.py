"""The door's tables."""

from intake.models.batches import Batch, BatchChunk, BatchRow
from intake.models.submissions import Form, Keeping, OptIn, Submission
from intake.models.visits import MachineDay, Visit, Visitor

__all__ = [
    "Batch",
    "BatchChunk",
    "BatchRow",
    "Form",
    "Keeping",
    "MachineDay",
    "OptIn",
    "Submission",
    "Visit",
    "Visitor",
]
