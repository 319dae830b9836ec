"""Whose an address is."""

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from leads.models import Lead
from smarketing.lib.prepared import Prepared, ask
from smarketing.lib.scope import current_organisation_id


def find_all(addresses: Collection[str]) -> dict[str, Lead]:
    """Return the leads that these addresses lead to, locked, by address; "" is nobody's."""
    named = sorted(set(addresses) - {""})
    is_known, went_on = _looked_up(named) if named else (False, False)
    known = {lead.email_norm: lead for lead in _with(named)} if is_known else {}
    missing = [address for address in named if address not in known]
    return known | _homes_of(missing) if went_on and missing else known


def _with(named: Sequence[str]) -> QuerySet[Lead]:
    # Said besides, so that the index of addresses is seen to fit.
    return _locked(Lead.objects.exclude(email_norm="").filter(email_norm__in=named))


# Each in the form that has an index.
LOOK = Prepared(
    "addresses_looked_up",
    ["bigint", "text[]"],
    """
select
  exists (select from leads_lead where organisation_id = $1 and email_norm = any($2)
    and email_norm <> '' and merged_into_id is null),
  exists (select from leads_lead where organisation_id = $1 and email_norm = any($2)
    and merged_into_id is not null)
""",
)


def _looked_up(named: Sequence[str]) -> tuple[bool, bool]:
    """Tell whether a lead, and a record that went on as another one, has one of these addresses.

    Most who write have never written before: a look is cheaper than reading leads.
    """
    ((is_known, went_on),) = ask(LOOK, current_organisation_id(), list(named))
    return is_known, went_on


def _homes_of(named: Sequence[str]) -> dict[str, Lead]:
    """Return what the records with these addresses went on as, locked: the address is that person's too."""
    merged = Lead.objects.filter(email_norm__in=named).exclude(merged_into=None).order_by("-merged_into_id")
    went_on = dict(merged.values_list("email_norm", "merged_into_id"))
    there = {lead.pk: lead for lead in _locked(Lead.objects.filter(pk__in=went_on.values()))}
    return {address: there[pk] for address, pk in went_on.items() if pk in there}


def _locked(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    locked = rows.filter(merged_into=None).select_for_update(of=("self",))
    return locked.select_related("company").order_by("pk")
