"""Writing a change of a lead or a handover, with the revision that clients compare."""

from datetime import datetime
from typing import Any

from django.db.models import F

from leads.models import Handover, Lead


def change_lead(lead: Lead, *, at: datetime, **fields: Any) -> None:
    """Write these fields of a lead that the caller has locked, and count the change."""
    if fields.get("stage", lead.stage) != lead.stage:
        fields["stage_since"] = at
    Lead.objects.filter(pk=lead.pk).update(updated_at=at, revision=F("revision") + 1, **fields)
    _mirror(lead, {**fields, "updated_at": at, "revision": lead.revision + 1})


def change_handover(handover: Handover, *, at: datetime, **fields: Any) -> None:
    """Write these fields of a handover that the caller has locked, and count the change."""
    Handover.objects.filter(pk=handover.pk).update(updated_at=at, revision=F("revision") + 1, **fields)
    _mirror(handover, {**fields, "updated_at": at, "revision": handover.revision + 1})


def locked_lead(lead_id: Any) -> Lead:
    """Return the lead, locked until the end of the transaction."""
    return Lead.objects.select_for_update(of=("self",)).select_related("company").get(pk=lead_id)


def locked_handover(handover: Handover) -> Handover:
    """Return the handover as it is now, locked; with its lead, subject and version.

    The handover is always locked before its clocks, so that two decisions cannot wait for each other in a circle.
    """
    rows = Handover.objects.select_for_update(of=("self",))
    return rows.select_related("lead", "subject", "version", "decided_by", "assigned_to").get(pk=handover.pk)


def _mirror(row: Lead | Handover, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
