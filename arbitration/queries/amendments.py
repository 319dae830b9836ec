"""Reading what an amendment starts from and what its preview found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from arbitration.models import Amendment, AmendmentPrecedent, Precedent
from arbitration.rewording import Lesson, suggested
from leads.models import Handover
from leads.words import DECISIONS, word
from sla.models import AgreementVersion
from sla.queries import agreement_in_force, draft_of

# So many precedents on a criterion are offered; the newest teach most.
OFFERED = 50


@dataclass(frozen=True)
class ChangedRow:
    """One handover that the new wording judges otherwise."""

    handover_id: UUID
    lead_id: UUID
    name: str
    company: str
    decision: str
    was: str
    becomes: str
    sent_at: datetime


def criterion_in(content: Mapping[str, Any], key: str) -> dict[str, Any] | None:
    """Return a fit criterion of an agreement's content; None when it has none of this key."""
    found = [dict(item) for item in content["definitions"]["fit"] if item["key"] == key]
    return found[0] if found else None


def draft_or_present(*, at: datetime) -> AgreementVersion | None:
    """Return the version that an amendment words: the one being worked on, else the one in force."""
    return draft_of() or agreement_in_force(at=at)


def valid_precedents_on(criterion: str) -> list[Precedent]:
    """Return the valid precedents on a criterion, newest first."""
    rows = Precedent.objects.filter(criterion=criterion, state=Precedent.State.VALID)
    return list(rows.select_related("ruling__case").defer("ruling__case__evidence").order_by("-published_at")[:OFFERED])


def suggested_wording(criterion: Mapping[str, Any], precedents: Sequence[Precedent]) -> dict[str, Any]:
    """Return the criterion as these precedents suggest it, the older ones first."""
    oldest_first = sorted(precedents, key=lambda row: row.published_at)
    return suggested(criterion, [Lesson(row.ruling.outcome, row.conditions) for row in oldest_first])


def changed_rows(changed: Sequence[Mapping[str, str]]) -> list[ChangedRow]:
    """Return the handovers that a preview listed, as far as they are still there."""
    ids = [item["handover"] for item in changed]
    found = Handover.objects.filter(pk__in=ids).select_related("lead").defer("snapshot")
    handovers = {str(handover.pk): handover for handover in found}
    return [_row(handovers[item["handover"]], item) for item in changed if item["handover"] in handovers]


def _row(handover: Handover, item: Mapping[str, str]) -> ChangedRow:
    states = {"met": _("met"), "not_met": _("not met"), "unknown": _("unknown")}
    return ChangedRow(
        handover_id=handover.pk,
        lead_id=handover.lead_id,
        name=handover.lead.name,
        company=handover.lead.company_name,
        decision=word(DECISIONS, handover.decision),
        was=states[item["from"]],
        becomes=states[item["to"]],
        sent_at=handover.sent_at,
    )


def versions_amended_by(precedents: Sequence[UUID]) -> dict[UUID, list[int]]:
    """Return the numbers of the agreement versions that were drafted from each precedent."""
    rows = AmendmentPrecedent.objects.filter(precedent__in=precedents)
    wanted = Amendment.objects.filter(pk__in=rows.values("amendment"))
    versions = dict(wanted.values_list("pk", "version__number"))
    found: dict[UUID, list[int]] = {}
    for precedent, amendment in rows.values_list("precedent", "amendment"):
        found.setdefault(precedent, []).append(versions[amendment])
    return {precedent: sorted(set(numbers)) for precedent, numbers in found.items()}
