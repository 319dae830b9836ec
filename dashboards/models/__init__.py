"""The tables of the dashboards."""

from dashboards.models.reports import ReportEdition, ReportKind, ReportPlan, ReportSending
from dashboards.models.reviews import Review, ReviewAction, ReviewItem
from dashboards.models.rollups import Counted, Rollup, Slice

__all__ = [
    "Counted",
    "ReportEdition",
    "ReportKind",
    "ReportPlan",
    "ReportSending",
    "Review",
    "ReviewAction",
    "ReviewItem",
    "Rollup",
    "Slice",
]
