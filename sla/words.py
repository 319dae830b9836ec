"""The words of the engine for people: commitments, units, sides, sentences of an explanation."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla.clocks import Sentence


def commitment_label(key: str) -> str:
    """Return what a commitment is called."""
    labels = {
        "decision": _("Decision"),
        "first_contact": _("First contact"),
        "attempts": _("Attempts"),
        "status_current": _("Status kept current"),
        "return_answer": _("Answer to the return"),
        "ruling": _("Ruling"),
        "volume": _("Volume"),
        "pace": _("Pace"),
        "acceptance_rate": _("Acceptance rate"),
        "completeness": _("Completeness"),
    }
    return labels.get(key, key)


def side_label(side: str) -> str:
    """Return what a side is called."""
    return {"marketing": _("Marketing"), "sales": _("Sales"), "board": _("Board")}.get(side, side)


def amount_text(amount: Decimal | int | str, unit: str) -> str:
    """Return a promise's time with its unit: 24 h, 1 business hour, 3 business days."""
    number = Decimal(amount)
    text = f"{number.normalize():f}"
    # Plural forms know whole numbers only: half an hour reads as several.
    count = int(number) if number == int(number) else 2
    if unit == "business_hours":
        return ngettext("%(n)s business hour", "%(n)s business hours", count) % {"n": text}
    if unit == "business_days":
        return ngettext("%(n)s business day", "%(n)s business days", count) % {"n": text}
    return _("%(n)s h") % {"n": text}


def sentence_text(sentence: Sentence, *, zone: str) -> str:
    """Return a sentence of an explanation, translated, with its moments in ``zone``."""
    return _(sentence.template) % {name: _value(value, ZoneInfo(zone)) for name, value in sentence.values.items()}


def _value(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return format_date(value.astimezone(zone), "D j M Y H:i:s" if value.second else "D j M Y H:i")
    if isinstance(value, date):
        return format_date(value, "D j M Y")
    return value


def tier_label(tier: str) -> str:
    """Return what a tier is called."""
    return {"standard": _("Standard-qualified"), "hand_raiser": _("Hand-raiser")}.get(tier, tier)


def commitment_sentence(terms: Mapping[str, Any]) -> str:
    """Return one promise in a sentence that a manager would say."""
    time = amount_text(terms["amount"], terms["unit"]) if "amount" in terms else ""
    values = {
        "time": time,
        "tier": tier_label(str(terms.get("tier", ""))),
        "count": terms.get("count", ""),
        "spacing": amount_text(terms["spacing_amount"], terms["spacing_unit"]) if "spacing_amount" in terms else "",
        "share": f"{Decimal(terms['share']) * 100:f}" if "share" in terms else "",
    }
    return _SENTENCES[terms["key"]]() % values


_SENTENCES = {
    "decision": lambda: _("Accept or reject each lead within %(time)s."),
    "first_contact": lambda: _("%(tier)s: contact each lead within %(time)s."),
    "attempts": lambda: _("Try %(count)s times within %(time)s, at least %(spacing)s apart, before giving up."),
    "status_current": lambda: _("Keep the status of each lead current within %(time)s."),
    "return_answer": lambda: _("Answer each returned lead within %(time)s."),
    "ruling": lambda: _("Rule on each case within %(time)s."),
    "volume": lambda: _("Hand over the agreed points each month."),
    "pace": lambda: _("Deliver evenly, week by week."),
    "acceptance_rate": lambda: _("At least %(share)s %% of what is handed over is accepted."),
    "completeness": lambda: _("At least %(share)s %% of the agreed fields are filled."),
}
