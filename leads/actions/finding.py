"""Whose an address is, and whose a domain."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from leads.models import Company, Lead
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id


@dataclass(frozen=True)
class Met:
    """The leads of addresses, locked, and the companies of domains."""

    leads: dict[str, Lead]
    companies: dict[str, Company]


def find_all(addresses: Collection[str], domains: Collection[str] = ()) -> Met:
    """Return the leads that these addresses lead to, locked, and the companies with these domains; "" is nobody's."""
    named = sorted(set(addresses) - {""})
    is_known, went_on, companies = _looked_up(named, sorted(domains)) if named or domains else (False, False, [])
    known = {lead.email_norm: lead for lead in _with(named)} if is_known else {}
    missing = [address for address in named if address not in known]
    leads = known | _homes_of(missing) if went_on and missing else known
    return Met(leads, {company.domain_norm: company for company in companies})


def _with(named: Sequence[str]) -> QuerySet[Lead]:
    # Said besides, so that the index of addresses is seen to fit.
    return _locked(Lead.objects.exclude(email_norm="").filter(email_norm__in=named))


COLUMNS = [field.attname for field in Company._meta.concrete_fields]
# Each in the form that has an index.
LOOK = Prepared(
    "people_looked_up",
    ["bigint", "text[]", "text[]"],
    f"""
select
  exists (select from leads_lead where organisation_id = $1 and email_norm = any($2)
    and email_norm <> '' and merged_into_id is null),
  exists (select from leads_lead where organisation_id = $1 and email_norm = any($2)
    and merged_into_id is not null),
  array(select json_build_array({", ".join(COLUMNS)}) from leads_company
    where organisation_id = $1 and domain_norm = any($3) and domain_norm <> '')
""",  # noqa: S608 -- names of ours only
)


def _looked_up(named: Sequence[str], domains: Sequence[str]) -> tuple[bool, bool, list[Company]]:
    """Tell whether a lead, and a record that went on as another one, has one of these addresses; and the companies.

    Most who write have never written before: a look is cheaper than reading leads.
    """
    ((is_known, went_on, told),) = ask(LOOK, current_organisation_id(), list(named), list(domains))
    return is_known, went_on, [_company(row) for row in told]


def _company(row: Sequence[Any]) -> Company:
    values = [UUID(value) if name == "id" else value for name, value in zip(COLUMNS, row, strict=True)]
    return Company.from_db("default", COLUMNS, values)


def _homes_of(named: Sequence[str]) -> dict[str, Lead]:
    """Return what the records with these addresses went on as, locked: the address is that person's too."""
    merged = Lead.objects.filter(email_norm__in=named).exclude(merged_into=None).order_by("-merged_into_id")
    went_on = dict(merged.values_list("email_norm", "merged_into_id"))
    there = {lead.pk: lead for lead in _locked(Lead.objects.filter(pk__in=went_on.values()))}
    return {address: there[pk] for address, pk in went_on.items() if pk in there}


def _locked(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    locked = rows.filter(merged_into=None).select_for_update(of=("self",))
    return locked.select_related("company").order_by("pk")
