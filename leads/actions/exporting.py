"""Taking leads out of here as a file: who did it, how many, chosen how."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from events.actions import record
from leads.models import Lead
from tenants.models import Membership

# What people typed may be somebody's name: that it was used is kept, not what.
TYPED = ("q",)


@transaction.atomic
def note_export(
    *, rows: int, kind: str, filters: Mapping[str, str], picked: bool, by: Membership, at: datetime
) -> None:
    """Note for the audit that a member takes leads out as a file."""
    chosen = {name: "…" if name in TYPED else value for name, value in sorted(filters.items())}
    told = ", ".join(f"{name}={value}" for name, value in chosen.items())
    record("leads.exported", by, by=by, at=at, data={"rows": rows, "format": kind, "filters": told, "picked": picked})


@transaction.atomic
def note_disclosure(lead: Lead, *, files: int, by: Membership, at: datetime) -> None:
    """Note for the audit and the lead's own timeline that a member takes out everything about the person."""
    record("lead.disclosed", lead, by=by, at=at, data={"files": files}, thread=lead.pk)
