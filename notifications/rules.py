"""Who is told what about an event (pure): people by id, by role, and in which words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tenants.roles import Role

# A warning this late in the time is worth a mail; earlier ones only show under the bell.
MAIL_FROM_SHARE = 90

# Whose managers hear of a breach of which side.
HEADS: Mapping[str, Role] = {
    "sales": Role.SALES_MANAGER,
    "marketing": Role.MARKETING_MANAGER,
    "board": Role.EXECUTIVE,
}


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
    def words(zone: ZoneInfo) -> str:
        return _("%(what)s was due %(when)s and did not happen.") % {
            "what": commitment_label(str(data["commitment"])),
            "when": _moment(str(data["due_at"]), zone),
        }

    roles = (HEADS[str(data["side"])],) if data.get("side") in HEADS else ()
    return [Told("clock.breached", words, "lead", members=_ids(data.get("owner")), roles=roles)]


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
    def words(_zone: ZoneInfo) -> str:
        return _("Marketing proposes a target. It counts once sales has countersigned.")

    return [Told("target.proposed", words, "targets", roles=(Role.SALES_MANAGER,))]


RULES: Mapping[str, Callable[[Mapping[str, Any]], list[Told]]] = {
    "handover.sent": _handover_sent,
    "handover.rejected": _handover_rejected,
    "clock.warning": _clock_warning,
    "clock.breached": _clock_breached,
    "case.opened": _case_opened,
    "case.ruled": _case_ruled,
    "target.proposed": _target_proposed,
}


def commitment_label(key: str) -> str:
    """Return a commitment in words, to begin a sentence with."""
    labels = {
        "decision": _("The decision"),
        "first_contact": _("The first contact"),
        "attempts": _("The last of the agreed attempts"),
        "return_answer": _("The answer to a returned lead"),
        "ruling": _("The ruling"),
        "volume": _("The agreed volume"),
    }
    return labels.get(key, _("What was promised"))


def _moment(text: str, zone: ZoneInfo) -> str:
    local = datetime.fromisoformat(text).astimezone(zone)
    return f"{date_format(local, 'D j M')}, {local:%H:%M}"


def _ids(*values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if value))
