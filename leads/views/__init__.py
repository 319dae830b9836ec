"""Pages of leads."""

from leads.views.decisions import accept, assign, attempt, progress, reject, undo
from leads.views.inbox import inbox
from leads.views.leads import handover, lead_detail, lead_list
from leads.views.returns import nurture, resend, returns

__all__ = [
    "accept",
    "assign",
    "attempt",
    "handover",
    "inbox",
    "lead_detail",
    "lead_list",
    "nurture",
    "progress",
    "reject",
    "resend",
    "returns",
    "undo",
]
