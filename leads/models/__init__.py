"""The daily flow: people and companies, what they did, handovers to sales and what became of them."""

from leads.models.attributes import Attribute
from leads.models.campaigns import Campaign, CampaignCost, CampaignFeedback, UtmName
from leads.models.evidence import Evidence
from leads.models.followups import FollowUp
from leads.models.forgetting import Forgotten, ForgottenSalt
from leads.models.handovers import JUST_NOW, Attempt, Handover, Rejection
from leads.models.insights import EDIT_FOR, Insight, InsightWord
from leads.models.lifecycle import StageEntry, StageSetting
from leads.models.merging import Duplicate, LeadKey, Merge
from leads.models.people import Behaviour, Company, Consent, Lead, LeadNumber
from leads.models.reasons import ReasonSetting
from leads.models.routing import Cover, RoutingPlan, RoutingTurn
from leads.models.views import DefaultView, LeadWord, SavedView

__all__ = [
    "EDIT_FOR",
    "JUST_NOW",
    "Attempt",
    "Attribute",
    "Behaviour",
    "Campaign",
    "CampaignCost",
    "CampaignFeedback",
    "Company",
    "Consent",
    "Cover",
    "DefaultView",
    "Duplicate",
    "Evidence",
    "FollowUp",
    "Forgotten",
    "ForgottenSalt",
    "Handover",
    "Insight",
    "InsightWord",
    "Lead",
    "LeadKey",
    "LeadNumber",
    "LeadWord",
    "Merge",
    "ReasonSetting",
    "Rejection",
    "RoutingPlan",
    "RoutingTurn",
    "SavedView",
    "StageEntry",
    "StageSetting",
    "UtmName",
]
