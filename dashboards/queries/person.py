"""Everything that is held about a person, gathered from every app; and who was erased."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from arbitration.queries.persons import told_of as told_by_the_board
from events.models import Event
from intake.queries.persons import told_of as told_at_the_door
from leads.models import Forgotten, Lead
from leads.normal import email_norm
from leads.queries import identity_of, lead_called, rows_told, threads_of
from leads.queries import told_of as told_in_the_flow
from tenants.models import Membership

ERASED_SHOWN = 50


@dataclass(frozen=True)
class Erasure:
    """Somebody who was erased: a number, no name."""

    lead_id: UUID
    number: str
    at: datetime
    by_name: str


def everything_about(lead: Lead) -> dict[str, list[dict[str, Any]]]:
    """Return every row that is about a person and those that went on as this one, by kind."""
    # Before parts: a row of both stands with the flow, to which it belongs.
    told = told_in_the_flow(lead.pk)
    for one in {lead.pk, *(row["id"] for row in told["leads"])}:
        person = identity_of(one)
        for part in (told_at_the_door(person), told_by_the_board(person)):
            for name, rows in part.items():
                told.setdefault(name, []).extend(rows)
    events = Event.objects.filter(thread_id__in=threads_of(lead)).order_by("at", "id")
    return {**told, "events": rows_told(events)}


def person_called(membership: Membership, told: str) -> Lead | None:
    """Return the lead with this number or address, also an address of one that went on as it; None without one."""
    found = lead_called(membership, told)
    address = email_norm(told)
    if found is not None or not address:
        return found
    went_on = Lead.objects.filter(email_norm=address).exclude(merged_into=None).select_related("merged_into").first()
    return went_on.merged_into if went_on else None


def newest_erasures() -> list[Erasure]:
    """Return who was erased last, the newest first."""
    rows = list(Event.objects.filter(kind="lead.erased").order_by("-at", "-id")[:ERASED_SHOWN])
    names = dict(Membership.objects.filter(pk__in={row.by_id for row in rows}).values_list("pk", "name"))
    return [
        Erasure(row.subject_id, row.data["number"], row.at, names.get(row.by_id, "") if row.by_id else "")
        for row in rows
    ]


def forgotten_count() -> int:
    """Return how many addresses and numbers would be noticed again."""
    return Forgotten.objects.count()
