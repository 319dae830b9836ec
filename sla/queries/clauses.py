"""A content clause by clause in words: what the page, the comparison, the preview and the PDF all print."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla import words
from sla.content import with_defaults

Content = Mapping[str, Any]

# In the order in which an agreement is read; the editor has one page for each.
SECTIONS = (
    "commitments",
    "tiers",
    "definitions",
    "hours",
    "escalation",
    "reasons",
    "arbitration",
    "responsibilities",
    "terms",
)


@dataclass(frozen=True)
class Clause:
    """One thing that the agreement says; ``key`` tells the same clause of two versions."""

    section: str
    key: str
    label: str
    text: str


def clauses_of(content: Content) -> list[Clause]:
    """Return everything that a content says, section by section."""
    whole = with_defaults(content)
    return [Clause(section, *line) for section in SECTIONS for line in _WRITERS[section](whole)]


def section_label(section: str) -> str:
    """Return what a section is called."""
    return {
        "commitments": _("What each side owes"),
        "tiers": _("What a lead counts"),
        "definitions": _("What counts as a qualified lead"),
        "hours": _("Working hours"),
        "escalation": _("Who is told when"),
        "reasons": _("Reasons"),
        "arbitration": _("Arbitration"),
        "responsibilities": _("Who does what"),
        "terms": _("Further terms"),
    }[section]


Line = tuple[str, str, str]


def _commitments(content: Content) -> Iterator[Line]:
    for terms in content["commitments"]:
        key = f"{terms['key']} {terms.get('tier', '')}".strip()
        side = words.side_label(terms["side"])
        label = _("%(side)s: %(what)s") % {"side": side, "what": words.commitment_label(terms["key"])}
        if "tier" in terms:
            label += f" ({words.tier_label(terms['tier'])})"
        yield key, label, commitment_text(terms, content)


def commitment_text(terms: Content, content: Content) -> str:
    """Return one promise with everything that belongs to it."""
    if terms["key"] == "volume":
        points = content["volume"]["points_per_month"]
        return _("Hand over qualified leads worth %(points)s points each month.") % {"points": points}
    parts = [
        words.commitment_sentence(terms),
        words.unit_note(terms, content["hours"]),
        silence_text(terms),
        _warnings(terms),
    ]
    return " ".join(part for part in parts if part)


def silence_text(terms: Content) -> str:
    """Return what it means when nobody decides, or nothing for any other promise."""
    return {
        "deemed_accepted": _("Who stays silent until then has accepted, and has broken the promise."),
        "breach_only": _("Who stays silent has broken the promise; the lead stays undecided."),
    }.get(terms.get("on_silence", ""), "")


def _warnings(terms: Content) -> str:
    shares = [str(share) for share in terms.get("warn_shares", [])]
    if not shares:
        return ""
    return _("Warnings at %(shares)s %% of the time.") % {"shares": listed(shares)}


def listed(items: list[str]) -> str:
    """Return "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return _("%(first)s and %(last)s") % {"first": ", ".join(items[:-1]), "last": items[-1]}


def _tiers(content: Content) -> Iterator[Line]:
    for key, terms in content["tiers"].items():
        weight = f"{Decimal(terms['weight']).normalize():f}"
        count = int(weight) if weight.isdigit() else 2
        text = ngettext("Counts %(n)s point.", "Counts %(n)s points.", count) % {"n": weight}
        yield key, words.tier_label(key), text


