"""What cases say about a person, for their own eyes."""

from typing import Any

from arbitration.models import Case, HearingNote, Ruling, Statement
from leads.queries import Identity, rows_told


def told_of(person: Identity) -> dict[str, list[dict[str, Any]]]:
    """Return the cases about a person's handovers with what was said; votes are the board's own."""
    cases = Case.objects.filter(handover__lead=person.lead_id)
    parts: dict[str, Any] = {
        "cases": cases,
        "statements": Statement.objects.filter(case__in=cases),
        "hearing_notes": HearingNote.objects.filter(case__in=cases),
        "rulings": Ruling.objects.filter(case__in=cases),
    }
    told = {name: rows_told(rows.order_by("pk")) for name, rows in parts.items()}
    # Key of digests, no fact about the person.
    told["cases"] = [{name: value for name, value in row.items() if name != "evidence_salt"} for row in told["cases"]]
    return told
