"""What stages, outcomes and effects are called, in the language of the reader."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def stage_word(stage: str) -> str:
    """Return the stage in words."""
    words = {
        "filed": _("Filed"),
        "evidence": _("Statements"),
        "ready": _("Ready to rule"),
        "remanded": _("Question open"),
        "ruled": _("Ruled"),
        "withdrawn": _("Withdrawn"),
    }
    return words[stage]


def outcome_word(outcome: str) -> str:
    """Return the outcome in words, "" for none."""
    words = {
        "": "",
        "upheld": _("Rejection upheld"),
        "overturned": _("Rejection overturned"),
        "remanded": _("Remanded"),
    }
    return words[outcome]


def precedent_word(state: str) -> str:
    """Return in words what force a precedent has."""
    return {"valid": _("valid"), "superseded": _("superseded"), "overruled": _("overruled")}[state]


def seat_word(kind: str) -> str:
    """Return the seat in words, "" for none."""
    return {"": "", "chair": _("Chair"), "deputy": _("Deputy"), "member": _("Member")}[kind]


def vote_word(choice: str) -> str:
    """Return what a member of the board advises."""
    return {"upheld": _("Uphold"), "overturned": _("Overturn")}[choice]


def move_word(stage: str) -> str:
    """Return what moving a case to a stage means, as one says it to do it."""
    return {"evidence": _("Hear statements"), "ready": _("Call it ready to rule")}[stage]


def moment_word(at: datetime) -> str:
    """Return a moment as people here write it, in the zone of the reader."""
    return formats.date_format(timezone.localtime(at), "j M Y, H:i")


def quota_effect(*, points: Decimal, month: date, outcome: str, written: date | None = None) -> str:
    """Say what the case does to marketing's points: what an upheld rejection would take, or what was decided.

    ``written`` is the month whose points a decision changed, where that of the handover was closed already.
    """
    place = written or month
    told = {"points": f"{points.normalize():f}", "month": _month(place)}
    said = _effect(outcome, int(points)) % told
    if place == month:
        return said
    return _("%(effect)s, because %(month)s is closed") % {"effect": said, "month": _month(month)}


def _effect(outcome: str, points: int) -> str:
    if not outcome:
        return ngettext("−%(points)s point in %(month)s if upheld", "−%(points)s points in %(month)s if upheld", points)
    if outcome == "upheld":
        return ngettext("−%(points)s point in %(month)s", "−%(points)s points in %(month)s", points)
    return ngettext("+%(points)s point in %(month)s", "+%(points)s points in %(month)s", points)


def _month(month: date) -> str:
    return formats.date_format(month, "F")
