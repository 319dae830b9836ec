"""Everything that can happen to agreements, targets, subjects, clocks and credit."""

from sla.actions.clocks import (
    CommitmentNotAgreed,
    DeadlinePassed,
    EvidenceNeedsConsent,
    cancel_clocks,
    notice_clock,
    notice_due,
    pause_clocks,
    reassign_clocks,
    reopen_clock,
    resume_clocks,
    shorten_clock,
    start_clock,
    start_clocks,
    stop_clock,
    unpause_clocks,
    waive_clocks,
)
from sla.actions.credit import give_credit, restore_credit, reverse_credit, suspend_credit
from sla.actions.set_up import set_up_organisation
from sla.actions.signing import AlreadySigned, VersionNotSignable, side_to_sign, sign_version
from sla.actions.subjects import open_subject, record_fact, withdraw_fact
from sla.actions.sweeping import sweep, sweep_batch
from sla.actions.targets import (
    NotYourSideToSign,
    TargetMonthOver,
    TargetNotProposed,
    TargetOutOfRange,
    countersign_target,
    propose_target,
)

__all__ = [
    "AlreadySigned",
    "CommitmentNotAgreed",
    "DeadlinePassed",
    "EvidenceNeedsConsent",
    "NotYourSideToSign",
    "TargetMonthOver",
    "TargetNotProposed",
    "TargetOutOfRange",
    "VersionNotSignable",
    "cancel_clocks",
    "countersign_target",
    "give_credit",
    "notice_clock",
    "notice_due",
    "open_subject",
    "pause_clocks",
    "propose_target",
    "reassign_clocks",
    "record_fact",
    "reopen_clock",
    "restore_credit",
    "resume_clocks",
    "reverse_credit",
    "set_up_organisation",
    "shorten_clock",
    "side_to_sign",
    "sign_version",
    "start_clock",
    "start_clocks",
    "stop_clock",
    "suspend_credit",
    "sweep",
    "sweep_batch",
    "unpause_clocks",
    "waive_clocks",
    "withdraw_fact",
]
