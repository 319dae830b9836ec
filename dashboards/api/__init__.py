"""The joint numbers for REST clients."""

from dashboards.api.kpis import Funnel, Kpis, Pace, SpeedToLead
from dashboards.api.planning import AddedUp, AgreementReplay, PlanAdoption, Plans
from dashboards.api.privacy import PersonErasure, PersonExport

__all__ = [
    "AddedUp",
    "AgreementReplay",
    "Funnel",
    "Kpis",
    "Pace",
    "PersonErasure",
    "PersonExport",
    "PlanAdoption",
    "Plans",
    "SpeedToLead",
]
