"""Figures added up in advance from the events; see docs/rollups.md."""

from dashboards.rollups.checking import check_some_day
from dashboards.rollups.folding import begin_anew, fold, fold_due, plan_rollups, rebuild, step
from dashboards.rollups.reading import Asked, Counts, Read, Slices, counts_in, read_slices

__all__ = [
    "Asked",
    "Counts",
    "Read",
    "Slices",
    "begin_anew",
    "check_some_day",
    "counts_in",
    "fold",
    "fold_due",
    "plan_rollups",
    "read_slices",
    "rebuild",
    "step",
]
