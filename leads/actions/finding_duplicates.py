"""Keeping the keys of leads, and suggesting which may be one person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from events.actions import gathering, record
from leads.duplicates import Key, keys_of, shared_in_turn
from leads.models import Duplicate, Lead, LeadKey
from leads.queries.merging import keys_held, others_with, person_of
from smarketing.lib.inserting import as_json, give_ids, insert_rows, insertion, new_row, note_written
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id

Keys = Mapping[UUID, frozenset[Key]]
Looked = Sequence[tuple[Lead, datetime]]

SUGGESTED = Prepared(
    "leads_suggested", ["json"], f"{insertion(Duplicate, frozenset()).statement} on conflict do nothing returning id"
)


def find_duplicates(lead: Lead, *, at: datetime) -> list[Duplicate]:
    """Write down by what a lead can be found again, and suggest those that share it; a decided pair stays decided.

    Runs beside the daily flow, as often as one likes.
    """
    return find_duplicates_in_turn([(lead, at)])


@transaction.atomic
def find_duplicates_in_turn(looked: Looked) -> list[Duplicate]:
    """Do for several leads, each at its moment and in this order, what find_duplicates does for one."""
    _take_turns()
    leads = {lead.pk: lead for lead, _at in looked}
    had = keys_held(leads)
    have = {pk: keys_of(person_of(lead)) if lead.merged_into_id is None else frozenset() for pk, lead in leads.items()}
    _keep_keys(had, have)
    others = others_with(frozenset().union(*have.values()), besides=leads)
    found = shared_in_turn([lead.pk for lead, _at in looked], had=had, have=have, others=others)
    fresh = _suggested(_pairs(looked, found, _people(leads, others)))
    with gathering():
        for row in fresh:
            data = {"other": str(row.other_id), "kinds": row.kinds}
            record("lead.duplicate_suggested", row.lead, by=None, at=row.found_at, data=data, thread=row.lead_id)
    return fresh


def _take_turns() -> None:
    """Let one worker at a time look in an organisation: two that share a key would not see each other's."""
    with connection.cursor() as cursor:
        key = f"leads.find_duplicates:{current_organisation_id()}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _keep_keys(had: Keys, have: Keys) -> None:
    changed = [pk for pk in sorted(have) if had[pk] != have[pk]]
    outdated = [pk for pk in changed if had[pk]]
    if outdated:
        LeadKey.objects.filter(lead__in=outdated).delete()
    insert_rows(
        [new_row(LeadKey, lead_id=pk, kind=kind, value=value) for pk in changed for kind, value in sorted(have[pk])]
    )


def _people(leads: Mapping[UUID, Lead], others: Mapping[Key, set[UUID]]) -> dict[UUID, Lead]:
    """Return who may be suggested; a merged one keeps its keys until it is looked at again."""
    found = set().union(*others.values())
    rows = Lead.objects.filter(pk__in=found, merged_into=None).only("number", "created_at") if found else ()
    here = {lead.pk: lead for lead in leads.values() if lead.merged_into_id is None}
    return here | {lead.pk: lead for lead in rows}


def _pairs(looked: Looked, found: Sequence[Mapping[UUID, list[str]]], people: Mapping[UUID, Lead]) -> list[Duplicate]:
    """Return the suggestions in the order in which they are found, each pair once."""
    pairs: dict[tuple[UUID, UUID], Duplicate] = {}
    for (lead, at), same in zip(looked, found, strict=True):
        for other in sorted((people[pk] for pk in same if pk in people), key=_age):
            older, younger = sorted((lead, other), key=_age)
            row = new_row(Duplicate, lead=older, other=younger, kinds=same[other.pk], found_at=at)
            pairs.setdefault((older.pk, younger.pk), row)
    return list(pairs.values())


def _age(lead: Lead) -> tuple[datetime, int]:
    return lead.created_at, lead.number


def _suggested(pairs: Sequence[Duplicate]) -> list[Duplicate]:
    """Write the pairs that nobody has suggested yet; return those."""
    if not pairs:
        return []
    give_ids(pairs)
    written = {row[0] for row in ask(SUGGESTED, as_json(pairs, frozenset()))}
    fresh = [row for row in pairs if row.pk in written]
    note_written(fresh)
    return fresh
