"""Everything that can happen to leads and handovers."""

from leads.actions.attributes import AttributeChanged, add_attribute, change_attribute, retire_attribute
from leads.actions.bulk import BULK_HANDOVER, bulk_handover_step, start_bulk_handover
from leads.actions.contacting import AttemptNeedsNote, AttemptOutOfRange, HandoverNotOpen, log_attempt
from leads.actions.covering import cover_absences
from leads.actions.deciding import (
    HandoverAlreadyDecided,
    NothingToUndo,
    UndoOver,
    accept_handover,
    deem_accepted,
    reject_handover,
    settle_silence,
    undo_decision,
)
from leads.actions.dwelling import tell_of_dwelling
from leads.actions.editing import CORRECTABLE, edit_lead
from leads.actions.entering import EntryGaps
from leads.actions.finding_duplicates import find_duplicates
from leads.actions.following import (
    AttemptsMissing,
    NotAccepted,
    NotContacted,
    StepBackwards,
    advance_handover,
)
from leads.actions.merging import (
    AlreadyMerged,
    LeadInDispute,
    MergeOver,
    SameLead,
    dismiss_duplicate,
    merge_leads,
    undo_merge,
)
from leads.actions.moving import OwnedBySales, StageAlready, StageNotByHand, move_lead
from leads.actions.nurturing import WakeUpInThePast, wake_leads
from leads.actions.previewing import PREVIEW, preview_step, start_preview
from leads.actions.reassigning import Reassigned, reassign_handovers, refusers_of, stays_because
from leads.actions.rescoring import (
    RESCORE,
    RescoringRuns,
    follow_agreement,
    rescore_decayed,
    rescore_step,
    start_rescoring,
)
from leads.actions.returning import (
    NotAppealable,
    RejectionAnswered,
    RejectionNotAppealed,
    ReturnOver,
    expire_return,
    mark_appealed,
    nurture_lead,
    resend_lead,
    settle_rejection,
)
from leads.actions.routing import RoutingChanged, change_routing
from leads.actions.sending import (
    BelowThreshold,
    GateClosed,
    LeadMerged,
    LeadWithSales,
    NoAgreement,
    NotARep,
    assign_handover,
    hand_over,
    hand_over_qualified,
)
from leads.actions.staging import change_stage
from leads.actions.taking_in import TakenIn, take_in

__all__ = [
    "BULK_HANDOVER",
    "CORRECTABLE",
    "PREVIEW",
    "RESCORE",
    "AlreadyMerged",
    "AttemptNeedsNote",
    "AttemptOutOfRange",
    "AttemptsMissing",
    "AttributeChanged",
    "BelowThreshold",
    "EntryGaps",
    "GateClosed",
    "HandoverAlreadyDecided",
    "HandoverNotOpen",
    "LeadInDispute",
    "LeadMerged",
    "LeadWithSales",
    "MergeOver",
    "NoAgreement",
    "NotARep",
    "NotAccepted",
    "NotAppealable",
    "NotContacted",
    "NothingToUndo",
    "OwnedBySales",
    "Reassigned",
    "RejectionAnswered",
    "RejectionNotAppealed",
    "RescoringRuns",
    "ReturnOver",
    "RoutingChanged",
    "SameLead",
    "StageAlready",
    "StageNotByHand",
    "StepBackwards",
    "TakenIn",
    "UndoOver",
    "WakeUpInThePast",
    "accept_handover",
    "add_attribute",
    "advance_handover",
    "assign_handover",
    "bulk_handover_step",
    "change_attribute",
    "change_routing",
    "change_stage",
    "cover_absences",
    "deem_accepted",
    "dismiss_duplicate",
    "edit_lead",
    "expire_return",
    "find_duplicates",
    "follow_agreement",
    "hand_over",
    "hand_over_qualified",
    "log_attempt",
    "mark_appealed",
    "merge_leads",
    "move_lead",
    "nurture_lead",
    "preview_step",
    "reassign_handovers",
    "refusers_of",
    "reject_handover",
    "rescore_decayed",
    "rescore_step",
    "resend_lead",
    "retire_attribute",
    "settle_rejection",
    "settle_silence",
    "start_bulk_handover",
    "start_preview",
    "start_rescoring",
    "stays_because",
    "take_in",
    "tell_of_dwelling",
    "undo_decision",
    "undo_merge",
    "wake_leads",
]
