"""What came in about a person, for their own eyes."""

from typing import Any

from django.db.models import Q

from intake.models import BatchRow, OptIn, Submission, Visit, Visitor
from leads.queries import Identity, rows_told


def told_of(person: Identity) -> dict[str, list[dict[str, Any]]]:
    """Return every post that became this lead, the questions mailed to the person, and what their browser visited."""
    posts = Submission.objects.filter(lead=person.lead_id)
    parts: dict[str, Any] = {
        "submissions": posts,
        "confirmations": OptIn.objects.filter(Q(submission__in=posts) | Q(email_norm__in=person.emails)),
        "rows_of_files": BatchRow.objects.filter(submission__in=posts),
        "visitors": Visitor.objects.filter(lead=person.lead_id),
        "visits": Visit.objects.filter(visitor__lead=person.lead_id),
    }
    return {name: rows_told(rows.order_by("pk")) for name, rows in parts.items()}
