"""The daily flow: people and companies, what they did, handovers to sales and what became of them."""

from leads.models.campaigns import Campaign
from leads.models.handovers import JUST_NOW, Attempt, Handover, Rejection
from leads.models.people import Behaviour, Company, Consent, Lead, LeadNumber
from leads.models.routing import Cover, RoutingPlan, RoutingTurn

__all__ = [
    "JUST_NOW",
    "Attempt",
    "Behaviour",
    "Campaign",
    "Company",
    "Consent",
    "Cover",
    "Handover",
    "Lead",
    "LeadNumber",
    "Rejection",
    "RoutingPlan",
    "RoutingTurn",
]
