"""Reading what a merge would do, which leads may be one person, and which went on as which."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from msgspec import json

from leads import words
from leads.access import visible_leads
from leads.duplicates import TELLING_AT_MOST, Key, Person
from leads.models import Behaviour, Consent, Duplicate, Handover, Lead, LeadKey, Merge
from leads.normal import email_norm
from leads.queries.ownership import handover_with_sales
from sla.models import Subject
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id
from tenants.models import Membership

# What people choose between when two leads become one; each name stands for its columns.
MERGEABLE: dict[str, tuple[str, ...]] = {
    "given_name": ("given_name",),
    "family_name": ("family_name",),
    "phone": ("phone", "phone_e164"),
    "job_title": ("job_title",),
    "country": ("country",),
    "company_name": ("company_name", "company_id"),
    "message": ("message",),
    "marketer": ("marketer_id",),
    "campaign": ("campaign_id",),
}
# How far a lead has come; what is not listed has come nowhere.
_FAR = {stage: far for far, stage in enumerate(("prospect", "mql", "sal", "sql", "opportunity", "customer"), start=1)}


@dataclass(frozen=True)
class MergeField:
    """One value of both leads, side by side; ``takes_other`` says whose is proposed."""

    name: str
    label: str
    value: str
    other: str
    differs: bool
    takes_other: bool


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do."""

    survivor: Lead
    dropped: Lead
    fields: list[MergeField]
    behaviours: int
    consents: int
    handovers: int
    # The open handover that would end in the earlier one; None where at most one is open.
    ending: Handover | None
    going_on: Handover | None
    reverses_credit: bool


@dataclass(frozen=True)
class DuplicateRow:
    """One suggestion as pages and clients read it."""

    id: UUID
    lead: Lead
    other: Lead
    kinds: list[str]
    found_at: datetime


def joined_values(survivor: Lead, dropped: Lead, take: Collection[str] = ()) -> dict[str, Any]:
    """Return the columns of the survivor after a merge: its own values, the other's where it has none or is asked."""
    joined: dict[str, Any] = {}
    for name, columns in MERGEABLE.items():
        source = dropped if name in take or not _value(survivor, name) else survivor
        joined |= {column: getattr(source, column) for column in columns}
    joined["custom"] = {**dropped.custom, **survivor.custom}
    joined["attributes"] = {**dropped.attributes, **survivor.attributes}
    joined["wants_sales_talk"] = survivor.wants_sales_talk or dropped.wants_sales_talk
    # The first touch stands for ever, the last one rolls.
    joined["first_touch"] = min((survivor.first_touch, dropped.first_touch), key=_first)
    joined["last_touch"] = max((survivor.last_touch, dropped.last_touch), key=_moment)
    joined["last_utm"] = _last_utm(survivor, dropped)
    if _FAR.get(dropped.stage, 0) > _FAR.get(survivor.stage, 0):
        joined["stage"] = dropped.stage
    return joined


def _value(lead: Lead, name: str) -> Any:
    return getattr(lead, MERGEABLE[name][0]) or (getattr(lead, MERGEABLE[name][-1]) if name == "company_name" else None)


def _last_utm(survivor: Lead, dropped: Lead) -> str:
    later, earlier = sorted((survivor, dropped), key=lambda lead: _moment(lead.last_touch), reverse=True)
    return later.last_utm or earlier.last_utm


def _moment(touch: dict[str, Any]) -> str:
    return str(touch.get("at", ""))


def _first(touch: dict[str, Any]) -> str:
    # No touch at all is later than any.
    return _moment(touch) or "~"


def earlier_of(handover: Handover) -> tuple[datetime, UUID]:
    """Return by what the earlier of two handovers is told."""
    return handover.sent_at, handover.pk


def credited_subject(lead: Lead) -> Subject | None:
    """Return the subject that holds the credit of the lead's present qualification cycle."""
    held = Handover.objects.filter(lead=lead, cycle=lead.cycle).values("subject")
    states = (Subject.Credit.COUNTED, Subject.Credit.SUSPENDED)
    return Subject.objects.filter(pk__in=held, credit__in=states).order_by("-opened_at").first()


def merge_preview(one: Lead, other: Lead) -> MergePreview:
    """Return what merging two leads would do; nothing is changed."""
    survivor, dropped = sorted((one, other), key=lambda lead: (lead.created_at, lead.number))
    held = sorted(
        (handover for lead in (survivor, dropped) if (handover := handover_with_sales(lead)) is not None),
        key=earlier_of,
    )
    return MergePreview(
        survivor=survivor,
        dropped=dropped,
        fields=[_field(survivor, dropped, name) for name in MERGEABLE],
        behaviours=Behaviour.objects.filter(lead=dropped).count(),
        consents=Consent.objects.filter(lead=dropped).count(),
        handovers=Handover.objects.filter(lead=dropped).count(),
        ending=held[1] if len(held) == 2 else None,
        going_on=held[0] if held else None,
        reverses_credit=credited_subject(survivor) is not None and credited_subject(dropped) is not None,
    )


def _field(survivor: Lead, dropped: Lead, name: str) -> MergeField:
    value, other = _shown(survivor, name), _shown(dropped, name)
    label = words.word(words.FIELDS, name) if name in words.FIELDS else words.word(words.MERGE_FIELDS, name)
    return MergeField(name, label, value, other, bool(other) and value != other, bool(other) and not value)


