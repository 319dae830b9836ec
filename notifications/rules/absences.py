"""Who is told about absences."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.rules.telling import Rule, Told, day, ids


def _absence_planned(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("You stand in for a colleague from %(first)s to %(last)s.") % {
            "first": day(str(data["first_day"])),
            "last": day(str(data["last_day"])),
        }

    return [Told("absence.planned", words, "absences", members=ids(data.get("deputy")))]


def _absence_covered(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        count = int(data["count"])
        sentence = ngettext(
            "You stand in until %(until)s: %(n)d lead of a colleague is yours meanwhile.",
            "You stand in until %(until)s: %(n)d leads of a colleague are yours meanwhile.",
            count,
        )
        return sentence % {"n": count, "until": day(str(data["until"]))}

    return [Told("absence.covered", words, "home", members=ids(data.get("deputy")))]


def _absence_uncovered(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        count = int(data["count"])
        sentence = ngettext(
            "%(n)d lead that your deputy had is yours again.",
            "%(n)d leads that your deputy had are yours again.",
            count,
        )
        return sentence % {"n": count}

    return [Told("absence.uncovered", words, "home", members=ids(data.get("member")), by_mail=False)]


RULES: Mapping[str, Rule] = {
    "absence.planned": _absence_planned,
    "absence.covered": _absence_covered,
    "absence.uncovered": _absence_uncovered,
}
