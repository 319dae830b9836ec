"""Correcting what is known of a lead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from events.actions import record
from leads import normal
from leads.actions.attributes import told_attributes
from leads.actions.changing import change_lead, locked_lead, refuse_erased
from leads.actions.judging import follow_score, rescore
from leads.models import Company, Lead
from leads.queries.ownership import handover_with_sales
from sla.queries import agreement_in_force
from smarketing.lib.errors import FieldError, InvalidInput
from tenants.models import Membership

# What people may put right by hand; the e-mail is who somebody is.
CORRECTABLE = (
    "given_name", "family_name", "phone", "job_title", "country",
    "company_name", "employees", "industry", "website",
)  # fmt: skip
_OF_COMPANY = ("employees", "industry", "website")


@transaction.atomic
def edit_lead(
    lead: Lead,
    *,
    changes: Mapping[str, Any],
    attributes: Mapping[str, Any] | None = None,
    by: Membership,
    at: datetime,
) -> Lead:
    """Correct a lead by hand and judge it anew; raises InvalidInput.

    ``changes`` may hold CORRECTABLE fields, ``attributes`` values by key (None takes one away).
    """
    lead = locked_lead(lead.pk)
    refuse_erased(lead)
    correct(lead, changes, at=at)
    if attributes:
        change_lead(lead, at=at, attributes=told_attributes(lead.attributes, attributes))
    # Names of fields only: their values are personal.
    named = sorted([*changes, *(attributes or ())])
    record("lead.edited", lead, by=by, at=at, data={"fields": named}, thread=lead.pk)
    version = agreement_in_force(at=at)
    if version is not None:
        rescore(lead, version, by=by, at=at)
        if handover_with_sales(lead) is None:
            follow_score(lead, by=by, at=at)
    return lead


def correct(lead: Lead, changes: Mapping[str, Any], *, at: datetime) -> None:
    """Write corrections of a locked lead and its company; raises InvalidInput for a field that is not to correct."""
    unknown = [name for name in changes if name not in CORRECTABLE]
    if unknown:
        raise InvalidInput(
            [FieldError(f"/changes/{name}", "unknown_field", "Not a field to correct.") for name in unknown]
        )
    told = {name: normal.tidy(value) if isinstance(value, str) else value for name, value in changes.items()}
    of_lead: dict[str, Any] = {name: value for name, value in told.items() if name not in _OF_COMPANY}
    if "phone" in of_lead:
        of_lead["phone_e164"] = normal.phone_e164(of_lead["phone"], of_lead.get("country") or lead.country)
    of_company = {name: value for name, value in told.items() if name in _OF_COMPANY}
    change_lead(lead, at=at, **of_lead)
    if of_company:
        _correct_company(lead, of_company, at=at)


def _correct_company(lead: Lead, told: Mapping[str, Any], *, at: datetime) -> None:
    if lead.company is None:
        change_lead(lead, at=at, company=Company.objects.create(name=lead.company_name or lead.name))
    company = lead.company
    if company is None:
        raise LookupError("The company was just made.")
    facts = {name: value for name, value in told.items() if name == "employees"}
    if "industry" in told:
        facts["industry"] = normal.fold(told["industry"])
    if told.get("website") and not company.domain_norm:
        facts["domain_norm"] = normal.registrable(told["website"])
    Company.objects.filter(pk=company.pk).update(**facts)
    for name, value in facts.items():
        setattr(company, name, value)
