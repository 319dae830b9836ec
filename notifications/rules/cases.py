"""Who is told about disputes."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from notifications.rules.telling import Rule, Told, ids, moment
from tenants.roles import Role


def _case_opened(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Case %(number)s was opened: a rejection is disputed.") % {"number": data["number"]}

    return [Told("case.opened", words, "case", members=ids(data.get("rejected_by")), roles=(Role.EXECUTIVE,))]


def _case_ruled(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Case %(number)s was ruled on.") % {"number": data["number"]}

    people = ids(data.get("filed_by"), data.get("rejected_by"), data.get("assigned_to"))
    return [Told("case.ruled", words, "case", members=people)]


def _case_remanded(data: Mapping[str, Any]) -> list[Told]:
    def words(zone: ZoneInfo) -> str:
        return _("The board has a question in case %(number)s. Answer it by %(when)s.") % {
            "number": data["number"],
            "when": moment(str(data["answer_by"]), zone),
        }

    heads = (Role.MARKETING_MANAGER, Role.SALES_MANAGER)
    return [Told("case.remanded", words, "case", members=ids(*data.get("members", ())), roles=heads)]


def _statements_closing(data: Mapping[str, Any]) -> list[Told]:
    if not data["sides"]:
        return []

    def words(zone: ZoneInfo) -> str:
        return _("Statements in case %(number)s close %(when)s, and your side has not spoken yet.") % {
            "number": data["number"],
            "when": moment(str(data["closes_at"]), zone),
        }

    heads = {"marketing": Role.MARKETING_MANAGER, "sales": Role.SALES_MANAGER}
    roles = tuple(heads[side] for side in data["sides"])
    return [Told("case.statements_closing", words, "case", members=ids(*data["members"]), roles=roles)]


def _chair_missing(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Nobody on the board may rule on case %(number)s. Appoint a deputy without a hand in it.") % {
            "number": data["number"]
        }

    return [Told("case.chair_missing", words, "case", roles=(Role.EXECUTIVE,))]


def _case_corrected(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("The ruling on case %(number)s was corrected.") % {"number": data["number"]}

    return [Told("case.corrected", words, "case", members=ids(data.get("filed_by"), data.get("rejected_by")))]


def _case_resumed(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Case %(number)s goes on: the question is answered, or the time for it is over.") % {
            "number": data["number"]
        }

    return [Told("case.resumed", words, "case", members=ids(data.get("asked_by")))]


def _case_withdrawn(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        return _("Case %(number)s is over: the appeal was withdrawn.") % {"number": data["number"]}

    people = ids(data.get("rejected_by"))
    return [Told("case.withdrawn", words, "case", members=people, roles=(Role.EXECUTIVE,), by_mail=False)]


def _seat_taken(data: Mapping[str, Any]) -> list[Told]:
    def words(_zone: ZoneInfo) -> str:
        sentences = {
            "chair": _("You chair the board now. Open disputes wait for your ruling."),
            "deputy": _("You are a deputy on the board: you rule where the chair has a hand in a case."),
            "member": _("You sit on the board: your vote advises the chair."),
        }
        return sentences[data["kind"]]

    return [Told("seat.taken", words, "board", members=ids(data["member"]))]


def _sitting(kind: str) -> Rule:
    def tell(data: Mapping[str, Any]) -> list[Told]:
        def words(zone: ZoneInfo) -> str:
            sentences = {
                "sitting.planned": _("The board meets %(when)s."),
                "sitting.cancelled": _("The sitting of the board of %(when)s was cancelled."),
            }
            return sentences[kind] % {"when": moment(str(data["starts_at"]), zone)}

        return [Told(kind, words, "sitting", members=ids(*data.get("members", ())))]

    return tell


RULES: Mapping[str, Rule] = {
    "case.opened": _case_opened,
    "case.ruled": _case_ruled,
    "case.corrected": _case_corrected,
    "case.remanded": _case_remanded,
    "case.statements_closing": _statements_closing,
    "case.chair_missing": _chair_missing,
    "case.resumed": _case_resumed,
    "case.withdrawn": _case_withdrawn,
    "seat.taken": _seat_taken,
    "sitting.planned": _sitting("sitting.planned"),
    "sitting.cancelled": _sitting("sitting.cancelled"),
}
