"""What machines outside are told about an event (pure): types, fields, examples.

Bodies are thin: ids, codes, numbers and times, no personal values. Whoever needs more asks the interface with a key,
and learns what that key may see. A field is never renamed or given another meaning inside a version; new fields and
types may come at any time. What would break a reader becomes ``VERSION`` 2, beside the old one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from smarketing.lib.clock import spelled

VERSION = 1
TEST = "endpoint.test"

_ID = "0199f0c2-7a10-7d3e-9c54-3b1f2a6e8d01"
_OTHER_ID = "0199f0c2-7a10-7d3e-9c54-3b1f2a6e8d02"
_AT = "2026-03-02T09:15:00Z"


@dataclass(frozen=True)
class Type:
    """One type of message: what it means, what its subject is called, and which facts of the event it tells."""

    label: Promise | str
    subject: str
    # Name in the body → an example, which also says the JSON type.
    facts: Mapping[str, Any] = field(default_factory=dict)
    # Whether the body names the lead on whose timeline the event stands.
    lead: bool = True


_DUE = {"commitment": "first_contact", "side": "sales", "cycle": 1, "owner": _ID, "due_at": _AT}
_TARGET = {"month": "2026-03", "points": "500"}
_REJECTION = {"rejection": _ID, "reason": "not_fitting"}

TYPES: Mapping[str, Type] = {
    "lead.received": Type(
        _("A lead came in, or a known one came back"), "lead", {"created": True, "asks_for_sales": False}
    ),
    "lead.qualified": Type(_("A lead became an MQL"), "lead", {"tier": "standard", "cycle": 1}),
    "lead.merged": Type(_("Two leads turned out to be one person"), "merge", {"survivor": _ID, "dropped": _OTHER_ID}),
    "lead.recycled": Type(_("A lead begins a new cycle"), "lead", {"cycle": 2, "from": "nurture"}),
    "lead.erased": Type(_("A person was erased"), "lead"),
    "handover.sent": Type(
        _("A lead was handed over to sales"),
        "handover",
        {"tier": "standard", "number": 1, "cycle": 1, "version": 4, "assigned_to": _ID, "override": False},
    ),
    "handover.accepted": Type(_("Sales accepted a handover"), "handover"),
    "handover.deemed_accepted": Type(_("Silence accepted a handover"), "handover"),
    "handover.rejected": Type(
        _("Sales rejected a handover"), "handover", {**_REJECTION, "class": "definitional", "criterion": "company_size"}
    ),
    "handover.returned": Type(_("A rejection was answered"), "handover", {"rejection": _ID, "answer": "resent"}),
    "clock.warning": Type(_("A deadline comes near"), "clock", {**_DUE, "share": 75}),
    "clock.breached": Type(_("A deadline was missed"), "clock", _DUE),
    "clock.breach_voided": Type(_("A breach was voided by evidence"), "clock", _DUE),
    "target.proposed": Type(_("Marketing proposed a target"), "target", _TARGET, lead=False),
    "target.countersigned": Type(_("Sales countersigned a target"), "target", _TARGET, lead=False),
    "pace.at_risk": Type(
        _("The month is at risk"),
        "month",
        {"month": "2026-03", "target": "500.00", "delivered": "210.00", "forecast": "460.50"},
        lead=False,
    ),
    "case.opened": Type(
        _("A rejection is disputed"),
        "case",
        {"number": "2026-014", "handover": _ID, **_REJECTION, "criterion": "company_size"},
    ),
    "case.ruled": Type(
        _("A case was ruled on"),
        "case",
        {"number": "2026-014", "handover": _ID, "outcome": "overturned", "ruling": _OTHER_ID},
    ),
    "precedent.published": Type(
        _("A ruling became a precedent"),
        "precedent",
        {"number": "2026-014", "criterion": "company_size", "reason": "not_fitting"},
    ),
    "agreement.signed": Type(
        _("A side signed the agreement"),
        "agreement_version",
        {"number": 5, "side": "sales", "hash": "9f2c…"},
        lead=False,
    ),
}


@dataclass(frozen=True)
class Fact:
    """An event as payloads read it."""

    id: str
    kind: str
    subject_id: str
    thread_id: str | None
    at: str
    data: Mapping[str, Any]


def payload(fact: Fact, *, organisation: str) -> dict[str, Any] | None:
    """Return the body of a message about an event; None for an event of which machines are not told."""
    kind = TYPES.get(fact.kind)
    if kind is None or fact.data.get("skipped"):
        return None
    if fact.kind == "lead.merged" and fact.thread_id != fact.data["survivor"]:
        # The same merge stands on two timelines.
        return None
    lead = {"lead": fact.thread_id} if kind.lead else {}
    told = {name: spelled(fact.data.get(name)) for name in kind.facts}
    return {
        "type": fact.kind,
        "timestamp": fact.at,
        "version": VERSION,
        "organisation": organisation,
        "data": {"id": fact.subject_id, "event": fact.id, **lead, **told},
    }


def trial_payload(*, at: str, organisation: str) -> dict[str, Any]:
    """Return the body of a message that somebody sends to try an address."""
    data = {"message": "It works. Messages of this endpoint look like this one."}
    return {"type": TEST, "timestamp": at, "version": VERSION, "organisation": organisation, "data": data}


def example_of(kind: str) -> dict[str, Any]:
    """Return an example of a message's body."""
    found = TYPES[kind]
    data = dict(found.facts)
    if kind == "lead.merged":
        data["survivor"] = _ID
    fact = Fact(_OTHER_ID, kind, _ID, _ID if found.lead else None, _AT, data)
    return payload(fact, organisation="acme") or {}


def schema_of(kind: str) -> dict[str, Any]:
    """Return the JSON schema of a message's body, for the interface's document."""
    example = example_of(kind)
    data = {name: _property(value) for name, value in example["data"].items()}
    envelope = {
        "type": {"type": "string", "const": kind},
        "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
        "version": {"type": "integer", "const": VERSION},
        "organisation": {"type": "string"},
        "data": {"type": "object", "properties": data, "required": ["id", "event"]},
    }
    return {"type": "object", "properties": envelope, "required": list(envelope), "example": example}


def _property(example: Any) -> dict[str, Any]:
    names = {bool: "boolean", int: "integer", str: "string"}
    return {"type": [names[type(example)], "null"]}