def _definitions(content: Content) -> Iterator[Line]:
    given = content["definitions"]
    for kind, name in (("fit", _("Fit")), ("readiness", _("Readiness"))):
        for criterion in given[kind]:
            label = _("%(kind)s: %(what)s") % {"kind": name, "what": criterion["label"]}
            yield f"{kind} {criterion['key']}", label, _criterion(criterion)
    yield "fit_grades", _("Fit grades"), _grades(given["fit_grades"])
    yield "readiness_grades", _("Readiness grades"), _grades(given["readiness_grades"])
    for grade, row in given["matrix"].items():
        yield f"matrix {grade}", _("Fit %(grade)s") % {"grade": grade}, _matrix_row(row)
    yield "hand_raiser", words.tier_label("hand_raiser"), _hand_raiser(given["hand_raiser"])
    yield "required_fields", _("Must be known at handover"), _fields(given["required_fields"])
    yield "exclusions", _("Never handed over"), _fields(given["exclusions"])
    yield "auto_handover", _("Handover"), _auto_handover(automatic=given["auto_handover"])


def _criterion(criterion: Content) -> str:
    points = ngettext("%(n)s point.", "%(n)s points.", criterion["points"]) % {"n": criterion["points"]}
    required = [_("Required.")] if criterion["required"] else []
    return " ".join([words.criterion_sentence(criterion), points, *required])


def _grades(grades: Content) -> str:
    parts = [_("%(grade)s from %(points)s points") % {"grade": key, "points": floor} for key, floor in grades.items()]
    return ", ".join(parts) + "."


def _matrix_row(row: Content) -> str:
    def cell(tier: str) -> str:
        return _("not yet") if tier == "not_yet" else words.tier_label(tier)

    parts = [_("readiness %(grade)s: %(tier)s") % {"grade": key, "tier": cell(tier)} for key, tier in row.items()]
    return "; ".join(parts) + "."


def _hand_raiser(rule: Content) -> str:
    asks = [words.field_label(name) for name in [*rule["intents"], *rule["behaviours"]]]
    return _("Whoever shows one of these and has fit %(grades)s: %(asks)s.") % {
        "grades": ", ".join(rule["fit_grades"]),
        "asks": ", ".join(asks),
    }


def _fields(names: list[str]) -> str:
    return ", ".join(words.field_label(name) for name in names) or _("nothing")


def _auto_handover(*, automatic: bool) -> str:
    if automatic:
        return _("A lead that qualifies is handed over by itself.")
    return _("Marketing hands a lead over by hand once it qualifies.")


def _hours(content: Content) -> Iterator[Line]:
    for key, hours in content["hours"].items():
        yield key, words.calendar_label(key, content["hours"]), f"{words.week_text(hours['weekly'])} ({hours['zone']})"


def _escalation(content: Content) -> Iterator[Line]:
    for step in content["escalation"]:
        label = _("At %(share)s %% of the time") % {"share": step["share"]}
        yield str(step["share"]), label, escalation_text(step)


def escalation_text(step: Content) -> str:
    """Return what one step of the ladder does."""
    text = _("Told: %(told)s.") % {"told": listed([words.escalation_role_label(role) for role in step["to"]])}
    return text + (" " + _("The lead is given to somebody else.") if step["reassign"] else "")


def _reasons(content: Content) -> Iterator[Line]:
    names = {"rejection": _("Rejection"), "disqualification": _("Disqualification"), "lost": _("Lost")}
    for kind, name in names.items():
        for reason in content["reasons"][kind]:
            label = _("%(kind)s: %(what)s") % {"kind": name, "what": reason["label"]}
            yield f"{kind} {reason['key']}", label, _reason(reason)


def _reason(reason: Content) -> str:
    parts = [words.reason_class_label(reason["class"]) + "."] if "class" in reason else []
    parts += [_("A criterion must be named.")] if reason.get("needs_criterion") else []
    parts += [_("Evidence must be given.")] if reason.get("needs_evidence") else []
    return " ".join(parts) or _("May be chosen.")


def _arbitration(content: Content) -> Iterator[Line]:
    terms = content["arbitration"]
    classes = listed([words.reason_class_label(name).lower() for name in terms["appealable"]])
    days = words.amount_text(terms["statements_close_after_business_days"], "business_days")
    yield "appealable", _("Appeals"), _("These rejections can be appealed: %(classes)s.") % {"classes": classes}
    yield "statements", _("Statements"), _("Statements close %(days)s after the appeal.") % {"days": days}
    yield "chair", _("Rulings"), _("Only an executive who is not involved rules.")


