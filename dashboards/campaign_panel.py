"""The joint dashboard's panel of campaigns: what each cost and brought in the month, against the agreed floor."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from dashboards import formulas
from dashboards.links import Links
from dashboards.queries import Cohort, MonthFigures

# The most that a page shows; the rest is one line.
SHOWN = 8
# Bars end at so many times the floor: what lies beyond it is as good as that.
BAR_FLOORS = 4


@dataclass(frozen=True)
class CampaignLine:
    """One campaign; ``cost`` is None where nothing can be booked for what is asked, bars are from 0 to 100.

    ``key`` is the campaign's id, "" for leads of none.
    """

    key: str
    name: str
    url: str
    cost: Decimal | None
    sent: int
    cost_per_mql: float | None
    accepted: float | None
    qualified: int
    qualified_url: str
    pipeline: Decimal
    pipeline_url: str
    ratio: float | None
    bar: float
    below: bool


@dataclass(frozen=True)
class CampaignPanel:
    """Campaigns, the dearest first, and all of them together."""

    lines: list[CampaignLine]
    hidden: int
    total: CampaignLine | None
    floor: Decimal | None
    # Where the floor is on the bars, from 0 to 100.
    tick: float | None
    has_costs: bool
    url: str


def campaign_panel(figures: MonthFigures, links: Links, names: Mapping[str, str]) -> CampaignPanel:
    """Return what campaigns brought for their costs; leads of no campaign are one line."""
    best, lines = _best(figures), campaign_lines(figures, links, names)
    return CampaignPanel(
        lines=lines[:SHOWN],
        hidden=max(len(lines) - SHOWN, 0),
        total=_total(figures, links, best=best) if lines else None,
        floor=figures.floor,
        tick=float(figures.floor) * 100 / best if figures.floor else None,
        has_costs=figures.costs.by_month is not None,
        url=links.campaigns(),
    )


def campaign_lines(figures: MonthFigures, links: Links, names: Mapping[str, str]) -> list[CampaignLine]:
    """Return every campaign that cost or brought something in the month, the dearest first."""
    booked = (figures.costs.by_month or {}).get(figures.cut.month, {})
    best = _best(figures)
    lines = [
        _line(figures, links, names.get(key, "") if key else _("No campaign"), key, best=best)
        for key in {*figures.campaigns, *booked}
    ]
    return sorted(lines, key=lambda line: (-(line.cost or 0), -line.sent, line.name))


def campaigns_named(figures: MonthFigures) -> set[str]:
    """Return the ids of the campaigns whose names the panel prints."""
    booked = (figures.costs.by_month or {}).get(figures.cut.month, {})
    return {key for key in (*figures.campaigns, *booked) if key}


def _best(figures: MonthFigures) -> float:
    """Return the ratio that fills a bar: a few times the floor, or the best there is."""
    if figures.floor:
        return float(figures.floor) * BAR_FLOORS
    month = figures.cut.month
    found = [
        formulas.per_cost(cohort.pipeline, figures.costs.of(month, key)) for key, cohort in figures.campaigns.items()
    ]
    return max([ratio for ratio in found if ratio], default=1.0)


def _line(figures: MonthFigures, links: Links, name: str, key: str, *, best: float) -> CampaignLine:
    cohort = figures.campaigns.get(key, Cohort())
    cost = figures.costs.of(figures.cut.month, key) if key else (None if figures.costs.by_month is None else Decimal(0))
    return _told(figures, cohort, cost, key=key, name=name, links=links, best=best)


def _total(figures: MonthFigures, links: Links, *, best: float) -> CampaignLine:
    cost = figures.costs.total(figures.cut.month)
    return _told(figures, figures.cohort, cost, key=None, name=_("All together"), links=links, best=best)


def _told(
    figures: MonthFigures,
    cohort: Cohort,
    cost: Decimal | None,
    *,
    key: str | None,
    name: str,
    links: Links,
    best: float,
) -> CampaignLine:
    """Return a line; without a key it is of all campaigns."""
    chosen = {} if key is None else {"campaign": key or "none"}
    ratio = formulas.per_cost(cohort.pipeline, cost)
    sent = cohort.decisions.sent
    return CampaignLine(
        key=key or "",
        name=name,
        url=links.leads(**chosen),
        cost=cost,
        sent=sent,
        cost_per_mql=float(cost / sent) if cost and sent else None,
        accepted=formulas.gross_acceptance(cohort.decisions).percent,
        qualified=cohort.qualified,
        qualified_url=links.leads(**chosen, reached="qualified"),
        pipeline=cohort.pipeline,
        pipeline_url=links.leads(**chosen, reached="opportunity"),
        ratio=ratio,
        bar=min((ratio or 0) * 100 / best, 100),
        below=ratio is not None and figures.floor is not None and ratio < figures.floor,
    )
