"""Everything about a person as one file: their data as JSON, and the files that hang on them."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from dashboards.queries.person import everything_about
from leads.actions import note_disclosure
from leads.models import Lead
from leads.queries import files_of
from tenants.models import Membership
from tenants.queries import content_of

MEDIA_TYPE = "application/zip"


def person_file(lead: Lead, *, by: Membership, at: datetime) -> bytes:
    """Return the ZIP with everything about a person, and put on record who took it."""
    told, files = everything_about(lead), files_of(lead.pk)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {"lead": str(lead), "taken_at": at.isoformat(), **told}
        archive.writestr("person.json", json.dumps(whole, ensure_ascii=False, indent=2, default=str))
        for place, file in enumerate(files, start=1):
            # Two files may have one name.
            archive.writestr(f"files/{place:02d}-{file.name}", content_of(file) or b"")
    note_disclosure(lead, files=len(files), by=by, at=at)
    return held.getvalue()


def counts_of(told: dict[str, list[dict[str, Any]]]) -> list[tuple[str, int]]:
    """Return how many rows of each kind there are, without the kinds of which there are none."""
    return [(name, len(rows)) for name, rows in told.items() if rows]
