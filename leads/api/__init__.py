"""Leads and handovers for REST clients: acts are facts that are posted."""

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
from leads.api.leads import LeadEvents, LeadHandovers, Leads, OneLead

__all__ = [
    "Acceptance",
    "Assignment",
    "Attempts",
    "Handovers",
    "LeadEvents",
    "LeadHandovers",
    "Leads",
    "OneHandover",
    "OneLead",
    "OutcomeOf",
    "RejectionOf",
    "Return",
]
