"""Leads and handovers for REST clients: acts are facts that are posted."""

from leads.api.attributes import AttributeRetirement, Attributes, OneAttribute
from leads.api.campaigns import CampaignCosts, Campaigns, OneCampaign
from leads.api.evidence import EvidenceFile, EvidenceOf, OneEvidence
from leads.api.followups import FollowUpCancelled, FollowUpDone, FollowUps, LeadFollowUps, OneFollowUp
from leads.api.handovers import (
    Acceptance,
    Assignment,
    Attempts,
    Handovers,
    OneHandover,
    OutcomeOf,
    RejectionOf,
    Return,
)
from leads.api.insights import Insights, InsightTags, InsightWithdrawal, OneInsight
from leads.api.journeys import LeadJourney
from leads.api.leads import LeadEvents, LeadHandovers, Leads, OneLead
from leads.api.lists import LeadChanges, LeadViews, OneLeadView
from leads.api.merging import Duplicates, MergeOf, MergeUndone
from leads.api.reasons import ReasonOrder, ReasonRetirement, Reasons
from leads.api.recycling import ReturnsYield
from leads.api.routing import Assignments, BulkHandovers, Fairness, RoutingRules, RoutingTest
from leads.api.scoring import Rescoring, ScoringPreview
from leads.api.stages import LeadStage, OneStage, Stages

__all__ = [
    "Acceptance",
    "Assignment",
    "Assignments",
    "Attempts",
    "AttributeRetirement",
    "Attributes",
    "BulkHandovers",
    "CampaignCosts",
    "Campaigns",
    "Duplicates",
    "EvidenceFile",
    "EvidenceOf",
    "Fairness",
    "FollowUpCancelled",
    "FollowUpDone",
    "FollowUps",
    "Handovers",
    "InsightTags",
    "InsightWithdrawal",
    "Insights",
    "LeadChanges",
    "LeadEvents",
    "LeadFollowUps",
    "LeadHandovers",
    "LeadJourney",
    "LeadStage",
    "LeadViews",
    "Leads",
    "MergeOf",
    "MergeUndone",
    "OneAttribute",
    "OneCampaign",
    "OneEvidence",
    "OneFollowUp",
    "OneHandover",
    "OneInsight",
    "OneLead",
    "OneLeadView",
    "OneStage",
    "OutcomeOf",
    "ReasonOrder",
    "ReasonRetirement",
    "Reasons",
    "RejectionOf",
    "Rescoring",
    "Return",
    "ReturnsYield",
    "RoutingRules",
    "RoutingTest",
    "ScoringPreview",
    "Stages",
]
