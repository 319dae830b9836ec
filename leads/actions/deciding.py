"""Accepting and rejecting handovers, silence, and taking a decision back.

# Note [Silence is settled on the spot]
Who decides past the deadline, before the sweep got there, is told that silence has decided already. The deemed
acceptance must stay although the request is refused, so it is written in a transaction of its own inside the
request's, and the refusal is raised after that has been released.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.actions import UNDO_WINDOW, record, withdraw
from events.queries import history_of
from leads import reasons
from leads.actions import evidence
from leads.actions.changing import change_handover, change_lead, locked_handover, locked_lead
from leads.actions.routing import choose_rep
from leads.actions.sending import move_to, zone_of_organisation
from leads.actions.status import begin_status, forget_status
from leads.models import Handover, Lead, Rejection
from leads.queries.reasons import reason_catalogue
from leads.queries.routing import routing_fields
from sla import actions as sla
from sla.models import Side
from sla.queries import commitment_of
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.files import Upload
from tenants.models import Membership

DECISION = "decision"
RETURN_ANSWER = "return_answer"
DEEMED = "deemed_accepted"

# By which event each decision was announced.
KINDS = {
    Handover.Decision.ACCEPTED: "handover.accepted",
    Handover.Decision.REJECTED: "handover.rejected",
}


class HandoverAlreadyDecided(DomainError):
    """Somebody, or silence, was quicker; ``by`` and ``decided_at`` say who and when."""

    code = "handover_already_decided"


class UndoOver(DomainError):
    """The undo window has ended, or the deadline has passed meanwhile."""

    code = "undo_over"


class NothingToUndo(DomainError):
    """There is no decision of one's own to take back."""

    code = "nothing_to_undo"


def accept_handover(handover: Handover, *, by: Membership, at: datetime) -> Handover:
    """Take the lead: the decision is met, an unassigned handover becomes the member's own.

    Raises HandoverAlreadyDecided, also when silence has decided (see Note [Silence is settled on the spot]).
    """
    settle_silence(handover, at=at)
    return _accept(handover, by=by, at=at)


def reject_handover(
    handover: Handover,
    *,
    reason: str,
    criterion: str = "",
    note: str = "",
    evidence_url: str = "",
    uploads: Sequence[Upload] = (),
    by: Membership,
    at: datetime,
) -> Rejection:
    """Send the lead back with a reason of the agreement; a procedural one is routed again instead.

    Files are its evidence, together with those that sales gathered before. Raises InvalidInput for a reason without
    what it needs and for a file that is not kept, HandoverAlreadyDecided as accept_handover does.
    """
    has_files = bool(uploads) or evidence.has_waiting(handover)
    faults = reasons.faults_of(
        handover.version.content, reason_catalogue(), reason, criterion, evidence_url, has_files=has_files
    )
    if faults:
        raise InvalidInput(faults)
    settle_silence(handover, at=at)
    claim = {"reason": reason, "criterion": criterion, "note": note.strip(), "evidence_url": evidence_url}
    return _reject(handover, claim, uploads, by=by, at=at)


def settle_silence(handover: Handover, *, at: datetime) -> None:
    """Record that silence has accepted, where it has; raises HandoverAlreadyDecided then."""
    deemed = _deem_if_over(handover, at=at)
    if deemed is not None:
        raise HandoverAlreadyDecided(_sentence(deemed, at=at), **_facts(deemed))


@transaction.atomic
def _deem_if_over(handover: Handover, *, at: datetime) -> Handover | None:
    handover = locked_handover(handover)
    if handover.decision != Handover.Decision.PENDING or not _silence_accepts(handover):
        return None
    clock = sla.notice_clock(handover.subject, DECISION, at=at)
    if clock is None or clock.breached_at is None or clock.stopped_at is not None or clock.breached_at >= at:
        return None
    return _deem(handover, at=clock.breached_at)


@transaction.atomic
def deem_accepted(subject_id: UUID, *, at: datetime) -> Handover | None:
    """Let silence accept, dated at the deadline ``at``; None when there is nothing (left) to decide."""
    found = Handover.objects.filter(subject_id=subject_id).first()
    if found is None:
        return None
    handover = locked_handover(found)
    if handover.decision != Handover.Decision.PENDING or not _silence_accepts(handover):
        return None
    return _deem(handover, at=at)


def _silence_accepts(handover: Handover) -> bool:
    terms = commitment_of(handover.version, DECISION, tier=handover.tier)
    return terms is not None and terms["on_silence"] == DEEMED


