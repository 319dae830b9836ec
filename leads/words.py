"""Stages, decisions and events in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Attempt, Handover, Lead
from sla.words import commitment_label

STAGES: Mapping[str, Promise] = {
    Lead.Stage.LEAD: gettext_lazy("Lead"),
    Lead.Stage.PROSPECT: gettext_lazy("Prospect"),
    Lead.Stage.MQL: gettext_lazy("MQL"),
    Lead.Stage.SAL: gettext_lazy("SAL"),
    Lead.Stage.SQL: gettext_lazy("SQL"),
    Lead.Stage.OPPORTUNITY: gettext_lazy("Opportunity"),
    Lead.Stage.CUSTOMER: gettext_lazy("Customer"),
    Lead.Stage.NURTURE: gettext_lazy("Nurture"),
    Lead.Stage.DISQUALIFIED: gettext_lazy("Disqualified"),
}
STAGE_TONES = {
    Lead.Stage.MQL: "info", Lead.Stage.SAL: "ok", Lead.Stage.SQL: "ok", Lead.Stage.OPPORTUNITY: "ok",
    Lead.Stage.CUSTOMER: "ok", Lead.Stage.NURTURE: "warn", Lead.Stage.DISQUALIFIED: "crit",
}  # fmt: skip
TIERS: Mapping[str, Promise] = {
    "standard": gettext_lazy("Standard"),
    "hand_raiser": gettext_lazy("Hand-raiser"),
}
DECISIONS: Mapping[str, Promise] = {
    Handover.Decision.PENDING: gettext_lazy("To decide"),
    Handover.Decision.ACCEPTED: gettext_lazy("Accepted"),
    Handover.Decision.DEEMED_ACCEPTED: gettext_lazy("Deemed accepted"),
    Handover.Decision.REJECTED: gettext_lazy("Rejected"),
    Handover.Decision.ACCEPTED_BY_RULING: gettext_lazy("Accepted by ruling"),
}
DECISION_TONES = {
    Handover.Decision.PENDING: "info", Handover.Decision.ACCEPTED: "ok", Handover.Decision.DEEMED_ACCEPTED: "warn",
    Handover.Decision.REJECTED: "crit", Handover.Decision.ACCEPTED_BY_RULING: "ok",
}  # fmt: skip
CREDITS: Mapping[str, Promise] = {
    "counted": gettext_lazy("counted"),
    "suspended": gettext_lazy("suspended"),
    "reversed": gettext_lazy("reversed"),
    "adjusted": gettext_lazy("adjusted"),
    "not_counted": gettext_lazy("not counted"),
}
CHANNELS: Mapping[str, Promise] = {
    Attempt.Channel.CALL: gettext_lazy("Call"),
    Attempt.Channel.EMAIL: gettext_lazy("E-mail"),
    Attempt.Channel.MEETING: gettext_lazy("Meeting"),
    Attempt.Channel.MESSAGE: gettext_lazy("Message"),
}
OUTCOMES: Mapping[str, Promise] = {
    Attempt.Outcome.REACHED: gettext_lazy("Reached"),
    Attempt.Outcome.NO_ANSWER: gettext_lazy("No answer"),
    Attempt.Outcome.LEFT_MESSAGE: gettext_lazy("Left a message"),
    Attempt.Outcome.WRONG_CONTACT: gettext_lazy("Wrong contact"),
}
NOT_COUNTED: Mapping[str, Promise] = {
    "automatic": gettext_lazy("sent by a machine"),
    "too_soon": gettext_lazy("too soon after the one before"),
    "before_handover": gettext_lazy("before the handover"),
    "too_late": gettext_lazy("after the agreed time"),
}
ANSWERS: Mapping[str, Promise] = {
    "resent": gettext_lazy("corrected and sent again"),
    "nurtured": gettext_lazy("nurtured"),
    "appealed": gettext_lazy("appealed"),
    "expired": gettext_lazy("not answered in time"),
    "upheld": gettext_lazy("rejection upheld"),
    "overturned": gettext_lazy("rejection overturned"),
    "withdrawn": gettext_lazy("appeal withdrawn"),
}
FIELDS: Mapping[str, Promise] = {
    "email": gettext_lazy("e-mail"),
    "given_name": gettext_lazy("given name"),
    "family_name": gettext_lazy("family name"),
    "phone": gettext_lazy("phone"),
    "job_title": gettext_lazy("job title"),
    "country": gettext_lazy("country"),
    "company_name": gettext_lazy("company"),
    "industry": gettext_lazy("industry"),
    "employees": gettext_lazy("employees"),
    "website": gettext_lazy("website"),
    "message": gettext_lazy("message"),
    "competitor": gettext_lazy("excluded: competitor"),
    "student": gettext_lazy("excluded: student"),
    "existing_customer": gettext_lazy("excluded: existing customer"),
}


@dataclass(frozen=True)
class Telling:
    """How the timeline shows a kind of event."""

    icon: str
    text: Promise
    tone: str = ""


TELLINGS: Mapping[str, Telling] = {
    "lead.received": Telling("forms", gettext_lazy("sent a form")),
    "lead.scored": Telling("sparkles", gettext_lazy("was scored")),
    "lead.qualified": Telling("rosette-discount-check", gettext_lazy("became an MQL"), "ok"),
    "lead.edited": Telling("pencil", gettext_lazy("corrected the record")),
    "handover.sent": Telling("send", gettext_lazy("handed the lead over to sales")),
    "handover.accepted": Telling("check", gettext_lazy("accepted the lead"), "ok"),
    "handover.deemed_accepted": Telling("hourglass", gettext_lazy("counts as accepted by silence"), "warn"),
    "handover.rejected": Telling("x", gettext_lazy("rejected the lead"), "crit"),
    "handover.rerouted": Telling("arrows-exchange", gettext_lazy("said it belongs to somebody else"), "warn"),
    "handover.assigned": Telling("user-check", gettext_lazy("assigned the lead")),
    "handover.decision_undone": Telling("arrow-back-up", gettext_lazy("took the decision back")),
    "handover.attempted": Telling("phone", gettext_lazy("tried to reach the person")),
    "handover.progressed": Telling("trending-up", gettext_lazy("moved the lead on"), "ok"),
    "handover.closed": Telling("flag", gettext_lazy("closed the lead")),
    "handover.returned": Telling("repeat", gettext_lazy("answered the return")),
    "handover.settled": Telling("gavel", gettext_lazy("settled the dispute")),
    "case.opened": Telling("scale", gettext_lazy("appealed to the board")),
    "case.ruled": Telling("gavel", gettext_lazy("ruled on the case")),
    "case.withdrawn": Telling("scale", gettext_lazy("withdrew the appeal")),
    "clock.breached": Telling("alert-octagon", gettext_lazy("deadline passed"), "crit"),
    "clock.breach_voided": Telling("shield-check", gettext_lazy("breach voided"), "ok"),
    "clock.warning": Telling("clock-exclamation", gettext_lazy("deadline comes near"), "warn"),
    "clock.met": Telling("circle-check", gettext_lazy("deadline met"), "ok"),
    "clock.shortened": Telling("bolt", gettext_lazy("deadline brought forward"), "warn"),
}

# What happens to clocks along with the decisions is told by the decisions.
UNTOLD = frozenset(
    f"clock.{kind}"
    for kind in (
        "started",
        "paused",
        "resumed",
        "unpaused",
        "cancelled",
        "waived",
        "reopened",
        "reassigned",
        "stopped",
        "superseded",
    )
)


def telling(kind: str) -> Telling:
    """Return how an event is shown; kinds without words show their name."""
    return TELLINGS.get(kind) or Telling("history", gettext_lazy(kind))


def event_text(kind: str, data: Mapping[str, Any]) -> str:
    """Return what happened, with the detail that the event carries."""
    text = str(telling(kind).text)
    detail = _detail(kind, data)
    return f"{text}: {detail}" if detail else text


def _detail(kind: str, data: Mapping[str, Any]) -> str:
    if kind.startswith("clock."):
        return commitment_label(data["commitment"]) if "commitment" in data else ""
    if kind == "handover.attempted":
        return f"{word(CHANNELS, data['channel'])}, {word(OUTCOMES, data['outcome'])}"
    if kind == "handover.returned":
        return word(ANSWERS, data["answer"])
    if kind == "handover.settled":
        return word(ANSWERS, data["outcome"])
    if kind == "lead.scored":
        tier = word(TIERS, data["tier"]) if data["tier"] else _("not yet qualified")
        return _("fit %(fit)s, readiness %(readiness)s, %(tier)s") % {
            "fit": data["fit_grade"],
            "readiness": data["readiness_grade"],
            "tier": tier,
        }
    return ""


def word(words: Mapping[str, Promise], key: str) -> str:
    """Return a key in words, or the key where there are none."""
    return str(words.get(key, key))
