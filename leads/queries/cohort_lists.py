"""The leads behind a figure, by way of the handovers of its month: few among all leads that there are.

# Note [Newest first]
The list of a cohort begins with what was sent last, or fell due last where promises were counted. That is the order of
an index, so a page reads little more than it shows, however many the month and its history hold. A lead that was handed
over twice is listed once. The figure itself says how many there are; the list is counted and paged so far and no
further.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from leads.models import Handover, Lead
from leads.queries.cohorts import CohortCut, cohort_handovers, of_part, promised

# The order of Note [Newest first]; only a cohort knows it.
SENT = "sent"
MOST_LEADS = 2_000
# Of a lead that was handed over twice, and of two promises for one lead, there are rows to spare.
AT_ONCE = 5_000


def newest_of(cut: CohortCut, further: Q) -> list[UUID]:
    """Return the ids of the leads, the newest first, up to one more than is paged. See Note [Newest first].

    ``further`` is what else their handovers must be.
    """
    found: dict[UUID, None] = {}
    rows = _due(cut, further) if cut.promise else _sent(cut, further)
    for part in _in_parts(rows):
        found |= dict.fromkeys(lead_id for lead_id in part if lead_id)
        if len(found) > MOST_LEADS:
            break
    return list(found)[: MOST_LEADS + 1]


def ordered_by(cut: CohortCut, further: Q, column: str) -> list[UUID]:
    """Return the ids of the leads in the order of one of their columns ("-" for backwards)."""
    lead = Lead.objects.filter(pk=OuterRef("lead"))
    rows = cohort_handovers(cut).filter(further).filter(~Exists(lead.filter(merged_into__isnull=False)))
    rows = rows.order_by().annotate(by=Subquery(lead.values(column.removeprefix("-"))[:1]))
    order = ["-by", "-lead"] if column.startswith("-") else ["by", "lead"]
    return list(rows.values_list("lead", flat=True).distinct().order_by(*order)[: MOST_LEADS + 1])


def newest_moment(cut: CohortCut) -> Subquery:
    """Return the moment by which a lead takes its place among the newest."""
    mine = cohort_handovers(cut).filter(lead=OuterRef("pk"))
    if not cut.promise:
        return Subquery(mine.order_by("-sent_at").values("sent_at")[:1])
    subjects = cohort_handovers(cut).filter(lead=OuterRef(OuterRef("pk"))).values("subject")
    return Subquery(promised(cut).filter(subject__in=subjects).order_by("-due_at").values("due_at")[:1])


def _sent(cut: CohortCut, further: Q) -> "QuerySet[Any]":
    rows = cohort_handovers(cut).filter(further, lead__merged_into=None)
    # Months follow each other as their days do: with the month in front it is the order of the index.
    return rows.order_by("-counted_month", "-sent_at", "-pk").values_list("lead", flat=True)


def _due(cut: CohortCut, further: Q) -> "QuerySet[Any]":
    rows = promised(cut)
    if cut.team:
        rows = rows.filter(subject__team=cut.team)
    handovers = Handover.objects.filter(further, subject=OuterRef("subject"), lead__merged_into=None)
    # A value and no join: the planner would else read every handover there is to find those of a month.
    lead = Subquery(of_part(handovers, replace(cut, owner=None, team=None)).values("lead")[:1])
    rows = rows.annotate(lead=lead)
    if further or cut.tier or cut.campaign or cut.country:
        # Else nearly every promise has one, and to look twice would cost as much again.
        rows = rows.filter(lead__isnull=False)
    return rows.order_by("-due_at", "-pk").values_list("lead", flat=True)


def _in_parts(rows: "QuerySet[Any]") -> Iterator[list[UUID | None]]:
    for first in count(0, AT_ONCE):
        part = list(rows[first : first + AT_ONCE])
        yield part
        if len(part) < AT_ONCE:
            return