def _responsibilities(content: Content) -> Iterator[Line]:
    for row in content["responsibilities"]:
        label = _("%(stage)s: %(task)s") % {"stage": words.stage_of_work_label(row["stage"]), "task": row["task"]}
        yield row["key"], label, responsibility_text(row)


def responsibility_text(row: Content) -> str:
    """Return who does a task, who helps and who is told."""
    sentences: dict[str, Callable[[str], str]] = {
        "does": lambda who: _("%(who)s does it.") % {"who": who},
        "helps": lambda who: _("%(who)s helps.") % {"who": who},
        "told": lambda who: _("%(who)s is told.") % {"who": who},
    }
    parties = ("marketing", "sales", "board")
    found = [
        sentence(words.side_label(party))
        for part, sentence in sentences.items()
        for party in parties
        if row[party] == part
    ]
    return " ".join(found)


def _terms(content: Content) -> Iterator[Line]:
    yield "contact_means", _("Contact"), contact_text(content["contact_means"])
    yield "reassignment", _("Reassignment"), reassignment_text(restarts=content["reassignment_restarts"])
    yield "capacity", _("Capacity"), capacity_text(content["capacity"])
    yield "floors", _("Floors"), floors_text(content["floors"])
    if content["revenue"]:
        yield "revenue", _("Revenue"), revenue_text(content["revenue"])
    months = content["review_after_months"]
    review = ngettext("%(n)s month after the start.", "%(n)s months after the start.", months) % {"n": months}
    yield "review", _("Review"), review


def contact_text(means: str) -> str:
    """Return what counts as contact."""
    if means == "reached":
        return _("Contact counts once the person was reached.")
    return _("A logged attempt by a human counts as contact.")


def reassignment_text(*, restarts: bool) -> str:
    """Return what a new owner means for the time."""
    if restarts:
        return _("When another rep takes a lead over, its time starts anew.")
    return _("When another rep takes a lead over, its time goes on.")


def capacity_text(capacity: Content | None) -> str:
    """Return how many leads sales takes in a day."""
    if capacity is None:
        return _("Sales takes any number of leads a day.")
    text = _("Sales takes %(n)s leads a day; the rest start at the next opening of its hours.") % {
        "n": capacity["per_day"]
    }
    exempt = [words.tier_label(tier) for tier in capacity["exempt_tiers"]]
    return text + (" " + _("Not counted: %(tiers)s.") % {"tiers": ", ".join(exempt)} if exempt else "")


def floors_text(floors: Content) -> str:
    """Return what must be earned for the money that is spent, and when criteria are judged."""
    parts = []
    if "pipeline_per_euro" in floors:
        sentence = _("At least %(n)s of pipeline for each euro that marketing spends.")
        parts.append(sentence % {"n": floors["pipeline_per_euro"]})
    if "criterion_cases" in floors:
        sentence = _("A criterion is judged from %(n)s leads with it and %(n)s without.")
        parts.append(sentence % {"n": floors["criterion_cases"]})
    return " ".join(parts) or _("None.")


def revenue_text(revenue: Content) -> str:
    """Return what purchases of a month should be worth."""
    sentences = {
        "marketing": _("Marketing-generated leads: %(amount)s each month."),
        "sales": _("Sales-generated leads: %(amount)s each month."),
    }
    return " ".join(sentences[key] % {"amount": revenue[key]} for key in sentences if key in revenue)


_WRITERS: dict[str, Callable[[Content], Iterator[Line]]] = {
    "commitments": _commitments,
    "tiers": _tiers,
    "definitions": _definitions,
    "hours": _hours,
    "escalation": _escalation,
    "reasons": _reasons,
    "arbitration": _arbitration,
    "responsibilities": _responsibilities,
    "terms": _terms,
}
