"""The joint numbers for REST clients."""

from dashboards.api.kpis import (
    Funnel,
    Kpis,
    Pace,
    SpeedToLead,
)
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

__all__ = [
    "ActionCarrying",
    "ActionCompletion",
    "ActionDropping",
    "ActionsOfReview",
    "AddedUp",
    "AgreementReplay",
    "Funnel",
    "Kpis",
    "OneReview",
    "Pace",
    "PersonErasure",
    "PersonExport",
    "PlanAdoption",
    "Plans",
    "ReviewActions",
    "ReviewCalendar",
    "ReviewCancellation",
    "ReviewClosing",
    "ReviewMinutes",
    "ReviewOpening",
    "ReviewPaper",
    "ReviewPoints",
    "Reviews",
    "SpeedToLead",
]
