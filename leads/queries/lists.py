"""Leads in a table: views, filters, order, and how many there are without counting all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads import words
from leads.access import SALES, SEE_ALL, visible_leads
from leads.models import Handover, Lead, Rejection
from leads.queries.cohort_lists import MOST_LEADS, SENT, newest_moment, newest_of, ordered_by
from leads.queries.cohorts import CohortCut, cohort_handovers
from leads.queries.counting import counted_each
from leads.queries.detail import company_of, initials, score_of, touch_line
from leads.queries.inbox import headline
from leads.queries.search import Search, search_for
from leads.queries.shapes import LeadRow
from leads.queries.stages import stage_labels
from sla.queries.clocks import ClockView, clock_views
from tenants.models import Membership
from tenants.roles import MARKETING

VIEWS = ("all", "to_send", "with_sales", "nurture", "mine")
UNSETTLED = (Rejection.State.OPEN, Rejection.State.APPEALED)
# What nobody has: no owner, no campaign, no source.
NONE = "none"
# The newest change first unless somebody asks for another order; the id makes each of them total.
ORDERS: Mapping[str, tuple[str, str]] = {
    "activity": ("-updated_at", "-pk"),
    "quiet": ("updated_at", "pk"),
    "created": ("-created_at", "-pk"),
    "oldest": ("created_at", "pk"),
    "name": ("sort_name", "pk"),
    "name_back": ("-sort_name", "-pk"),
}


@dataclass(frozen=True)
class Span:
    """A half-open period; None is without end."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """What a member asked the list for; "" and None are everything, NONE is what has none."""

    view: str = VIEWS[0]
    stage: str = ""
    tier: str = ""
    fit: str = ""
    readiness: str = ""
    # Ids of members and of a campaign, or NONE.
    owner: str = ""
    marketer: str = ""
    campaign: str = ""
    source: str = ""
    country: str = ""
    # "yes" or "no": somebody of sales has it.
    with_sales: str = ""
    created: Span | None = None
    updated: Span | None = None
    text: str = ""
    # Of a month's cohort: what a figure of the dashboards opens. Its owner is whom it was handed to.
    cohort: CohortCut | None = None
    # One of ORDERS; SENT of a cohort.
    order: str = "activity"

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything but a view was chosen."""
        return self != Asked(view=self.view, order=self.order)


@dataclass(frozen=True)
class Found:
    """The leads asked for, in order; ``is_cut`` when a search found too many to look at all of them."""

    leads: "QuerySet[Lead]"
    is_cut: bool = False
    # Their ids in the same order, up to one more than is paged, where those are found more cheaply.
    ids: list[UUID] | None = None

    @property
    def paged(self) -> "QuerySet[Lead] | list[UUID]":
        """What pages are counted on and cut from."""
        return self.leads if self.ids is None else self.ids

    @property
    def most(self) -> int:
        """How many are paged, where that is not as usual."""
        return 0 if self.ids is None else MOST_LEADS


def found_leads(membership: Membership, asked: Asked) -> Found:
    """Return the leads of a view with its filters, in the order asked for."""
    rows = visible_leads(membership).filter(merged_into=None).filter(_view(membership)[asked.view])
    rows = rows.filter(_filters(asked))
    for name, span in (("created_at", asked.created), ("updated_at", asked.updated)):
        rows = _within(rows, name, span)
    if asked.cohort:
        rows = rows.filter(Exists(cohort_handovers(asked.cohort).filter(lead=OuterRef("pk"))))
    search = search_for(asked.text) if asked.text else Search(Q())
    return Found(rows.filter(search.found).order_by(*_order(asked)), search.is_cut, _of_cohort(membership, asked))


def _of_cohort(membership: Membership, asked: Asked) -> list[UUID] | None:
    """Return the ids of a cohort that nothing else narrows, by way of its handovers.

    Those of a month are few; the planner would else read every lead there is to find them.
    """
    cut = asked.cohort
    if cut is None or not membership.has(*SEE_ALL):
        return None
    whole = Asked(cohort=cut, order=asked.order, tier=asked.tier, owner=asked.owner)
    campaign = NONE if asked.campaign == NONE else str(cut.campaign or "")
    if asked != replace(whole, campaign=campaign, country=cut.country):
        return None
    further = Q(lead__campaign=None) if campaign == NONE else Q()
    return newest_of(cut, further) if asked.order == SENT else ordered_by(cut, further, ORDERS[asked.order][0])