def _deem(handover: Handover, *, at: datetime) -> Handover:
    _decide(handover, Handover.Decision.DEEMED_ACCEPTED, by=None, at=at)
    # The breach stands, but nobody owes a decision any more. After the deadline: on the very moment it would take
    # the breach with it.
    sla.cancel_clocks(handover.subject, commitments=[DECISION], at=at + timedelta.resolution, by=None)
    begin_status(handover, by=None, at=at)
    record("handover.deemed_accepted", handover, by=None, at=at, thread=handover.lead_id)
    return handover


@transaction.atomic
def _accept(handover: Handover, *, by: Membership, at: datetime) -> Handover:
    handover = _locked_pending(handover, at=at)
    assigned = handover.assigned_to_id
    if assigned is None:
        move_to(handover, by, at=at, by=by)
    _decide(handover, Handover.Decision.ACCEPTED, by=by, at=at)
    sla.stop_clock(handover.subject, DECISION, at=at, by=by)
    begin_status(handover, by=by, at=at)
    data = {"took": assigned is None}
    record("handover.accepted", handover, by=by, at=at, data=data, thread=handover.lead_id, undoable=True)
    return handover


def _locked_pending(handover: Handover, *, at: datetime) -> Handover:
    """Return the handover locked and undecided; whoever waited for the lock learns who was quicker."""
    handover = locked_handover(handover)
    if handover.decision != Handover.Decision.PENDING:
        raise HandoverAlreadyDecided(_sentence(handover, at=at), **_facts(handover))
    return handover


def _decide(handover: Handover, decision: str, *, by: Membership | None, at: datetime) -> None:
    change_handover(handover, at=at, decision=decision, decided_at=at, decided_by=by)
    sla.record_fact(handover.subject, kind="decided", at=at)
    if decision != Handover.Decision.REJECTED:
        evidence.drop_waiting(handover, at=at)
        change_lead(locked_lead(handover.lead_id), at=at, by=by, stage=Lead.Stage.SAL)


def _facts(handover: Handover) -> dict[str, Any]:
    decided_at = handover.decided_at.isoformat() if handover.decided_at else None
    return {
        "decision": handover.decision,
        "decided_at": decided_at,
        "decided_by": str(handover.decided_by_id) if handover.decided_by_id else None,
    }


def _sentence(handover: Handover, *, at: datetime) -> str:
    if handover.decision == Handover.Decision.DEEMED_ACCEPTED:
        return _("The deadline passed without a decision, so this lead counts as accepted.")
    ago = _ago(handover, at=at)
    who = handover.decided_by.name if handover.decided_by else _("Somebody")
    if handover.decision == Handover.Decision.REJECTED:
        return _("%(who)s rejected this %(ago)s.") % {"who": who, "ago": ago}
    return _("%(who)s accepted this %(ago)s.") % {"who": who, "ago": ago}


def _ago(handover: Handover, *, at: datetime) -> str:
    seconds = max(0, round((at - (handover.decided_at or at)).total_seconds()))
    if seconds < 60:
        return ngettext("%(n)d second ago", "%(n)d seconds ago", seconds) % {"n": seconds}
    minutes = seconds // 60
    if minutes < 60:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    hours = minutes // 60
    return ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}


@transaction.atomic
def _reject(
    handover: Handover, claim: Mapping[str, str], uploads: Sequence[Upload], *, by: Membership, at: datetime
) -> Rejection:
    handover = _locked_pending(handover, at=at)
    rejection = Rejection.objects.create(handover=handover, by=by, at=at, **_in_words(handover, claim))
    evidence.claim_waiting(handover, rejection)
    evidence.attach(handover, rejection, uploads, side=Side.SALES, by=by, at=at)
    if rejection.reason_class == reasons.PROCEDURAL:
        _route_again(handover, rejection, by=by, at=at)
    else:
        _send_back(handover, rejection, by=by, at=at)
    return rejection


def _in_words(handover: Handover, claim: Mapping[str, str]) -> dict[str, str]:
    """Return a claim with the words that it has now: labels may be worded better later."""
    content = handover.version.labelled_content
    found = reasons.find_reason(content, claim["reason"])
    if found is None:
        raise InvalidInput([FieldError("/reason", "unknown_value", "Choose a reason of the agreement.")])
    criterion = claim["criterion"] if found.needs_criterion else ""
    return {
        **claim,
        "reason_class": found.reason_class,
        "reason_label": found.label,
        "criterion": criterion,
        "criterion_label": reasons.criteria(content).get(criterion, ""),
    }


