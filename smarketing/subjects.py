"""What the subjects of deadlines are called and where their pages are; sla itself knows neither leads nor cases."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.dateformat import format as format_date

from arbitration.models import Case
from leads.access import visible_leads
from leads.models import Handover, Lead
from sla.describing import Describer, Description
from sla.models import Month
from smarketing.lib.scope import current_organisation_id
from tenants.models import Membership, Organisation


def _describe_handovers(subject_ids: Sequence[UUID]) -> dict[UUID, Description]:
    slug = _slug()
    rows = Handover.objects.filter(subject_id__in=subject_ids).select_related("lead")
    return {row.subject_id: _describe_lead(row.lead, slug) for row in rows}


def _describe_cases(subject_ids: Sequence[UUID]) -> dict[UUID, Description]:
    slug = _slug()
    rows = Case.objects.filter(subject_id__in=subject_ids).select_related("handover__lead")
    return {
        row.subject_id: Description(
            title=row.number,
            sub=row.handover.lead.name,
            url=reverse("arbitration:case", kwargs={"slug": slug, "case_id": row.pk}),
            lead_id=row.handover.lead_id,
        )
        for row in rows
    }


def _describe_months(subject_ids: Sequence[UUID]) -> dict[UUID, Description]:
    slug = _slug()
    return {
        row.subject_id: Description(
            title=format_date(row.month, "F Y"),
            url=reverse("sla:month", kwargs={"slug": slug, "month": f"{row.month:%Y-%m}"}),
        )
        for row in Month.objects.filter(subject_id__in=subject_ids)
    }


def _describe_lead(lead: Lead, slug: str) -> Description:
    url = reverse("leads:detail", kwargs={"slug": slug, "lead_id": lead.pk})
    return Description(title=lead.name, sub=lead.company_name, url=url, lead_id=lead.pk)


def lead_names(reader: Membership, thread_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what the leads among these are called, person and company, as far as this member may see them."""
    rows = visible_leads(reader).filter(pk__in=thread_ids)
    return {row.pk: ", ".join(part for part in (row.name, row.company_name) if part) for row in rows}


def _slug() -> str:
    return Organisation.objects.values_list("slug", flat=True).get(pk=current_organisation_id())


DESCRIBERS: Mapping[str, Describer] = {
    "handover": _describe_handovers,
    "case": _describe_cases,
    "month": _describe_months,
}