def _shown(lead: Lead, name: str) -> str:
    if name == "company_name":
        return lead.company_name or (lead.company.name if lead.company else "")
    if name == "marketer":
        return lead.marketer.name if lead.marketer else ""
    if name == "campaign":
        return lead.campaign.name if lead.campaign else ""
    return str(getattr(lead, name))


def threads_of(lead: Lead) -> "QuerySet[Lead, UUID]":
    """Return the timelines that tell of a person: the lead's own and those of the leads that went on as it.

    To be asked within another query: few ids, then one index scan for each timeline.
    """
    return Lead.objects.filter(Q(pk=lead.pk) | Q(merged_into=lead)).values_list("pk", flat=True)


def lead_called(membership: Membership, told: str) -> Lead | None:
    """Return the visible lead with this number (L-17) or e-mail address, or None."""
    rows = visible_leads(membership).filter(merged_into=None).select_related("company", "marketer", "campaign")
    number = told.upper().removeprefix("L-")
    if number.isdigit() and len(number) < 10:
        return rows.filter(number=int(number)).first()
    email = email_norm(told)
    return rows.filter(email_norm=email).first() if email else None


def merges_into(lead: Lead, *, since: datetime) -> list[Merge]:
    """Return the merges that this lead survived since then and that stand, newest first: those that can be undone."""
    rows = Merge.objects.filter(survivor=lead, undone_at=None, at__gte=since)
    return list(rows.select_related("dropped", "by").order_by("-at"))


def newest_merge(lead: Lead) -> Merge | None:
    """Return the last merge into or of this lead that stands, or None."""
    rows = Merge.objects.filter(Q(survivor=lead) | Q(dropped=lead), undone_at=None)
    return rows.select_related("survivor", "dropped", "by").order_by("-at").first()


# Suggestions


# Of a lead that is looked at: its place among those it is suggested with, and what person_of compares.
COMPARED = (
    "number", "created_at", "merged_into", "email_norm", "phone_e164", "given_name", "family_name", "company_name",
    "company__name", "company__domain_norm",
)  # fmt: skip


def to_compare(lead_ids: Collection[UUID]) -> QuerySet[Lead]:
    """Return leads with as much of them as looking for duplicates asks."""
    return Lead.objects.filter(pk__in=lead_ids).select_related("company").only(*COMPARED)


def person_of(lead: Lead) -> Person:
    """Return what a lead is compared by."""
    company = lead.company
    return Person(
        email_norm=lead.email_norm,
        phone_e164=lead.phone_e164,
        given_name=lead.given_name,
        family_name=lead.family_name,
        company_domain=company.domain_norm if company else "",
        company_name=lead.company_name or (company.name if company else ""),
    )


# By the index alone, key by key: a number that thousands share is given up after the first few.
HOLDERS = Prepared(
    "leads_holders",
    ["bigint", "json", "uuid[]", "int"],
    """
select wanted.kind, wanted.value, holder.lead_id
from json_to_recordset($2) wanted(kind text, value text) cross join lateral (
  select lead_id from leads_leadkey
  where organisation_id = $1 and kind = wanted.kind and value = wanted.value and lead_id <> all($3)
  limit $4
) holder
""",
)


def keys_held(leads: Collection[UUID]) -> dict[UUID, frozenset[Key]]:
    """Return by which keys these leads can be found at present."""
    found: dict[UUID, set[Key]] = {lead_id: set() for lead_id in leads}
    for lead_id, kind, value in LeadKey.objects.filter(lead__in=leads).values_list("lead", "kind", "value"):
        found[lead_id].add((kind, value))
    return {lead_id: frozenset(keys) for lead_id, keys in found.items()}


def others_with(keys: Iterable[Key], *, besides: Collection[UUID]) -> dict[Key, set[UUID]]:
    """Return who else holds each of these keys; of one that tells nothing, enough to see that."""
    wanted = json.encode([{"kind": kind, "value": value} for kind, value in sorted(keys)]).decode()
    found: dict[Key, set[UUID]] = {}
    for kind, value, lead_id in ask(HOLDERS, current_organisation_id(), wanted, list(besides), TELLING_AT_MOST + 1):
        found.setdefault((kind, value), set()).add(lead_id)
    return found


def open_duplicates(*, limit: int = 100) -> list[DuplicateRow]:
    """Return the suggestions that wait for a decision, newest first."""
    return _rows(waiting_duplicates().order_by("-found_at", "-pk")[:limit])


def waiting_duplicates() -> "QuerySet[Duplicate]":
    """Return the suggestions that wait for a decision."""
    return Duplicate.objects.filter(state=Duplicate.State.OPEN, lead__merged_into=None, other__merged_into=None)


def duplicates_of(lead: Lead) -> list[DuplicateRow]:
    """Return the open suggestions about one lead."""
    rows = Duplicate.objects.filter(Q(lead=lead) | Q(other=lead), state=Duplicate.State.OPEN)
    return _rows(rows.filter(lead__merged_into=None, other__merged_into=None).order_by("-found_at", "-pk"))


def duplicates_count() -> int:
    """Return how many suggestions wait, at most 1,000."""
    return Duplicate.objects.filter(state=Duplicate.State.OPEN).values("pk")[:1000].count()


def _rows(rows: "QuerySet[Duplicate]") -> list[DuplicateRow]:
    found: Sequence[Duplicate] = list(rows.select_related("lead__company", "other__company"))
    return [DuplicateRow(row.pk, row.lead, row.other, list(row.kinds), row.found_at) for row in found]