def _send_back(handover: Handover, rejection: Rejection, *, by: Membership, at: datetime) -> None:
    _decide(handover, Handover.Decision.REJECTED, by=by, at=at)
    sla.stop_clock(handover.subject, DECISION, at=at, by=by)
    sla.pause_clocks(handover.subject, side="sales", reason="rejected", at=at, by=by)
    sla.suspend_credit(handover.subject, at=at)
    if commitment_of(handover.version, RETURN_ANSWER) is not None:
        sla.start_clock(handover.subject, RETURN_ANSWER, owner=handover.sent_by, at=at, by=by)
    record("handover.rejected", handover, by=by, at=at, data=_claim(rejection), thread=handover.lead_id, undoable=True)


def _route_again(handover: Handover, rejection: Rejection, *, by: Membership, at: datetime) -> None:
    """Give the handover to somebody else: no decision yet, no figure, no deadline moves."""
    Rejection.objects.filter(pk=rejection.pk).update(state=Rejection.State.RESENT, answered_at=at)
    rejection.state, rejection.answered_at = Rejection.State.RESENT, at
    refused = Rejection.objects.filter(handover=handover, reason_class=reasons.PROCEDURAL)
    without = {handover.assigned_to_id, *refused.values_list("by_id", flat=True)}
    # The lead before the turns: see Note [The lock on turns].
    lead = locked_lead(handover.lead_id)
    day = at.astimezone(ZoneInfo(zone_of_organisation())).date()
    choice = choose_rep(routing_fields(lead, tier=handover.tier), day=day, at=at, without=without)
    change_handover(handover, at=at, routed=choice.routed)
    move_to(handover, choice.rep, at=at, by=by)
    data = {**_claim(rejection), "assigned_to": str(choice.rep.pk) if choice.rep else None}
    record("handover.rerouted", handover, by=by, at=at, data=data, thread=handover.lead_id)


def _claim(rejection: Rejection) -> dict[str, Any]:
    return {
        "rejection": str(rejection.pk),
        "reason": rejection.reason,
        "class": rejection.reason_class,
        "criterion": rejection.criterion,
        # Who is to hear of it.
        "sent_by": str(rejection.handover.sent_by_id) if rejection.handover.sent_by_id else None,
    }


@transaction.atomic
def undo_decision(handover: Handover, *, by: Membership, at: datetime) -> Handover:
    """Take one's own acceptance or rejection back within the undo window; never past the deadline.

    Raises NothingToUndo, UndoOver.
    """
    handover = locked_handover(handover)
    if handover.decision not in KINDS or handover.decided_by_id != by.pk or handover.decided_at is None:
        raise NothingToUndo(_("There is no decision of yours to undo."))
    if at > handover.decided_at + UNDO_WINDOW or handover.progress == Handover.Progress.CLOSED:
        raise UndoOver(_("The time to undo has ended."))
    undone = Handover.Decision(handover.decision)
    _reopen_decision_clock(handover, by=by, at=at)
    if undone == Handover.Decision.REJECTED:
        _take_back_rejection(handover, by=by, at=at)
    else:
        forget_status(handover, by=by, at=at)
        if _was_taken(handover):
            move_to(handover, None, at=at, by=by)
    change_handover(handover, at=at, decision=Handover.Decision.PENDING, decided_at=None, decided_by=None)
    sla.withdraw_fact(handover.subject, kind="decided")
    change_lead(locked_lead(handover.lead_id), at=at, by=by, stage=Lead.Stage.MQL)
    withdraw(handover, KINDS[undone], at=at)
    data = {"undone": str(undone)}
    record("handover.decision_undone", handover, by=by, at=at, data=data, thread=handover.lead_id)
    return handover


def _reopen_decision_clock(handover: Handover, *, by: Membership, at: datetime) -> None:
    try:
        sla.reopen_clock(handover.subject, DECISION, at=at, by=by)
    except sla.DeadlinePassed as error:
        raise UndoOver(_("The deadline has passed meanwhile; the decision stands.")) from error


def _take_back_rejection(handover: Handover, *, by: Membership, at: datetime) -> None:
    rejection = Rejection.objects.select_for_update().filter(handover=handover, state=Rejection.State.OPEN).first()
    if rejection is None:
        raise UndoOver(_("Marketing has answered already; the decision stands."))
    Rejection.objects.filter(pk=rejection.pk).update(state=Rejection.State.WITHDRAWN, answered_at=at, answered_by=by)
    evidence.release(rejection)
    sla.cancel_clocks(handover.subject, commitments=[RETURN_ANSWER], at=at, by=by)
    sla.unpause_clocks(handover.subject, side="sales", at=at, by=by)
    sla.restore_credit(handover.subject, at=at)


def _was_taken(handover: Handover) -> bool:
    """Tell whether the last acceptance took the handover out of the queue of the unassigned."""
    accepted = [event for event in history_of(handover.pk) if event.kind == KINDS[Handover.Decision.ACCEPTED]]
    return bool(accepted) and bool(accepted[-1].data["took"])
