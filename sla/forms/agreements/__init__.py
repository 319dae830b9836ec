"""The editor of a draft: one form for each section of the content."""

from typing import Any

from sla.content import content_hash
from sla.forms.agreements.commitments import CommitmentsForm
from sla.forms.agreements.escalation import EscalationForm
from sla.forms.agreements.hours import HoursForm
from sla.forms.agreements.reasons import ReasonsForm
from sla.forms.agreements.responsibilities import ResponsibilitiesForm
from sla.forms.agreements.section import Group, SectionForm
from sla.forms.agreements.terms import ArbitrationForm, TermsForm, TiersForm
from sla.forms.agreements.versions import DeputyForm, LabelsForm, ProposalForm

__all__ = ["SECTION_FORMS", "DeputyForm", "Group", "LabelsForm", "ProposalForm", "SectionForm", "digest_of"]

SECTION_FORMS: dict[str, type[SectionForm]] = {
    "commitments": CommitmentsForm,
    "tiers": TiersForm,
    "hours": HoursForm,
    "escalation": EscalationForm,
    "reasons": ReasonsForm,
    "arbitration": ArbitrationForm,
    "responsibilities": ResponsibilitiesForm,
    "terms": TermsForm,
}


def digest_of(section: str, content: dict[str, Any]) -> str:
    """Return a short digest of what a section's form edits, to notice that somebody else changed it meanwhile."""
    return content_hash(SECTION_FORMS[section].parts(content))[:16]
