"""Adding up what happened."""

from dashboards.queries.breached import BREACHES_SHOWN, BreachesNow, breaches_now
from dashboards.queries.cohorts import Cohort, cohorts
from dashboards.queries.costs import Costs, costs
from dashboards.queries.cut import Cut, months_before
from dashboards.queries.direct import Direct
from dashboards.queries.funnel import Actual, OwnRates, actual_of, own_rates
from dashboards.queries.mark import known_events, mark_of
from dashboards.queries.month import Agreement, Delivery, MonthFigures, delivery, month_figures
from dashboards.queries.names import campaign_names, team_names
from dashboards.queries.nav import BELL, NavCount, nav_counts
from dashboards.queries.points import Credits, credits_of, ledger
from dashboards.queries.promises import Promises, promises
from dashboards.queries.rejections import Reason, Rejections, rejections
from dashboards.queries.rolled import Rolled
from dashboards.queries.source import source_of
from dashboards.queries.speed import Speeds, medians, speeds

__all__ = [
    "BELL",
    "BREACHES_SHOWN",
    "Actual",
    "Agreement",
    "BreachesNow",
    "Cohort",
    "Costs",
    "Credits",
    "Cut",
    "Delivery",
    "Direct",
    "MonthFigures",
    "NavCount",
    "OwnRates",
    "Promises",
    "Reason",
    "Rejections",
    "Rolled",
    "Speeds",
    "actual_of",
    "breaches_now",
    "campaign_names",
    "cohorts",
    "costs",
    "credits_of",
    "delivery",
    "known_events",
    "ledger",
    "mark_of",
    "medians",
    "month_figures",
    "months_before",
    "nav_counts",
    "own_rates",
    "promises",
    "rejections",
    "source_of",
    "speeds",
    "team_names",
]
