"""The door's tables."""

from intake.models.submissions import Form, Keeping, OptIn, Submission

__all__ = ["Form", "Keeping", "OptIn", "Submission"]
