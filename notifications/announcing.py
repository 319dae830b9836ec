"""What a chat channel is told about an event (pure): one sentence for everybody who reads there, no names."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.rules.clocks import commitment_label

Sentence = Callable[[Mapping[str, Any], ZoneInfo], str]


def announcement(kind: str, data: Mapping[str, Any], zone: ZoneInfo) -> str | None:
    """Return the sentence; None for what is not announced in channels."""
    say = SENTENCES.get(kind)
    if say is None or data.get("skipped"):
        return None
    return say(data, zone)


def _received(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    if data.get("asks_for_sales"):
        return _("Somebody asks to talk to sales.")
    return _("A new lead came in.") if data.get("created") else _("A known lead came back.")


def _qualified(_data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("A lead became an MQL.")


def _merged(_data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Two leads turned out to be one person.")


def _recycled(_data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("A lead begins a new cycle.")


def _erased(_data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("A person was erased.")


def _sent(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    if not data.get("assigned_to"):
        return _("A lead was handed over and nobody has it yet. Assign it to a rep.")
    if data.get("tier") == "hand_raiser":
        return _("A hand-raiser was handed over to sales.")
    return _("A lead was handed over to sales.")


def _accepted(_data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Sales accepted a lead.")


def _deemed(_data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Nobody decided in time: a lead counts as accepted.")


def _rejected(_data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Sales rejected a lead.")


def _returned(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    if data.get("answer") == "expired":
        return _("Nobody answered a rejection in time: it is final.")
    return _("Marketing answered a rejection.")


def _warning(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    values = {"what": commitment_label(str(data["commitment"])), "when": _moment(data, zone), "share": data["share"]}
    return _("%(what)s is due %(when)s: %(share)s %% of the time is used.") % values


def _breached(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    values = {"what": commitment_label(str(data["commitment"])), "when": _moment(data, zone)}
    return _("%(what)s was due %(when)s and did not happen.") % values


def _voided(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("A breach was voided by evidence: %(what)s.") % {"what": commitment_label(str(data["commitment"]))}


def _proposed(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Marketing proposes %(points)s points for %(month)s.") % dict(data)


def _countersigned(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Both sides agreed on %(points)s points for %(month)s.") % dict(data)


def _at_risk(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("The month is at risk: it ends at about %(forecast)s of %(target)s points.") % dict(data)


def _opened(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Case %(number)s was opened: a rejection is disputed.") % dict(data)


def _ruled(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("Case %(number)s was ruled on.") % dict(data)


def _precedent(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("The ruling in case %(number)s is a precedent now.") % dict(data)


def _signed(data: Mapping[str, Any], _zone: ZoneInfo) -> str:
    return _("A side signed version %(number)s of the agreement.") % dict(data)


SENTENCES: Mapping[str, Sentence] = {
    "lead.received": _received,
    "lead.qualified": _qualified,
    "lead.merged": _merged,
    "lead.recycled": _recycled,
    "lead.erased": _erased,
    "handover.sent": _sent,
    "handover.accepted": _accepted,
    "handover.deemed_accepted": _deemed,
    "handover.rejected": _rejected,
    "handover.returned": _returned,
    "clock.warning": _warning,
    "clock.breached": _breached,
    "clock.breach_voided": _voided,
    "target.proposed": _proposed,
    "target.countersigned": _countersigned,
    "pace.at_risk": _at_risk,
    "case.opened": _opened,
    "case.ruled": _ruled,
    "precedent.published": _precedent,
    "agreement.signed": _signed,
}


def _moment(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    local = datetime.fromisoformat(str(data["due_at"])).astimezone(zone)
    return f"{date_format(local, 'D j M')}, {local:%H:%M}"
