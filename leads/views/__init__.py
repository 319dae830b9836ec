"""Pages of leads."""

from leads.views.attributes import (
    attribute_change,
    attribute_new,
    attribute_retire,
    attributes,
    lead_attributes,
    lead_known,
)
from leads.views.bulk import bulk, bulk_done
from leads.views.campaigns import (
    campaign,
    campaign_cost,
    campaign_edit,
    campaign_feedback,
    campaign_new,
    campaigns,
    cost_withdraw,
    name_map,
)
from leads.views.decisions import accept, assign, attempt, progress, reject, undo
from leads.views.definitions import criterion, definitions, definitions_try
from leads.views.evidence import evidence, evidence_file, evidence_take_back
from leads.views.exporting import lead_export
from leads.views.followups import (
    followup_cancel,
    followup_change,
    followup_done,
    followup_new,
    followups,
    lead_followups,
)
from leads.views.inbox import inbox
from leads.views.insights import insight_edit, insight_new, insight_withdraw, insights, lead_insights
from leads.views.journeys import lead_journey
from leads.views.leads import handover, lead_detail
from leads.views.lists import lead_list
from leads.views.merging import duplicate_dismiss, duplicates, lead_twins, merge, unmerge
from leads.views.reasons import reason_act, reasons
from leads.views.reassigning import fairness, queue, reassign
from leads.views.returns import nurture, resend, returns, returns_yield
from leads.views.routing import default_change, limits_change, routing, rule_act, rule_edit, rule_new
from leads.views.saved import saved_views, view_change, view_default, view_delete, view_save
from leads.views.sending import bulk_handover, bulk_handover_done
from leads.views.stages import lead_move, lead_way, rescore, stage_change, stages

__all__ = [
    "accept",
    "assign",
    "attempt",
    "attribute_change",
    "attribute_new",
    "attribute_retire",
    "attributes",
    "bulk",
    "bulk_done",
    "bulk_handover",
    "bulk_handover_done",
    "campaign",
    "campaign_cost",
    "campaign_edit",
    "campaign_feedback",
    "campaign_new",
    "campaigns",
    "cost_withdraw",
    "criterion",
    "default_change",
    "definitions",
    "definitions_try",
    "duplicate_dismiss",
    "duplicates",
    "evidence",
    "evidence_file",
    "evidence_take_back",
    "fairness",
    "followup_cancel",
    "followup_change",
    "followup_done",
    "followup_new",
    "followups",
    "handover",
    "inbox",
    "insight_edit",
    "insight_new",
    "insight_withdraw",
    "insights",
    "lead_attributes",
    "lead_detail",
    "lead_export",
    "lead_followups",
    "lead_insights",
    "lead_journey",
    "lead_known",
    "lead_list",
    "lead_move",
    "lead_twins",
    "lead_way",
    "limits_change",
    "merge",
    "name_map",
    "nurture",
    "progress",
    "queue",
    "reason_act",
    "reasons",
    "reassign",
    "reject",
    "rescore",
    "resend",
    "returns",
    "returns_yield",
    "routing",
    "rule_act",
    "rule_edit",
    "rule_new",
    "saved_views",
    "stage_change",
    "stages",
    "undo",
    "unmerge",
    "view_change",
    "view_default",
    "view_delete",
    "view_save",
]
