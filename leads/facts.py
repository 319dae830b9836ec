"""The fields that definitions and gates may name, and a lead's values for them.

# Note [What came raw is not judged]
Criteria and exclusions see the fields that everybody has and the organisation's own attributes, read as their kind.
What a form sent beyond them stays with the lead as it came; it becomes a fact when an administrator maps it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Window
from django.db.models.functions import RowNumber

from leads.models import Attribute, Behaviour, Lead
from leads.scoring import Did, Facts
from sla.content.definitions import FLAG

# The catalogue that agreement versions are validated against: name → kind (sla.content.definitions.OPERATORS_OF).
KINDS: Mapping[str, str] = {
    "email": "text", "given_name": "text", "family_name": "text", "phone": "text", "job_title": "text",
    "country": "text", "company_name": "text", "industry": "text", "employees": "number", "website": "text",
    "message": "text",
}  # fmt: skip
FIELDS = tuple(KINDS)
# Every organisation has these; only members and their keys say yes to them.
FLAGS = ("competitor", "student", "existing_customer")
BEHAVIOURS = (
    "page_viewed", "pricing_viewed", "ebook_downloaded", "webinar_attended", "demo_requested",
    "mail_opened", "mail_clicked",
)  # fmt: skip
_KINDS_OF_ATTRIBUTES = {
    Attribute.Kind.TEXT: "text",
    Attribute.Kind.NUMBER: "number",
    Attribute.Kind.DATE: "date",
    Attribute.Kind.BOOLEAN: "boolean",
    Attribute.Kind.CHOICE: "choice",
    Attribute.Kind.MULTI_CHOICE: "list",
}

# Behaviour older than any window of a scoring model is history, not readiness.
LOOK_BACK_ROWS = 500


def known_fields() -> dict[str, str]:
    """Return every field that a definition of the open organisation may name, with its kind."""
    return {
        **KINDS,
        **dict.fromkeys(FLAGS, FLAG),
        **{attribute.key: kind_of(attribute) for attribute in Attribute.objects.order_by("created_at", "id")},
    }


def known_behaviours() -> tuple[str, ...]:
    """Return what people do that a definition may count."""
    return BEHAVIOURS


def kind_of(attribute: Attribute) -> str:
    """Return how criteria see an attribute; a yes that no form can say is a flag."""
    if attribute.kind == Attribute.Kind.BOOLEAN and not attribute.open_to_forms:
        return FLAG
    return _KINDS_OF_ATTRIBUTES[Attribute.Kind(attribute.kind)]


def fields_of(lead: Lead) -> dict[str, Any]:
    """Return the lead's values by catalogue name. See Note [What came raw is not judged]."""
    company = lead.company
    return {
        **lead.attributes,
        "existing_customer": lead.stage == Lead.Stage.CUSTOMER or lead.attributes.get("existing_customer"),
        "email": lead.email_norm,
        "given_name": lead.given_name,
        "family_name": lead.family_name,
        "phone": lead.phone_e164 or lead.phone,
        "job_title": lead.job_title,
        "country": lead.country or (company.country if company else ""),
        "company_name": lead.company_name or (company.name if company else ""),
        "industry": company.industry if company else "",
        "employees": company.employees if company else None,
        "website": company.domain_norm if company else "",
        "message": lead.message,
    }


def facts_of(lead: Lead, *, at: datetime) -> Facts:
    """Return what the scoring needs to know of a lead as of ``at``."""
    rows = Behaviour.objects.filter(lead=lead, at__lte=at).order_by("-at", "-id").values_list("kind", "at")
    return facts_from(lead, [Did(kind, when) for kind, when in rows[:LOOK_BACK_ROWS]])


def facts_from(lead: Lead, done: Sequence[Did]) -> Facts:
    """Return the facts of a lead (with its company) whose behaviour is known already."""
    return Facts(fields_of(lead), done, lead.wants_sales_talk, lead.recycled_at)


def latest_behaviours(lead_ids: Collection[UUID], *, at: datetime) -> dict[UUID, list[Did]]:
    """Return what facts_of looks at, for several leads in one query."""
    found: dict[UUID, list[Did]] = {lead_id: [] for lead_id in lead_ids}
    place = Window(RowNumber(), partition_by="lead", order_by=["-at", "-id"])
    rows = Behaviour.objects.filter(lead__in=list(found), at__lte=at).annotate(place=place)
    for lead_id, kind, when in rows.filter(place__lte=LOOK_BACK_ROWS).values_list("lead_id", "kind", "at"):
        found[lead_id].append(Did(kind, when))
    return found
