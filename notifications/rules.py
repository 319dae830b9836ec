"""Who is told what about an event (pure): people by id, by role, and in which words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.roles import Role

Rule = Callable[[Mapping[str, Any]], list["Told"]]

# A warning this late in the time is worth a mail; earlier ones only show under the bell.
MAIL_FROM_SHARE = 90

# Whose managers hear of a breach of which side.
HEADS: Mapping[str, Role] = {
    "sales": Role.SALES_MANAGER,
    "marketing": Role.MARKETING_MANAGER,
    "board": Role.EXECUTIVE,
}


# Who must consent to what a side asks about its own breach.
CONSENTING: Mapping[str, tuple[Role, ...]] = {
    "sales": (Role.MARKETING_MANAGER,),
    "marketing": (Role.SALES_MANAGER,),
    "board": (Role.MARKETING_MANAGER, Role.SALES_MANAGER),
}

# Promises that a task reads from figures: they have no ladder.
BY_FIGURES = frozenset({"volume", "pace", "acceptance_rate", "completeness"})


@dataclass(frozen=True)
class Told:
    """What one event means for people.

    ``words`` makes the sentence in the reader's language and zone; ``page`` names where it leads.
    """

    kind: str
    words: Callable[[ZoneInfo], str]
    page: str
    members: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    by_mail: bool = True


def told_about(kind: str, data: Mapping[str, Any]) -> list[Told]:
    """Return who is to be told what about an event of this kind; empty when nobody."""
    tell = RULES.get(kind)
    return tell(data) if tell else []


def _handover_sent(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        if not data.get("assigned_to"):
            return _("A lead was handed over and nobody could be given it. Assign it to a rep.")
        if data.get("tier") == "hand_raiser":
            return _("Somebody asked to talk to sales: a new lead is in your inbox.")
        return _("A new lead is in your inbox.")

    roles = () if data.get("assigned_to") else (Role.SALES_MANAGER,)
    return [Told("handover.sent", words, "lead", members=_ids(data.get("assigned_to")), roles=roles)]


def _clock_warning(data: Mapping[str, Any]) -> list[Told]:
    if data.get("skipped"):
        return []
    share = int(data.get("share", 0))

    def words(zone: ZoneInfo) -> str:
        return _("%(what)s is due %(when)s: %(share)d %% of the time is used.") % {
            "what": commitment_label(str(data["commitment"])),
            "when": _moment(str(data["due_at"]), zone),
            "share": share,
        }

    return [Told("clock.warning", words, "lead", members=_ids(data.get("owner")), by_mail=share >= MAIL_FROM_SHARE)]


def _clock_breached(data: Mapping[str, Any]) -> list[Told]:
    # A deadline of passing time is told by the ladder of the agreement, whose first rung is the breach.
    if data.get("commitment") not in BY_FIGURES:
        return []

    def words(zone: ZoneInfo) -> str:
        what, when = commitment_label(str(data["commitment"])), _moment(str(data["due_at"]), zone)
        if data.get("denominator") == "1":
            figures = {"what": what, "when": when, "delivered": data["numerator"], "promised": data["promised"]}
            return _("%(what)s was not reached by %(when)s: %(delivered)s of %(promised)s points.") % figures
        return _("%(what)s was not reached by %(when)s.") % {"what": what, "when": when}

    roles = (HEADS[str(data["side"])],) if data.get("side") in HEADS else ()
    return [Told("clock.breached", words, "months", members=_ids(data.get("owner")), roles=roles)]


def _clock_escalated(data: Mapping[str, Any]) -> list[Told]:
    share = int(data["share"])

    def words(zone: ZoneInfo) -> str:
        values = {
            "what": commitment_label(str(data["commitment"])),
            "when": _moment(str(data["due_at"]), zone),
            "share": share,
        }
        if share < 100:
            return _("%(what)s is due %(when)s: %(share)d %% of the time is used.") % values
        if share == 100:
            return _("%(what)s was due %(when)s and did not happen.") % values
        return _("%(what)s was due %(when)s and has still not happened: %(share)d %% of the time is used.") % values

    return [Told("clock.escalated", words, "lead", members=_ids(*data["members"]))]


def _plea_made(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("The other side asks you to answer for a broken promise: %(what)s.") % {
            "what": commitment_label(str(data["commitment"]))
        }

    return [Told("clock.plea", words, "breaches", roles=CONSENTING[str(data["side"])])]


def _plea_answered(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("What you asked about a broken promise was answered: %(what)s.") % {
            "what": commitment_label(str(data["commitment"]))
        }

    return [Told("clock.plea_answered", words, "breaches", members=_ids(data.get("requested_by")))]


def _handover_rejected(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Sales has rejected a lead. Correct it, nurture it or appeal before the time ends.")

    sender = _ids(data.get("sent_by"))
    roles = () if sender else (Role.MARKETING_MANAGER,)
    return [Told("handover.rejected", words, "returns", members=sender, roles=roles)]


def _case_opened(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Case %(number)s was opened: a rejection is disputed.") % {"number": data["number"]}

    return [Told("case.opened", words, "case", members=_ids(data.get("rejected_by")), roles=(Role.EXECUTIVE,))]


def _case_ruled(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Case %(number)s was ruled on.") % {"number": data["number"]}

    return [Told("case.ruled", words, "case", members=_ids(data.get("filed_by"), data.get("rejected_by")))]


def _target_proposed(data: Mapping[str, Any]) -> list[Told]:
    # A year that is filled at once is one message, told with its first month.
    months = int(data.get("months", 1))
    if not months:
        return []

    def words(_zone: ZoneInfo) -> str:
        if months > 1:
            return _("Marketing proposes targets for %(n)d months. They count once sales has countersigned.") % {
                "n": months
            }
        return _("Marketing proposes a target. It counts once sales has countersigned.")

    return [Told("target.proposed", words, "targets", roles=(Role.SALES_MANAGER,))]


def _agreement(kind: str, sentence: Callable[[Mapping[str, Any], ZoneInfo], str]) -> Rule:
    def tell(data: Mapping[str, Any]) -> list[Told]:
        roles = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)
        members = _ids(*data.get("deputies", ()))
        return [Told(kind, lambda zone: sentence(data, zone), "agreement", members=members, roles=roles)]

    return tell


def _agreement_proposed(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Version %(number)s of the agreement waits for your signature.") % {"number": data["number"]}


def _agreement_reopened(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _(
        "Version %(number)s of the agreement is being changed again; signatures under it do not count any more."
    ) % {"number": data["number"]}


def _agreement_concluded(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    return _("Both sides have signed version %(number)s of the agreement. It starts %(when)s.") % {
        "number": data["number"],
        "when": _moment(str(data["starts_at"]), zone),
    }


def _review_due(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    day = date_format(date.fromisoformat(str(data["review_on"])), "j M Y")
    if not data["days"]:
        return _("The agreement is to be reviewed today (%(day)s).") % {"day": day}
    return _("The agreement is to be reviewed on %(day)s.") % {"day": day}


def _labels_changed(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("An administrator has reworded labels of version %(number)s of the agreement; the terms are the same.") % {
        "number": data["number"]
    }


def _lead_merged(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("A lead of yours turned out to be somebody whom sales has already. It goes on there.")

    return [Told("lead.merged", words, "lead", members=_ids(data.get("told")))]


def _campaign_feedback(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Sales said what the leads of your campaign are like.")

    return [Told("campaign.feedback_given", words, "campaign", members=_ids(data.get("told")))]


def _lead_woke(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("A lead that was kept warm has woken up: look at it again.")

    roles = () if data.get("marketer") else (Role.MARKETING_MANAGER,)
    return [Told("lead.woke", words, "lead", members=_ids(data.get("marketer")), roles=roles)]


def _lead_dwelling(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        days = int(data["days"])
        sentence = ngettext(
            "A lead of yours stands still for %(n)d day.", "A lead of yours stands still for %(n)d days.", days
        )
        return sentence % {"n": days}

    return [Told("lead.dwelling", words, "lead", members=_ids(data.get("owner")), by_mail=False)]


def _handover_assigned(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("A lead was given to you: it is in your inbox.")

    members = _ids(data.get("assigned_to"))
    return [Told("handover.assigned", words, "lead", members=members, by_mail=not data.get("in_bulk"))]


def _absence_planned(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("You stand in for a colleague from %(first)s to %(last)s.") % {
            "first": _day(str(data["first_day"])),
            "last": _day(str(data["last_day"])),
        }

    return [Told("absence.planned", words, "absences", members=_ids(data.get("deputy")))]


def _absence_covered(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        count = int(data["count"])
        sentence = ngettext(
            "You stand in until %(until)s: %(n)d lead of a colleague is yours meanwhile.",
            "You stand in until %(until)s: %(n)d leads of a colleague are yours meanwhile.",
            count,
        )
        return sentence % {"n": count, "until": _day(str(data["until"]))}

    return [Told("absence.covered", words, "home", members=_ids(data.get("deputy")))]


def _absence_uncovered(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        count = int(data["count"])
        sentence = ngettext(
            "%(n)d lead that your deputy had is yours again.",
            "%(n)d leads that your deputy had are yours again.",
            count,
        )
        return sentence % {"n": count}

    return [Told("absence.uncovered", words, "home", members=_ids(data.get("member")), by_mail=False)]


def _pace_at_risk(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("The month is at risk: it ends at about %(forecast)s of %(target)s points.") % _figures(data)

    return [Told("pace.at_risk", words, "targets", roles=(Role.MARKETING_MANAGER, Role.SALES_MANAGER))]


def _pace_on_track(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("The month is on track again: it ends at about %(forecast)s of %(target)s points.") % _figures(data)

    roles = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)
    return [Told("pace.on_track", words, "targets", roles=roles, by_mail=False)]


def _figures(data: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{round(Decimal(data[name])):f}" for name in ("forecast", "target")}


def _calendar_changed(data: Mapping[str, Any]) -> list[Told]:
    moved = int(data.get("open_clocks", 0))

    def words(_zone: ZoneInfo) -> str:
        if not moved:
            return _("Working hours were changed.")
        text = ngettext(
            "Working hours were changed. %(n)d open deadline counts on them.",
            "Working hours were changed. %(n)d open deadlines count on them.",
            moved,
        )
        return text % {"n": moved}

    heads = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)
    return [Told("calendar.changed", words, "calendar", roles=heads, by_mail=False)]


def _holidays_due(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("The holidays of %(year)d are not in the working hours yet. Look at them and take them over.") % {
            "year": data["year"]
        }

    return [Told("calendar.holidays_due", words, "holidays", roles=(Role.ADMINISTRATOR,))]


RULES: Mapping[str, Rule] = {
    "handover.sent": _handover_sent,
    "handover.assigned": _handover_assigned,
    "handover.rejected": _handover_rejected,
    "absence.planned": _absence_planned,
    "absence.covered": _absence_covered,
    "absence.uncovered": _absence_uncovered,
    "clock.warning": _clock_warning,
    "clock.breached": _clock_breached,
    "clock.escalated": _clock_escalated,
    "clock.excuse_requested": _plea_made,
    "clock.evidence_offered": _plea_made,
    "clock.excused": _plea_answered,
    "clock.excuse_refused": _plea_answered,
    "clock.evidence_refused": _plea_answered,
    "clock.breach_voided": _plea_answered,
    "case.opened": _case_opened,
    "case.ruled": _case_ruled,
    "calendar.changed": _calendar_changed,
    "calendar.holidays_due": _holidays_due,
    "target.proposed": _target_proposed,
    "pace.at_risk": _pace_at_risk,
    "pace.on_track": _pace_on_track,
    "lead.woke": _lead_woke,
    "lead.merged": _lead_merged,
    "campaign.feedback_given": _campaign_feedback,
    "lead.dwelling": _lead_dwelling,
    "agreement.proposed": _agreement("agreement.proposed", _agreement_proposed),
    "agreement.reopened": _agreement("agreement.reopened", _agreement_reopened),
    "agreement.concluded": _agreement("agreement.concluded", _agreement_concluded),
    "agreement.review_due": _agreement("agreement.review_due", _review_due),
    "agreement.labels_changed": _agreement("agreement.labels_changed", _labels_changed),
}


def commitment_label(key: str) -> str:
    """Return a commitment in words, to begin a sentence with."""
    labels = {
        "decision": _("The decision"),
        "first_contact": _("The first contact"),
        "attempts": _("The last of the agreed attempts"),
        "return_answer": _("The answer to a returned lead"),
        "ruling": _("The ruling"),
        "status_current": _("The next news of the lead"),
        "volume": _("The agreed volume"),
        "pace": _("The agreed pace"),
        "acceptance_rate": _("The agreed acceptance rate"),
        "completeness": _("The agreed completeness"),
    }
    return labels.get(key, _("What was promised"))


def _moment(text: str, zone: ZoneInfo) -> str:
    local = datetime.fromisoformat(text).astimezone(zone)
    return f"{date_format(local, 'D j M')}, {local:%H:%M}"


def _day(text: str) -> str:
    return str(date_format(date.fromisoformat(text), "j F"))


def _ids(*values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if value))
