"""Reading what a try of changed definitions found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from leads import words
from leads.access import visible_leads
from leads.queries.detail import company_of
from sla.content import content_hash
from sla.models import AgreementVersion
from tenants.models import Job, Membership

PREVIEW = "leads.preview_scoring"
# So many differing leads are shown on the page; the interface has all that were listed.
SHOWN = 100


def latest_preview(version: AgreementVersion) -> Job | None:
    """Return the newest try of this version's definitions."""
    rows = Job.objects.filter(kind=PREVIEW, params__version=version.number)
    return rows.select_related("by").order_by("-created_at").first()


@dataclass(frozen=True)
class Difference:
    """A lead that another tier awaits."""

    lead_id: UUID
    number: str
    name: str
    company: str
    before: str
    after: str
    gone: bool


@dataclass(frozen=True)
class PreviewView:
    """A finished try as people read it; ``stale`` when the draft has changed since."""

    at: datetime
    judged: int
    before: int
    after: int
    new: int
    gone: int
    other_tier: int
    differences: list[Difference]
    listed: int
    stale: bool


def preview_view(job: Job | None, version: AgreementVersion, reader: Membership) -> PreviewView | None:
    """Return what a finished try found, with the leads that the reader may see; None before there is one."""
    if job is None or job.state != Job.State.DONE:
        return None
    found: Mapping[str, Any] = job.result
    changed: Sequence[Mapping[str, str]] = found["changed"]
    return PreviewView(
        at=datetime.fromisoformat(job.params["until"]),
        judged=found["judged"],
        before=found["before"],
        after=found["after"],
        new=found["new"],
        gone=found["gone"],
        other_tier=found["other_tier"],
        differences=_differences(changed[:SHOWN], reader),
        listed=len(changed),
        stale=job.params["definitions"] != content_hash(version.content["definitions"]),
    )


def _differences(changed: Sequence[Mapping[str, str]], reader: Membership) -> list[Difference]:
    rows = visible_leads(reader).select_related("company").filter(pk__in=[entry["lead"] for entry in changed])
    leads = {str(lead.pk): lead for lead in rows}
    return [
        Difference(
            lead_id=lead.pk,
            number=str(lead),
            name=lead.name,
            company=company_of(lead),
            before=_tier(entry["from"]),
            after=_tier(entry["to"]),
            gone=not entry["to"],
        )
        for entry in changed
        if (lead := leads.get(entry["lead"])) is not None
    ]


def _tier(tier: str) -> str:
    return words.word(words.TIERS, tier) if tier else _("not yet")
