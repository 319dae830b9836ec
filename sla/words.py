"""The words of the engine for people: commitments, units, sides, sentences of an explanation."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from sla.clocks import Sentence
from smarketing.lib.templatetags.ui import duration

# A list of clocks asks for these by the hundred: only the one that is wanted is translated.
_COMMITMENTS = {
    "decision": gettext_noop("Decision"),
    "first_contact": gettext_noop("First contact"),
    "attempts": gettext_noop("Attempts"),
    "status_current": gettext_noop("Status kept current"),
    "return_answer": gettext_noop("Answer to the return"),
    "ruling": gettext_noop("Ruling"),
    "volume": gettext_noop("Volume"),
    "pace": gettext_noop("Pace"),
    "acceptance_rate": gettext_noop("Acceptance rate"),
    "completeness": gettext_noop("Completeness"),
}


def commitment_label(key: str) -> str:
    """Return what a commitment is called."""
    return _(_COMMITMENTS[key]) if key in _COMMITMENTS else key


def side_label(side: str) -> str:
    """Return what a side is called."""
    return {"marketing": _("Marketing"), "sales": _("Sales"), "board": _("Board")}.get(side, side)


def amount_text(amount: Decimal | int | str, unit: str) -> str:
    """Return what is promised with its unit: 24 h, 1 business hour, 3 business days, 500 points, 80 %."""
    number = Decimal(amount)
    if unit == "share":
        return _("%(n)s %%") % {"n": _plain(number * 100)}
    if unit == "points":
        return ngettext("%(n)s point", "%(n)s points", _plural(number)) % {"n": _plain(number)}
    text = f"{number.normalize():f}"
    # Plural forms know whole numbers only: half an hour reads as several.
    count = int(number) if number == int(number) else 2
    if unit == "business_hours":
        return ngettext("%(n)s business hour", "%(n)s business hours", count) % {"n": text}
    if unit == "business_days":
        return ngettext("%(n)s business day", "%(n)s business days", count) % {"n": text}
    return _("%(n)s h") % {"n": text}


def escalation_role_label(role: str) -> str:
    """Return whom a step of the escalation tells, as it stands in a sentence."""
    labels = {
        "owner": _("the owner"),
        "deputy": _("the owner's deputy"),
        "manager": _("the owner's manager"),
        "head": _("the head of the side"),
        "executive": _("the executives"),
    }
    return labels.get(role, role)


def stage_of_work_label(stage: str) -> str:
    """Return what a stage of the responsibility chart is called."""
    labels = {
        "plan": _("Plan"),
        "capture": _("Capture"),
        "qualify": _("Qualify"),
        "handover": _("Hand over"),
        "decide": _("Decide"),
        "contact": _("Contact"),
        "return": _("Return"),
        "dispute": _("Dispute"),
        "measure": _("Measure"),
    }
    return labels.get(stage, stage)


def unit_label(unit: str) -> str:
    """Return what a unit is called in a list of choices."""
    labels = {
        "elapsed_hours": _("hours around the clock"),
        "business_hours": _("business hours"),
        "business_days": _("business days"),
    }
    return labels.get(unit, unit)


def _plain(number: Decimal) -> str:
    return f"{round(number, 2).normalize():f}"


def _plural(number: Decimal) -> int:
    # Plural forms know whole numbers only: half a point reads as several.
    return int(number) if number == int(number) else 2


def figures_text(promised: Decimal, delivered: Decimal, unit: str) -> str:
    """Return how a promise in points or shares came out: 480 of 500 points: 20 short."""
    if unit == "share":
        values = {"delivered": amount_text(delivered, unit), "promised": amount_text(promised, unit)}
        if delivered >= promised:
            return _("%(delivered)s of %(promised)s: kept") % values
        values["missing"] = _plain((promised - delivered) * 100)
        return _("%(delivered)s of %(promised)s: %(missing)s percentage points short") % values
    values = {"delivered": _plain(delivered), "promised": amount_text(promised, unit)}
    if delivered >= promised:
        return _("%(delivered)s of %(promised)s: kept") % values
    return _("%(delivered)s of %(promised)s: %(missing)s short") % {**values, "missing": _plain(promised - delivered)}


def sentence_text(sentence: Sentence, *, zone: str) -> str:
    """Return a sentence of an explanation, translated, with its moments in ``zone``."""
    return _(sentence.template) % {name: _value(name, value, ZoneInfo(zone)) for name, value in sentence.values.items()}


def _value(name: str, value: Any, zone: ZoneInfo) -> Any:
    if name.endswith("seconds") and value is not None:
        return duration(value)
    if name == "reason":
        return pause_text(str(value))
    if isinstance(value, datetime):
        return format_date(value.astimezone(zone), "D j M Y H:i:s" if value.second else "D j M Y H:i")
    if isinstance(value, date):
        return format_date(value, "D j M Y")
    return value


def pause_text(reason: str) -> str:
    """Return why no time counts."""
    reasons = {
        "rejected": _("the lead was rejected"),
        "remanded": _("the board has asked a question"),
        "merged": _("the lead was merged into another one"),
    }
    return reasons.get(reason, reason)


def tier_label(tier: str) -> str:
    """Return what a tier is called."""
    return {"standard": _("Standard-qualified"), "hand_raiser": _("Hand-raiser")}.get(tier, tier)


def share_text(share: str) -> str:
    """Return a share from 0 to 1 as a percentage without its sign."""
    return f"{(Decimal(share) * 100).normalize():f}"


def commitment_sentence(terms: Mapping[str, Any]) -> str:
    """Return one promise in a sentence that a manager would say."""
    time = amount_text(terms["amount"], terms["unit"]) if "amount" in terms else ""
    values = {
        "time": time,
        "tier": tier_label(str(terms.get("tier", ""))),
        "count": terms.get("count", ""),
        "spacing": amount_text(terms["spacing_amount"], terms["spacing_unit"]) if "spacing_amount" in terms else "",
        "share": share_text(terms["share"]) if "share" in terms else "",
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
    "pace": lambda: _("Deliver evenly: at the end of each week at least %(share)s %% of the plan to date."),
    "acceptance_rate": lambda: _("At least %(share)s %% of what is handed over is accepted."),
    "completeness": lambda: _("At least %(share)s %% of the agreed fields are filled."),
}


def calendar_label(key: str, hours: Mapping[str, Any]) -> str:
    """Return what a calendar is called in an agreement with these hours."""
    return str(hours.get(key, {}).get("name", "")) or side_label(key)


def unit_note(terms: Mapping[str, Any], hours: Mapping[str, Any]) -> str:
    """Return how a promise's time is counted, in an agreement with these hours."""
    notes = {
        "elapsed_hours": _("Counted around the clock."),
        "business_hours": _("Counted in the working hours of %(calendar)s."),
        "business_days": _("The same time of day, working days later, on the calendar of %(calendar)s."),
    }
    if "unit" not in terms:
        return ""
    key = terms["calendar"]
    label = calendar_label(key, hours)
    return notes[terms["unit"]] % {"calendar": label.lower() if label == side_label(key) else f"“{label}”"}


