"""The fields that definitions and gates may name, and a lead's values for them."""

from datetime import datetime
from typing import Any

from leads.models import Behaviour, Lead
from leads.scoring import Did, Facts

# The catalogue that agreement versions are validated against.
FIELDS = (
    "email", "given_name", "family_name", "phone", "job_title", "country",
    "company_name", "industry", "employees", "website", "message",
)  # fmt: skip
BEHAVIOURS = (
    "page_viewed", "pricing_viewed", "ebook_downloaded", "webinar_attended", "demo_requested",
    "mail_opened", "mail_clicked",
)  # fmt: skip

# Behaviour older than any window of a scoring model is history, not readiness.
LOOK_BACK_ROWS = 500


def fields_of(lead: Lead) -> dict[str, Any]:
    """Return the lead's values by catalogue name, custom values beneath them."""
    company = lead.company
    return {
        **lead.custom,
        "existing_customer": lead.stage == Lead.Stage.CUSTOMER or lead.custom.get("existing_customer"),
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
    rows = Behaviour.objects.filter(lead=lead, at__lte=at).order_by("-at").values_list("kind", "at")
    did = tuple(Did(kind, when) for kind, when in rows[:LOOK_BACK_ROWS])
    return Facts(fields_of(lead), did, lead.wants_sales_talk)
