"""The daily flow: people and companies, what they did, handovers to sales and what became of them."""

from leads.models.campaigns import Campaign
from leads.models.handovers import JUST_NOW, Attempt, Handover, Rejection
from leads.models.people import Behaviour, Company, Consent, Lead, LeadNumber
from leads.models.routing import Cover, RoutingPlan, RoutingTurn
from leads.models.views import DefaultView, LeadWord, SavedView

__all__ = [
    "JUST_NOW",
    "Attempt",
    "Behaviour",
    "Campaign",
    "Company",
    "Consent",
    "Cover",
    "DefaultView",
    "Handover",
    "Lead",
    "LeadNumber",
    "LeadWord",
    "Rejection",
    "RoutingPlan",
    "RoutingTurn",
    "SavedView",
]
