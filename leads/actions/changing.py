"""Writing a change of a lead or a handover, with the revision that clients compare."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Model
from django.utils.translation import gettext as _

from events.actions import record
from leads.actions.gathering import current_work
from leads.models import Handover, Lead, StageEntry
from leads.stages import ends_cycle
from smarketing.lib.errors import DomainError
from smarketing.lib.inserting import new_row
from tenants.models import Membership


class HandoverMerged(DomainError):
    """Two leads were one person, and this handover ended in the earlier one; ``merged_into`` says which."""

    code = "handover_merged"


class LeadErased(DomainError):
    """The person asked to be forgotten: nothing is written about them any more."""

    code = "lead_erased"


def refuse_erased(lead: Lead) -> None:
    """Raise LeadErased where nothing of the person is left."""
    if lead.erased_at is not None:
        raise LeadErased(_("This person was erased. Nothing can be written about them."))


def change_lead(lead: Lead, *, at: datetime, by: Membership | None = None, reason: str = "", **fields: Any) -> None:
    """Write these fields of a lead that the caller has locked, and count the change.

    A new stage goes into the history with ``by`` and ``reason``; one that ends the cycle is told as lead.recycled.
    """
    came_from, to = lead.stage, fields.get("stage", lead.stage)
    if to != came_from:
        fields |= {"stage_since": at, "dwelling_since": None}
    recycled = ends_cycle(came_from, to)
    if recycled:
        # The request for a talk was answered by this cycle.
        fields |= {"recycled_at": at, "wants_sales_talk": False}
    work = current_work()
    if work is None:
        Lead.objects.filter(pk=lead.pk).update(updated_at=at, revision=F("revision") + 1, **fields)
    else:
        work.change(lead, {**fields, "updated_at": at, "revision": lead.revision + 1})
    _mirror(lead, {**fields, "updated_at": at, "revision": lead.revision + 1})
    if to != came_from:
        entry = new_row(
            StageEntry, lead=lead, stage=to, came_from=came_from, cycle=lead.cycle, at=at, by=by, reason=reason
        )
        keep_rows([entry])
    if recycled:
        record("lead.recycled", lead, by=by, at=at, data={"cycle": lead.cycle, "from": came_from}, thread=lead.pk)


def note_judgement(lead: Lead, **fields: Any) -> None:
    """Write what is no change of a locked lead: why it was judged as before, and when."""
    work = current_work()
    if work is None:
        Lead.objects.filter(pk=lead.pk).update(**fields)
    else:
        work.change(lead, fields)
        _mirror(lead, fields)


def keep_rows(rows: Sequence[Model]) -> None:
    """Write new rows that belong to a lead."""
    work = current_work()
    if work is not None:
        work.add(rows)
    elif rows:
        type(rows[0]).objects.bulk_create(rows)  # type: ignore[attr-defined]  # each has its manager


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
    Raises HandoverMerged.
    """
    rows = Handover.objects.select_for_update(of=("self",))
    found = rows.select_related("lead", "subject", "version", "decided_by", "assigned_to").get(pk=handover.pk)
    if found.merged_into_id is not None:
        raise HandoverMerged(
            _("This handover ended: the person's earlier one goes on."), merged_into=str(found.merged_into_id)
        )
    return found


def _mirror(row: Lead | Handover, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
