"""Criteria in words, and their values as people type them."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import words
from sla.content import amount_of

LISTS = ("in", "not_in", "matches_any")
RANGES = ("between",)
WITHOUT_VALUE = ("is_present", "is_absent")

OPERATORS: Mapping[str, Promise] = {
    "between": gettext_lazy("is between (two values)"),
    "in": gettext_lazy("is one of"),
    "not_in": gettext_lazy("is none of"),
    "equals": gettext_lazy("is"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "contains": gettext_lazy("contains"),
    "matches_any": gettext_lazy("has one of these words"),
    "is_present": gettext_lazy("is known"),
    "is_absent": gettext_lazy("is not known"),
}
_SENTENCES: Mapping[str, Promise] = {
    "between": gettext_lazy("%(field)s between %(value)s"),
    "in": gettext_lazy("%(field)s one of %(value)s"),
    "not_in": gettext_lazy("%(field)s none of %(value)s"),
    "equals": gettext_lazy("%(field)s is %(value)s"),
    "at_least": gettext_lazy("%(field)s of at least %(value)s"),
    "at_most": gettext_lazy("%(field)s of at most %(value)s"),
    "contains": gettext_lazy("%(field)s with %(value)s"),
    "matches_any": gettext_lazy("%(field)s with one of the words %(value)s"),
    "is_present": gettext_lazy("%(field)s"),
    "is_absent": gettext_lazy("no %(field)s"),
}
_YES = ("yes", "true", "ja")
_NO = ("no", "false", "nein")


def demand_text(demand: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Return in words what a criterion asks; ``labels`` are those of fields."""
    field = labels.get(demand["field"], demand["field"])
    sentence = str(_SENTENCES[demand["operator"]])
    return sentence % {"field": field, "value": value_text(demand["value"], joint=_(" and "))}


def behaviour_text(criterion: Mapping[str, Any]) -> str:
    """Return in words what a criterion counts, and how its points fade."""
    return _("%(what)s at least %(count)s × within %(window)s days; its points halve every %(half)s days") % {
        "what": words.word(words.BEHAVIOURS, criterion["field"]),
        "count": criterion["value"],
        "window": criterion["window_days"],
        "half": criterion["half_life_days"],
    }


def value_text(value: Any, *, joint: str = ", ") -> str:
    """Return a criterion's value as people type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        joint = joint if len(value) == 2 and not isinstance(value[0], str) else ", "
        return joint.join(str(part) for part in value)
    return str(value)


def value_of(operator: str, text: str) -> Any:
    """Return what people typed as a criterion's value; whether it suits is the content's own check."""
    if operator in WITHOUT_VALUE:
        return None
    parts = [part.strip() for part in text.replace(";", ",").replace("\n", ",").split(",") if part.strip()]
    if operator in LISTS:
        return parts
    if operator in RANGES:
        return [_plain(part) for part in parts]
    return _plain(text.strip())


def _plain(text: str) -> Any:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    number = amount_of(text) if "_" not in text else None
    return int(number) if number is not None and number == number.to_integral_value() and abs(number) < 10**15 else text