def _order(asked: Asked) -> Sequence[str | OrderBy]:
    if asked.cohort and asked.order == SENT:
        return OrderBy(newest_moment(asked.cohort), descending=True), OrderBy(F("pk"), descending=True)
    return _sorted_after(asked.order) if asked.text or asked.cohort else ORDERS[asked.order]


def _sorted_after(order: str) -> list[OrderBy]:
    """Return the order as values and not as columns, so that few leads are found first and sorted then.

    The planner would else walk all leads in that order to meet those of a search or of a month long ago.
    """
    names = [name.removeprefix("-") for name in ORDERS[order]]
    return [OrderBy(Coalesce(name, name), descending=ORDERS[order][0].startswith("-")) for name in names]


def leads_in(membership: Membership, asked: Asked) -> "QuerySet[Lead]":
    """Return the leads of a view with its filters, in the order asked for."""
    return found_leads(membership, asked).leads


def _filters(asked: Asked) -> Q:
    chosen = {"stage": asked.stage, "fit_grade": asked.fit, "readiness_grade": asked.readiness}
    chosen |= {"source": asked.source, "country": asked.country, "marketer": asked.marketer, "campaign": asked.campaign}
    if asked.cohort is None:
        # In a cohort both are those of the handover.
        chosen |= {"tier": asked.tier, "sales_owner": asked.owner}
    found = Q()
    for name, value in chosen.items():
        if value:
            found &= Q(**{name: NOTHING[name] if value == NONE else value})
    if asked.with_sales:
        found &= Q(sales_owner__isnull=asked.with_sales == "no")
    return found


# How "none" is stored.
NOTHING: Mapping[str, str | None] = {
    "marketer": None, "campaign": None, "sales_owner": None, "readiness_grade": None,
    "source": "", "country": "", "tier": "", "fit_grade": "", "stage": "",
}  # fmt: skip


def _within(rows: "QuerySet[Lead]", name: str, span: Span | None) -> "QuerySet[Lead]":
    if span and span.since:
        rows = rows.filter(**{f"{name}__gte": span.since})
    if span and span.until:
        rows = rows.filter(**{f"{name}__lt": span.until})
    return rows


def _view(membership: Membership) -> dict[str, Q]:
    open_handover = Handover.objects.filter(lead=OuterRef("pk")).filter(
        Q(decision=Handover.Decision.PENDING)
        | (~Q(decision=Handover.Decision.REJECTED) & ~Q(progress=Handover.Progress.CLOSED))
        | Exists(Rejection.objects.filter(handover=OuterRef("pk"), state__in=UNSETTLED))
    )
    return {
        "all": Q(),
        "to_send": Q(stage=Lead.Stage.MQL, erased_at=None) & ~Q(Exists(open_handover)),
        "with_sales": Q(sales_owner__isnull=False),
        "nurture": Q(stage=Lead.Stage.NURTURE, erased_at=None),
        "mine": _mine(membership),
    }


def _mine(membership: Membership) -> Q:
    """Return what the member answers for; one side's leads are one walk along an index, both sides' are two."""
    if not membership.has(*SALES):
        return Q(marketer=membership)
    if not membership.has(*MARKETING):
        return Q(sales_owner=membership)
    return Q(marketer=membership) | Q(sales_owner=membership)


def counts_of(membership: Membership, asked: Mapping[str, Asked], *, up_to: int) -> dict[str, int]:
    """Count several lists, each only so far."""
    return counted_each({key: leads_in(membership, one) for key, one in asked.items()}, up_to=up_to)


