"""The door's tables."""

from intake.models.batches import Batch, BatchChunk, BatchRow
from intake.models.submissions import Form, Keeping, OptIn, Submission

__all__ = ["Batch", "BatchChunk", "BatchRow", "Form", "Keeping", "OptIn", "Submission"]
