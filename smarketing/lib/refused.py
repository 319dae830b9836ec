"""What the database refused."""

from django.db import IntegrityError


def refused_table(refusal: IntegrityError) -> str:
    """Return the table of the row that was refused, "" when the database did not say."""
    return _told(refusal, "table_name")


def refused_by(refusal: IntegrityError) -> str:
    """Return the constraint that refused a row, "" when the database did not say."""
    return _told(refusal, "constraint_name")


def _told(refusal: IntegrityError, what: str) -> str:
    # Django wraps the driver's error, which knows.
    return getattr(getattr(refusal.__cause__, "diag", None), what, None) or ""
