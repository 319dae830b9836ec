"""The joint numbers for REST clients."""

from dashboards.api.home import Home
from dashboards.api.kpis import (
    Funnel,
    Kpis,
    Pace,
    Rejections,
    SpeedToLead,
)
from dashboards.api.money import CampaignReturns, Criteria, Quality, RevenueMonths
from dashboards.api.planning import (
    AddedUp,
    AgreementReplay,
    PlanAdoption,
    Plans,
)
from dashboards.api.privacy import (
    PersonErasure,
    PersonExport,
)
from dashboards.api.reports import OneReport, ReportPaper, Reports, ReportSendings, SentPaper, SentReports
from dashboards.api.review_actions import (
    ActionCarrying,
    ActionCompletion,
    ActionDropping,
    ActionsOfReview,
    ReviewActions,
)
from dashboards.api.reviews import (
    OneReview,
    ReviewCalendar,
    ReviewCancellation,
    ReviewClosing,
    ReviewMinutes,
    ReviewOpening,
    ReviewPaper,
    ReviewPoints,
    Reviews,
)
from dashboards.api.tables import KpisTable, PeriodTable, ReviewTable

__all__ = [
    "ActionCarrying",
    "ActionCompletion",
    "ActionDropping",
    "ActionsOfReview",
    "AddedUp",
    "AgreementReplay",
    "CampaignReturns",
    "Criteria",
    "Funnel",
    "Home",
    "Kpis",
    "KpisTable",
    "OneReport",
    "OneReview",
    "Pace",
    "PeriodTable",
    "PersonErasure",
    "PersonExport",
    "PlanAdoption",
    "Plans",
    "Quality",
    "Rejections",
    "ReportPaper",
    "ReportSendings",
    "Reports",
    "RevenueMonths",
    "ReviewActions",
    "ReviewCalendar",
    "ReviewCancellation",
    "ReviewClosing",
    "ReviewMinutes",
    "ReviewOpening",
    "ReviewPaper",
    "ReviewPoints",
    "ReviewTable",
    "Reviews",
    "SentPaper",
    "SentReports",
    "SpeedToLead",
]
