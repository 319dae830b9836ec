"""The way of a lead in at most five steps; the present one says what comes next."""

from django.utils.translation import gettext as _

from leads import words
from leads.models import Handover, Lead, Rejection
from leads.queries.shapes import ClaimView, PathStep

DONE, NOW, TODO, FAILED = "done", "now", "todo", "failed"
OUTCOMES = {
    Handover.Outcome.WON: DONE,
    Handover.Outcome.LOST: FAILED,
    Handover.Outcome.DISQUALIFIED: FAILED,
    Handover.Outcome.UNABLE_TO_REACH: FAILED,
}


def path_of(lead: Lead, handover: Handover | None, rejection: ClaimView | None) -> list[PathStep]:
    """Return qualified, handed over, decided, contacted, won."""
    if handover is None:
        return _before_handover(lead)
    return [
        PathStep(_("MQL"), words.word(words.TIERS, handover.tier), DONE),
        _decision(handover, rejection),
        _contact(handover),
        _qualified(handover),
        _end(handover),
    ]


def _before_handover(lead: Lead) -> list[PathStep]:
    qualified = lead.stage == Lead.Stage.MQL
    return [
        PathStep(_("Lead"), "", DONE),
        PathStep(_("MQL"), "" if qualified else _("not yet qualified"), DONE if qualified else NOW),
        PathStep(_("Handover"), _("ready to hand over") if qualified else "", NOW if qualified else TODO),
        PathStep(_("Contact"), "", TODO),
        PathStep(_("Customer"), "", TODO),
    ]


def _decision(handover: Handover, rejection: ClaimView | None) -> PathStep:
    if handover.decision == Handover.Decision.PENDING:
        return PathStep(_("Decide"), _("accept or reject"), NOW)
    if handover.decision != Handover.Decision.REJECTED:
        return PathStep(_("Accepted"), "", DONE)
    if rejection and rejection.state == Rejection.State.APPEALED:
        return PathStep(_("In dispute"), rejection.reason_label, NOW)
    return PathStep(_("Rejected"), rejection.reason_label if rejection else "", FAILED)


def _contact(handover: Handover) -> PathStep:
    if handover.contacted_at is not None:
        return PathStep(_("Contacted"), "", DONE)
    waits = _is_taken(handover) and handover.progress != Handover.Progress.CLOSED
    return PathStep(_("Contact"), _("call or write") if waits else "", NOW if waits else TODO)


def _is_taken(handover: Handover) -> bool:
    return handover.decision not in (Handover.Decision.PENDING, Handover.Decision.REJECTED)


def _qualified(handover: Handover) -> PathStep:
    if handover.opportunity_at is not None:
        return PathStep(_("Opportunity"), "", DONE)
    if handover.qualified_at is not None:
        return PathStep(_("SQL"), "", DONE)
    is_open = handover.progress != Handover.Progress.CLOSED and _is_taken(handover)
    waits = handover.contacted_at is not None and is_open
    return PathStep(_("SQL"), _("is there a need and a budget?") if waits else "", NOW if waits else TODO)


def _end(handover: Handover) -> PathStep:
    if handover.outcome is None:
        open_deal = handover.qualified_at is not None
        return PathStep(_("Customer"), _("win it") if open_deal else "", NOW if open_deal else TODO)
    labels = {
        Handover.Outcome.WON: _("Won"),
        Handover.Outcome.LOST: _("Lost"),
        Handover.Outcome.DISQUALIFIED: _("Disqualified"),
        Handover.Outcome.UNABLE_TO_REACH: _("Unable to reach"),
    }
    outcome = Handover.Outcome(handover.outcome)
    return PathStep(labels[outcome], "", OUTCOMES[outcome])