def rows_of(page: "QuerySet[Lead] | list[UUID]", asked: Asked) -> list[Lead]:
    """Return the leads of a page (a slice of what is paged), each with what a row prints.

    The slice is found among ids only, so that rows that are skipped are never read.
    """
    ids: Any = page if isinstance(page, list) else page.values("pk")
    found = Lead.objects.filter(pk__in=ids).select_related("company", "campaign", "sales_owner", "marketer")
    found = found.defer("score_reasons", "message")
    if isinstance(page, list):
        place = {lead_id: number for number, lead_id in enumerate(page)}
        return sorted(found, key=lambda lead: place[lead.pk])
    return list(found.order_by(*_order(asked)))


def lead_rows(
    leads: Sequence[Lead], *, at: datetime, zone: str, stages: Mapping[str, str] | None = None
) -> list[LeadRow]:
    """Return finished rows, each with the clock of its latest handover that matters most.

    ``stages`` are their names here, where somebody has asked for them already.
    """
    latest = Handover.objects.filter(lead=OuterRef("lead")).order_by("-number").values("pk")[:1]
    handovers = Handover.objects.filter(lead__in=leads, pk=Subquery(latest))
    subjects = dict(handovers.values_list("lead_id", "subject_id"))
    clocks, stages = clock_views(subjects.values(), at=at, zone=zone, whole=()), stages or stage_labels()
    return [_row(lead, stages, clocks.get(subjects[lead.pk], []) if lead.pk in subjects else []) for lead in leads]


def _row(lead: Lead, stages: Mapping[str, str], clocks: Iterable[ClockView]) -> LeadRow:
    owner, marketer = lead.sales_owner, lead.marketer
    return LeadRow(
        lead_id=lead.pk,
        number=str(lead),
        name=lead.name,
        company=company_of(lead),
        email=lead.email,
        country=lead.country,
        stage=stages[lead.stage],
        stage_tone=words.STAGE_TONES.get(Lead.Stage(lead.stage), ""),
        score=score_of(lead),
        owner_name=owner.name if owner else "",
        owner_initials=initials(owner.name) if owner else "",
        marketer_name=marketer.name if marketer else "",
        marketer_initials=initials(marketer.name) if marketer else "",
        source=touch_line({k: v for k, v in lead.first_touch.items() if k != "campaign"}),
        campaign=lead.campaign.name if lead.campaign else str(lead.first_touch.get("campaign", "")),
        created_at=lead.created_at,
        last_at=lead.updated_at,
        wake_on=lead.wake_on,
        clock=headline(clocks),
        dwells=lead.dwelling_since is not None,
    )


# From one value to the next along the index, however many leads share it.
_IN_USE = """
(with recursive used as (
  (select {column} as value from leads_lead
    where organisation_id = %(organisation)s and merged_into_id is null order by {column} limit 1)
  union all
  select (select {column} from leads_lead
    where organisation_id = %(organisation)s and merged_into_id is null and {column} > used.value
    order by {column} limit 1)
  from used where used.value is not null
)
select '{column}', value, value from used where value <> '' limit %(most)s)
"""
_CAMPAIGNS = """
(select 'campaign', id::text, name from leads_campaign where organisation_id = %(organisation)s
  order by (id::text = %(campaign)s) desc, id desc limit %(campaigns)s)
"""
_STAGES = """
(select 'stage', stage, label from leads_stagesetting where organisation_id = %(organisation)s and label <> '')
"""
MOST_VALUES = 60
MOST_CAMPAIGNS = 100


def choices_in_use(organisation_id: int, *, campaign: str = "") -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen: the stages' names here, the sources and countries that leads have, the newest
    campaigns with the chosen one; in one query.
    """
    parts = [_IN_USE.format(column="source"), _IN_USE.format(column="country"), _CAMPAIGNS, _STAGES]
    values: dict[str, int | str] = {
        "organisation": organisation_id,
        "most": MOST_VALUES,
        "campaign": campaign,
        "campaigns": MOST_CAMPAIGNS,
    }
    found: dict[str, list[tuple[str, str]]] = {"source": [], "country": [], "campaign": [], "stage": []}
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), values)
        for column, value, label in cursor.fetchall():
            found[column].append((value, label))
    own = dict(found["stage"])
    return found | {"stage": [(stage, own.get(stage) or str(label)) for stage, label in words.STAGES.items()]}
