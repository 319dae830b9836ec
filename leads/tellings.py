"""Events in words, as timelines tell them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.words import ANSWERS, CHANNELS, OUTCOMES, STAGES, TIERS, word
from sla.words import commitment_label


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
    "lead.moved": Telling("route", gettext_lazy("changed the stage")),
    "lead.visits_joined": Telling("route", gettext_lazy("had looked at the site before")),
    "lead.removed": Telling("trash", gettext_lazy("was taken back with the file it came from")),
    "lead.erased": Telling("trash", gettext_lazy("erased the person"), "warn"),
    "lead.disclosed": Telling("download", gettext_lazy("took out everything about the person")),
    "posts.erased": Telling("trash", gettext_lazy("erased what came in with an address")),
    "lead.came_back": Telling("forms", gettext_lazy("came back after being erased, and agreed to it")),
    "lead.recycled": Telling("repeat", gettext_lazy("ended the round with sales"), "warn"),
    "lead.woke": Telling("bell", gettext_lazy("woke up: look at the lead again"), "warn"),
    "lead.dwelling": Telling("hourglass", gettext_lazy("has stood still"), "warn"),
    "lead.duplicate_suggested": Telling("users", gettext_lazy("may be somebody who is known already")),
    "lead.duplicate_dismissed": Telling("users", gettext_lazy("said that two leads are not one person")),
    "campaign.feedback_given": Telling("speakerphone", gettext_lazy("said what this campaign's leads are like")),
    "lead.merged": Telling("arrows-exchange", gettext_lazy("merged two leads into one")),
    "lead.unmerged": Telling("arrow-back-up", gettext_lazy("undid a merge")),
    "handover.merged": Telling("arrows-exchange", gettext_lazy("ended this handover: an earlier one goes on")),
    "handover.unmerged": Telling("arrow-back-up", gettext_lazy("took this handover up again")),
    "lead.marketer_assigned": Telling("user-check", gettext_lazy("gave the lead to another marketer")),
    "lead.nurture_ended": Telling("plant-2", gettext_lazy("ended the nurture")),
    "leads.exported": Telling("download", gettext_lazy("took leads out as a file")),
    "view.saved": Telling("stack-2", gettext_lazy("saved a view")),
    "view.changed": Telling("stack-2", gettext_lazy("changed a view")),
    "view.removed": Telling("trash", gettext_lazy("removed a view")),
    "view.made_default": Telling("stack-2", gettext_lazy("chose the view that opens first")),
    "handover.sent": Telling("send", gettext_lazy("handed the lead over to sales")),
    "handover.accepted": Telling("check", gettext_lazy("accepted the lead"), "ok"),
    "handover.deemed_accepted": Telling("hourglass", gettext_lazy("counts as accepted by silence"), "warn"),
    "handover.rejected": Telling("x", gettext_lazy("rejected the lead"), "crit"),
    "handover.rerouted": Telling("arrows-exchange", gettext_lazy("said it belongs to somebody else"), "warn"),
    "handover.assigned": Telling("user-check", gettext_lazy("assigned the lead")),
    "handover.covered": Telling("arrows-exchange", gettext_lazy("went to the deputy during an absence")),
    "handover.uncovered": Telling("user-check", gettext_lazy("came back after an absence")),
    "member.left": Telling("users", gettext_lazy("took somebody’s access away")),
    "member.returned": Telling("users", gettext_lazy("gave somebody their access back")),
    "member.manager_set": Telling("users", gettext_lazy("said who somebody's manager is")),
    "team.made": Telling("users-group", gettext_lazy("made a team")),
    "team.changed": Telling("users-group", gettext_lazy("changed a team")),
    "routing.changed": Telling("route", gettext_lazy("changed the routing rules")),
    "absence.planned": Telling("calendar-event", gettext_lazy("planned an absence")),
    "absence.ended": Telling("calendar-event", gettext_lazy("ended an absence")),
    "absence.covered": Telling("arrows-exchange", gettext_lazy("open work went to a deputy")),
    "absence.uncovered": Telling("user-check", gettext_lazy("open work came back from a deputy")),
    "handover.decision_undone": Telling("arrow-back-up", gettext_lazy("took the decision back")),
    "handover.attempted": Telling("phone", gettext_lazy("tried to reach the person")),
    "handover.progressed": Telling("trending-up", gettext_lazy("moved the lead on"), "ok"),
    "handover.closed": Telling("flag", gettext_lazy("closed the lead")),
    "handover.evidence_added": Telling("file-text", gettext_lazy("added evidence")),
    "handover.evidence_removed": Telling("trash", gettext_lazy("took evidence away again")),
    "handover.evidence_withdrawn": Telling("file-text", gettext_lazy("withdrew evidence"), "warn"),
    "file.stored": Telling("file-text", gettext_lazy("added a file")),
    "file.removed": Telling("trash", gettext_lazy("took a file away again")),
    "file.erased": Telling("trash", gettext_lazy("erased a file")),
    "handover.returned": Telling("repeat", gettext_lazy("answered the return")),
    "handover.settled": Telling("gavel", gettext_lazy("settled the dispute")),
    "followup.planned": Telling("calendar-event", gettext_lazy("planned the next step")),
    "followup.changed": Telling("calendar-time", gettext_lazy("changed the next step")),
    "followup.done": Telling("circle-check", gettext_lazy("did what was planned"), "ok"),
    "followup.cancelled": Telling("x", gettext_lazy("will not do what was planned")),
    "followup.passed_on": Telling("user-check", gettext_lazy("the next step goes on with somebody else")),
    "followup.due": Telling("bell", gettext_lazy("the next step is due")),
    "insight.added": Telling("message", gettext_lazy("wrote down what the customer taught")),
    "insight.edited": Telling("pencil", gettext_lazy("corrected what they had written down")),
    "insight.withdrawn": Telling("trash", gettext_lazy("withdrew what they had written down")),
    "agreement.drafted": Telling("pencil", gettext_lazy("opened a draft of the agreement")),
    "agreement.changed": Telling("pencil", gettext_lazy("changed the draft of the agreement")),
    "agreement.proposed": Telling("send", gettext_lazy("proposed a version of the agreement")),
    "agreement.reopened": Telling("pencil", gettext_lazy("took a proposed version back to a draft"), "warn"),
    "agreement.discarded": Telling("trash", gettext_lazy("discarded a version of the agreement"), "warn"),
    "agreement.signed": Telling("signature", gettext_lazy("signed the agreement"), "ok"),
    "agreement.concluded": Telling("signature", gettext_lazy("concluded the agreement"), "ok"),
    "agreement.in_force": Telling("file-certificate", gettext_lazy("the agreement came into force"), "ok"),
    "agreement.review_due": Telling("calendar-event", gettext_lazy("the agreement is due for review"), "warn"),
    "agreement.labels_changed": Telling("tag", gettext_lazy("reworded labels of the agreement")),
    "agreement.deputy_named": Telling("user-check", gettext_lazy("named who signs in their place")),
    "agreement.deputy_ended": Telling("user-check", gettext_lazy("ended who signs in their place")),
    "review.planned": Telling("calendar-event", gettext_lazy("planned a review meeting")),
    "review.moved": Telling("calendar-time", gettext_lazy("moved a review meeting")),
    "review.changed": Telling("pencil", gettext_lazy("changed how often reviews take place")),
    "review.cancelled": Telling("x", gettext_lazy("cancelled a review meeting"), "warn"),
    "review.opened": Telling("player-play", gettext_lazy("opened a review meeting")),
    "review.closed": Telling("lock", gettext_lazy("closed the minutes of a review meeting"), "ok"),
    "review.point_added": Telling("plus", gettext_lazy("put a point on the agenda of a review meeting")),
    "review.minuted": Telling("pencil", gettext_lazy("wrote minutes of a review meeting")),
    "review.action_given": Telling("flag", gettext_lazy("noted what somebody takes on")),
    "review.action_due": Telling("bell", gettext_lazy("an action of a review meeting is due")),
    "review.action_done": Telling("circle-check", gettext_lazy("did what was agreed in a review meeting"), "ok"),
    "review.action_carried": Telling("calendar-time", gettext_lazy("gave an action of a review meeting more time")),
    "review.action_dropped": Telling("x", gettext_lazy("dropped an action of a review meeting"), "warn"),
    "case.opened": Telling("scale", gettext_lazy("appealed to the board")),
    "case.stated": Telling("message", gettext_lazy("gave a statement to the board")),
    "case.remanded": Telling("gavel", gettext_lazy("asked both sides before ruling"), "warn"),
    "case.resumed": Telling("player-play", gettext_lazy("the case goes on")),
    "reason.retired": Telling("tag", gettext_lazy("retired a reason")),
    "reason.restored": Telling("tag", gettext_lazy("took a reason back into use")),
    "reasons.ordered": Telling("tag", gettext_lazy("put reasons into another order")),
    "attribute.added": Telling("tag", gettext_lazy("added an attribute")),
    "attribute.changed": Telling("tag", gettext_lazy("changed an attribute")),
    "attribute.retired": Telling("tag", gettext_lazy("retired an attribute")),
    "attribute.restored": Telling("tag", gettext_lazy("took an attribute back into use")),
    "stage.changed": Telling("route", gettext_lazy("changed what a stage is called or demands")),
    "case.ruled": Telling("gavel", gettext_lazy("ruled on the case")),
    "case.corrected": Telling("gavel", gettext_lazy("corrected the ruling"), "warn"),
    "case.moved": Telling("scale", gettext_lazy("moved the case on the board")),
    "case.recused": Telling("hand-stop", gettext_lazy("declared not to be neutral in the case")),
    "case.voted": Telling("check", gettext_lazy("voted on the case")),
    "case.file_added": Telling("file-text", gettext_lazy("put a file before the board")),
    "case.file_withdrawn": Telling("file-text", gettext_lazy("withdrew a file from the board"), "warn"),
    "case.noted": Telling("pencil", gettext_lazy("noted what was said at the hearing")),
    "case.chair_missing": Telling("alert-triangle", gettext_lazy("nobody on the board may rule"), "warn"),
    "case.statements_closing": Telling("clock", gettext_lazy("statements close soon")),
    "precedent.published": Telling("gavel", gettext_lazy("made the ruling a precedent")),
    "precedent.superseded": Telling("gavel", gettext_lazy("a precedent was superseded by a new version"), "warn"),
    "precedent.overruled": Telling("gavel", gettext_lazy("overruled a precedent")),
    "sitting.planned": Telling("calendar-event", gettext_lazy("planned a sitting of the board")),
    "sitting.changed": Telling("calendar-event", gettext_lazy("changed the docket of a sitting")),
    "sitting.minuted": Telling("pencil", gettext_lazy("wrote the minutes of a sitting")),
    "sitting.held": Telling("check", gettext_lazy("a sitting of the board was held")),
    "sitting.cancelled": Telling("calendar-event", gettext_lazy("cancelled a sitting of the board"), "warn"),
    "amendment.drafted": Telling("pencil", gettext_lazy("drafted an amendment from rulings")),
    "seat.taken": Telling("users-group", gettext_lazy("a seat on the board was taken")),
    "seat.ended": Telling("users-group", gettext_lazy("a seat on the board was given up")),
    "case.withdrawn": Telling("scale", gettext_lazy("withdrew the appeal")),
    "clock.breached": Telling("alert-octagon", gettext_lazy("deadline passed"), "crit"),
    "clock.escalated": Telling("bell", gettext_lazy("told the next one up"), "warn"),
    "clock.excuse_requested": Telling("flag", gettext_lazy("asked to excuse the breach")),
    "clock.excuse_consented": Telling("flag", gettext_lazy("one of two heads excuses the breach")),
    "clock.excused": Telling("shield-check", gettext_lazy("breach excused by the other side"), "ok"),
    "clock.excuse_refused": Telling("flag", gettext_lazy("excuse refused by the other side"), "crit"),
    "clock.excuse_withdrawn": Telling("flag", gettext_lazy("no longer asks to excuse the breach")),
    "clock.evidence_offered": Telling("flag", gettext_lazy("said that it happened in time; to be confirmed")),
    "clock.evidence_consented": Telling("flag", gettext_lazy("one of two heads confirms that it happened in time")),
    "clock.evidence_refused": Telling("flag", gettext_lazy("not believed that it happened in time"), "crit"),
    "clock.evidence_withdrawn": Telling("flag", gettext_lazy("no longer says that it happened in time")),
    "clock.proved": Telling("shield-check", gettext_lazy("a record came later that shows when it happened")),
    "clock.merged": Telling("arrows-exchange", gettext_lazy("deadline goes on with the merged lead")),
    "clock.unmerged": Telling("arrow-back-up", gettext_lazy("deadline goes on by itself again")),
    "clock.breach_voided": Telling("shield-check", gettext_lazy("breach voided"), "ok"),
    "clock.warning": Telling("clock-exclamation", gettext_lazy("deadline comes near"), "warn"),
    "clock.recalculated": Telling("calendar-time", gettext_lazy("deadline moved with the working hours")),
    "clock.calendar_changed_after_verdict": Telling(
        "calendar-time", gettext_lazy("working hours were changed after the verdict, which stands")
    ),
    "calendar.opened": Telling("calendar-time", gettext_lazy("added a calendar")),
    "calendar.changed": Telling("calendar-time", gettext_lazy("changed working hours")),
    "calendar.retired": Telling("calendar-time", gettext_lazy("put a calendar away")),
    "calendar.holidays_due": Telling("calendar-time", gettext_lazy("holidays of the next year are to be taken over")),
    "clock.retargeted": Telling("target", gettext_lazy("is measured by another figure now")),
    "target.proposed": Telling("target", gettext_lazy("proposed a target")),
    "target.countersigned": Telling("signature", gettext_lazy("countersigned a target"), "ok"),
    "month.opened": Telling("calendar-event", gettext_lazy("month began")),
    "month.closed": Telling("lock", gettext_lazy("month closed, its figures frozen")),
    "pace.at_risk": Telling("alert-triangle", gettext_lazy("month at risk: the forecast is below the target"), "warn"),
    "pace.on_track": Telling("circle-check", gettext_lazy("month on track again"), "ok"),
    "clock.met": Telling("circle-check", gettext_lazy("deadline met"), "ok"),
    "clock.shortened": Telling("bolt", gettext_lazy("deadline brought forward"), "warn"),
}

# Done by the person, whoever's key or form brought it.
OF_THE_PERSON = ("lead.received", "lead.scored", "lead.qualified", "lead.visits_joined", "submission.confirmed")

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
        "taken_over",
        "given_back",
        "rehoured",
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
    if kind == "clock.escalated":
        return _escalation(data)
    if kind.startswith("clock."):
        return commitment_label(data["commitment"]) if "commitment" in data else ""
    return _DETAILS[kind](data) if kind in _DETAILS else ""


def _of_target(data: Mapping[str, Any]) -> str:
    return _("%(month)s, %(points)s points") % {"month": data["month"], "points": data["points"]}


def _of_attempt(data: Mapping[str, Any]) -> str:
    return f"{word(CHANNELS, data['channel'])}, {word(OUTCOMES, data['outcome'])}"


def _of_move(data: Mapping[str, Any]) -> str:
    return f"{word(STAGES, data['from'])} → {word(STAGES, data['to'])}"


def _of_recycling(data: Mapping[str, Any]) -> str:
    return _("new interest starts cycle %(n)d") % {"n": data["cycle"] + 1}


def _of_stay(data: Mapping[str, Any]) -> str:
    days = ngettext("%(n)d day as %(stage)s", "%(n)d days as %(stage)s", data["days"])
    return days % {"n": data["days"], "stage": word(STAGES, data["stage"])}


def _of_score(data: Mapping[str, Any]) -> str:
    tier = word(TIERS, data["tier"]) if data["tier"] else _("not yet qualified")
    grades = {"fit": data["fit_grade"], "readiness": data["readiness_grade"], "tier": tier}
    return _("fit %(fit)s, readiness %(readiness)s, %(tier)s") % grades


_DETAILS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "target.proposed": _of_target,
    "target.countersigned": _of_target,
    "month.opened": lambda data: str(data["month"]),
    "month.closed": lambda data: str(data["month"]),
    "pace.at_risk": lambda data: str(data["month"]),
    "pace.on_track": lambda data: str(data["month"]),
    "handover.attempted": _of_attempt,
    "reason.retired": lambda data: str(data["key"]),
    "reason.restored": lambda data: str(data["key"]),
    "handover.returned": lambda data: word(ANSWERS, data["answer"]),
    "handover.settled": lambda data: word(ANSWERS, data["outcome"]),
    "lead.moved": _of_move,
    "lead.recycled": _of_recycling,
    "lead.dwelling": _of_stay,
    "lead.scored": _of_score,
}


def _escalation(data: Mapping[str, Any]) -> str:
    values = {"what": commitment_label(data["commitment"]), "share": data["share"]}
    if data["skipped"]:
        return _("%(what)s, %(share)s %% of the time; nobody was told, the next step had come too") % values
    return _("%(what)s, %(share)s %% of the time") % values