def reason_class_label(name: str) -> str:
    """Return what a class of rejections is called."""
    labels = {"procedural": _("Procedural"), "clerical": _("Clerical"), "definitional": _("Definitional")}
    return labels.get(name, name)


def field_label(key: str) -> str:
    """Return what a field, a behaviour or an exclusion is called."""
    labels = {
        "email": _("E-mail"),
        "company_name": _("Company"),
        "country": _("Country"),
        "employees": _("Employees"),
        "industry": _("Industry"),
        "job_title": _("Job title"),
        "competitor": _("Competitors"),
        "student": _("Students"),
        "existing_customer": _("Existing customers"),
    }
    return labels.get(key, key.replace("_", " ").capitalize())


def criterion_sentence(criterion: Mapping[str, Any]) -> str:
    """Return a criterion's test in a sentence."""
    operator, value = criterion["operator"], criterion["value"]
    listed = ", ".join(str(item).replace("_", " ") for item in value) if isinstance(value, list) else value
    values = {
        "field": field_label(criterion["field"]),
        "value": listed,
        "low": value[0] if operator == "between" else "",
        "high": value[1] if operator == "between" else "",
        "days": criterion.get("window_days", ""),
        "half_life": criterion.get("half_life_days", ""),
    }
    if operator == "count_at_least" and value == 1:
        return _("At least once within %(days)s days; counts half after %(half_life)s days.") % values
    return _TESTS[operator]() % values


_TESTS = {
    "between": lambda: _("%(field)s between %(low)s and %(high)s."),
    "in": lambda: _("%(field)s is one of: %(value)s."),
    "not_in": lambda: _("%(field)s is none of: %(value)s."),
    "equals": lambda: _("%(field)s is %(value)s."),
    "at_least": lambda: _("%(field)s is at least %(value)s."),
    "at_most": lambda: _("%(field)s is at most %(value)s."),
    "matches_any": lambda: _("%(field)s contains one of: %(value)s."),
    "is_present": lambda: _("%(field)s is known."),
    "count_at_least": lambda: _("At least %(value)s times within %(days)s days; counts half after %(half_life)s days."),
}

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def week_text(weekly: Mapping[str, Any]) -> str:
    """Return a week's hours, equal neighbours together: Mon–Fri 09:00–17:00."""
    names = dict(zip(_WEEKDAYS, (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")), strict=True))
    parts: list[tuple[str, str, str]] = []
    for day in _WEEKDAYS:
        hours = ", ".join(f"{begin}–{end}" for begin, end in weekly.get(day, []))
        if parts and parts[-1][2] == hours:
            parts[-1] = (parts[-1][0], day, hours)
        else:
            parts.append((day, day, hours))
    return "; ".join(
        f"{names[first]} {hours}" if first == last else f"{names[first]}–{names[last]} {hours}"
        for first, last, hours in parts
        if hours
    )
