"""Who is told about deadlines, broken promises and what is asked about them."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from notifications.rules.telling import Rule, Told, ids, moment
from tenants.roles import Role

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


def _clock_warning(data: Mapping[str, Any]) -> list[Told]:
    if data.get("skipped"):
        return []
    share = int(data.get("share", 0))

    def words(zone: ZoneInfo) -> str:
        return _("%(what)s is due %(when)s: %(share)d %% of the time is used.") % {
            "what": commitment_label(str(data["commitment"])),
            "when": moment(str(data["due_at"]), zone),
            "share": share,
        }

    return [Told("clock.warning", words, "lead", members=ids(data.get("owner")), by_mail=share >= MAIL_FROM_SHARE)]


def _clock_breached(data: Mapping[str, Any]) -> list[Told]:
    # A deadline of passing time is told by the ladder of the agreement, whose first rung is the breach.
    if data.get("commitment") not in BY_FIGURES:
        return []

    def words(zone: ZoneInfo) -> str:
        what, when = commitment_label(str(data["commitment"])), moment(str(data["due_at"]), zone)
        if data.get("denominator") == "1":
            figures = {"what": what, "when": when, "delivered": data["numerator"], "promised": data["promised"]}
            return _("%(what)s was not reached by %(when)s: %(delivered)s of %(promised)s points.") % figures
        return _("%(what)s was not reached by %(when)s.") % {"what": what, "when": when}

    roles = (HEADS[str(data["side"])],) if data.get("side") in HEADS else ()
    return [Told("clock.breached", words, "months", members=ids(data.get("owner")), roles=roles)]


def _clock_escalated(data: Mapping[str, Any]) -> list[Told]:
    share = int(data["share"])

    def words(zone: ZoneInfo) -> str:
        values = {
            "what": commitment_label(str(data["commitment"])),
            "when": moment(str(data["due_at"]), zone),
            "share": share,
        }
        if share < 100:
            return _("%(what)s is due %(when)s: %(share)d %% of the time is used.") % values
        if share == 100:
            return _("%(what)s was due %(when)s and did not happen.") % values
        return _("%(what)s was due %(when)s and has still not happened: %(share)d %% of the time is used.") % values

    return [Told("clock.escalated", words, "lead", members=ids(*data["members"]))]


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

    return [Told("clock.plea_answered", words, "breaches", members=ids(data.get("requested_by")))]


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


RULES: Mapping[str, Rule] = {
    "clock.warning": _clock_warning,
    "clock.breached": _clock_breached,
    "clock.escalated": _clock_escalated,
    "clock.excuse_requested": _plea_made,
    "clock.evidence_offered": _plea_made,
    "clock.excused": _plea_answered,
    "clock.excuse_refused": _plea_answered,
    "clock.evidence_refused": _plea_answered,
    "clock.breach_voided": _plea_answered,
}
