"""An agenda in words: what each item says, from the numbers and ids that were frozen when the meeting opened.

Names are read when the page is shown, as far as the reader may see them: a person who was erased since is nameless
in old agendas, too, and a rep does not learn here of the cases of colleagues.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arbitration.access import visible_cases
from arbitration.queries.labels import labels_of
from arbitration.rules import stage_at
from arbitration.words import stage_word
from dashboards.links import Links
from dashboards.models import Review, ReviewItem
from dashboards.queries import Cut
from dashboards.queries.agenda import Drawn, draw_agenda
from dashboards.queries.reviews import ActionRow, actions_by_id, actions_of, items_of_review, local_day
from sla.access import visible_clocks
from sla.queries import BreachRow, breach_rows
from sla.words import commitment_label, side_label
from smarketing.lib.templatetags.ui import duration, number, points
from tenants.models import Membership

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One thing under an item: what, how much or how late, and where it is."""

    text: str
    value: str = ""
    sub: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class AgendaItem:
    """One item as page, meeting room, paper and interface show it."""

    topic: str
    title: str
    summary: str = ""
    tone: str = ""
    url: str = ""
    lines: Sequence[Line] = ()
    # What earlier meetings left open (the first item), and what was agreed about this one.
    carried: Sequence[ActionRow] = ()
    actions: Sequence[ActionRow] = ()
    id: UUID | None = None
    minutes: str = ""
    decision: str = ""
    written_by: str = ""
    written_at: datetime | None = None
    added_by: str = ""
    revision: int = 0


@dataclass(frozen=True)
class Reader:
    """For whom, when and where an agenda is put into words."""

    member: Membership
    at: datetime
    zone: str
    slug: str

    @property
    def today(self) -> date:
        """The organisation's day."""
        return local_day(self.at, self.zone)

    def url(self, name: str, **where: Any) -> str:
        """Return the address of a page of the organisation."""
        return reverse(name, kwargs={"slug": self.slug, **where})


@dataclass
class Names:
    """What the ids of an agenda are called now, read once for all items."""

    actions: dict[str, ActionRow] = field(default_factory=dict)
    breaches: dict[str, Line] = field(default_factory=dict)
    cases: dict[str, Line] = field(default_factory=dict)


def agenda_of(review: Review, reader: Reader) -> list[AgendaItem]:
    """Return the agenda: what was frozen, or before the meeting what it would be now with the points people added."""
    rows = items_of_review(review)
    if review.opened_at is None and review.state != Review.State.CANCELLED:
        drawn = draw_agenda(review, at=reader.at, zone=reader.zone).items
        return [*_worded(drawn, reader), *(_own(row) for row in rows)]
    taken = actions_of(review, reader=reader.member, today=reader.today)
    worded = _worded([Drawn(row.topic, row.facts) for row in rows], reader)
    found = []
    for row, item in zip(rows, worded, strict=True):
        about = [action for action in taken if action.item_id == row.pk]
        shown = _own(row) if row.topic == ReviewItem.Topic.OWN else _with_minutes(item, row)
        found.append(replace(shown, actions=about))
    return found


def _own(row: ReviewItem) -> AgendaItem:
    added_by = row.added_by.name if row.added_by else ""
    return _with_minutes(AgendaItem(topic=row.topic, title=row.title, added_by=added_by), row)


def _with_minutes(item: AgendaItem, row: ReviewItem) -> AgendaItem:
    return replace(
        item,
        id=row.pk,
        minutes=row.minutes,
        decision=row.decision,
        written_by=row.written_by.name if row.written_by else "",
        written_at=row.written_at,
        revision=row.revision,
    )


def _worded(drawn: Iterable[Drawn], reader: Reader) -> list[AgendaItem]:
    items = list(drawn)
    names = _names_in(items, reader)
    return [_WORDS[item.topic](item.facts, names, reader) for item in items]


def _names_in(items: Sequence[Drawn], reader: Reader) -> Names:
    def ids(name: str) -> list[str]:
        return [one for item in items for one in item.facts.get(name, ())]

    found = Names()
    if wanted := ids("actions"):
        rows = actions_by_id(wanted, reader=reader.member, today=reader.today)
        found.actions = {str(row.id): row for row in rows}
    if wanted := ids("clocks"):
        clocks = visible_clocks(reader.member).filter(pk__in=wanted)
        found.breaches = {str(row.id): _breach_line(row, at=reader.at) for row in breach_rows(clocks, at=reader.at)}
    if wanted := ids("cases"):
        found.cases = _case_lines(wanted, reader)
    return found


def _breach_line(row: BreachRow, *, at: datetime) -> Line:
    # Nothing has stopped it: it grows later until somebody does.
    late = row.figures_text or duration((row.due_at - at).total_seconds())
    return Line(row.title, late, f"{row.label}, {row.owner_name or side_label(row.side)}", row.url, "crit")


def _case_lines(wanted: Sequence[str], reader: Reader) -> dict[str, Line]:
    rows = visible_cases(reader.member).filter(pk__in=wanted).select_related("handover__lead", "rejection")
    cases = list(rows.defer("evidence", "handover__snapshot"))
    labels = labels_of(case.version_id for case in cases)
    found = {}
    for case in cases:
        stage = stage_word(stage_at(case.stage, statements_close_at=case.statements_close_at, at=reader.at))
        url = reader.url("arbitration:case", case_id=case.pk)
        question = labels.question(case.version_id, case.rejection)
        found[str(case.pk)] = Line(f"{case.number} {case.handover.lead.name}", stage, question, url)
    return found


def _in_order(ids: Iterable[str], named: Mapping[str, Line]) -> list[Line]:
    return [named[one] for one in ids if one in named]


def _actions(facts: Facts, names: Names, _reader: Reader) -> AgendaItem:
    rows = [names.actions[one] for one in facts["actions"] if one in names.actions]
    count, late = len(facts["actions"]), facts["late"]
    summary = ngettext(
        "%(n)s action of earlier meetings is open.", "%(n)s actions of earlier meetings are open.", count
    )
    words = [summary % {"n": number(count)}]
    if late:
        words.append(ngettext("%(n)s is late.", "%(n)s are late.", late) % {"n": number(late)})
    return AgendaItem("actions", _("Open actions"), " ".join(words), tone="crit" if late else "", carried=rows)


def _month_of(facts: Facts) -> date:
    return date.fromisoformat(f"{facts['month']}-01")


def _pace(facts: Facts, _names: Names, reader: Reader) -> AgendaItem:
    month = _month_of(facts)
    told = {"n": _points(facts["delivered"]), "target": _points(facts["target"])}
    told |= {"planned": _points(facts.get("planned"))}
    if facts["target"] is None:
        summary = _("%(n)s points delivered; there is no target.")
    elif facts.get("planned") is None:
        summary = _("%(n)s of %(target)s points delivered.")
    else:
        summary = _("%(n)s of %(target)s points delivered; the plan was %(planned)s by then.")
    lines = []
    if facts.get("forecast") is not None:
        lines.append(Line(_("Forecast for the end of the month"), _points(facts["forecast"])))
    if facts.get("per_day") is not None and Decimal(facts["per_day"]) > 0:
        lines.append(Line(_("Needed on each working day left"), _points(facts["per_day"])))
    title = _("Pace of %(month)s") % {"month": formats.date_format(month, "F Y")}
    tone = "crit" if facts.get("at_risk") else ""
    return AgendaItem("pace", title, summary % told, tone, Links(reader.slug, Cut(month)).joint(month), lines)


def _points(text: str | None) -> str:
    return "" if text is None else points(Decimal(text))


def _promises(facts: Facts, names: Names, reader: Reader) -> AgendaItem:
    sentences = []
    for side, kept in facts["kept"].items():
        due = kept["met"] + kept["breached"]
        if due:
            words = {"side": side_label(side), "met": number(kept["met"]), "due": number(due)}
            sentences.append(_("%(side)s kept %(met)s of %(due)s.") % words)
    lines = [
        Line(
            commitment_label(row["commitment"]),
            number(row["n"]),
            _("broken by %(side)s since the last meeting") % {"side": side_label(row["side"])},
        )
        for row in facts["broken"]
    ]
    still_open = ngettext("%(n)s broken promise is still open.", "%(n)s broken promises are still open.", facts["open"])
    sentences.append(still_open % {"n": number(facts["open"])} if facts["open"] else _("No broken promise is open."))
    return AgendaItem(
        "promises", _("Promises"), " ".join(sentences), tone="crit" if facts["open"] else "ok",
        url=reader.url("sla:breaches"), lines=[*lines, *_in_order(facts["clocks"], names.breaches)],
    )  # fmt: skip


def _cases(facts: Facts, names: Names, reader: Reader) -> AgendaItem:
    summary = ngettext("%(n)s case is open.", "%(n)s cases are open.", facts["open"]) % {"n": number(facts["open"])}
    lines = _in_order(facts["cases"], names.cases)
    return AgendaItem("cases", _("Disputes"), summary, url=reader.url("arbitration:docket"), lines=lines)


def _rejections(facts: Facts, _names: Names, reader: Reader) -> AgendaItem:
    told = {"n": number(facts["total"]), "disputed": number(facts["disputed"])}
    summary = ngettext(
        "%(n)s lead of the month was rejected, %(disputed)s disputed.",
        "%(n)s leads of the month were rejected, %(disputed)s disputed.",
        facts["total"],
    )
    links = Links(reader.slug, Cut(_month_of(facts)))
    lines = [
        Line(row["label"], number(row["n"]), url=links.leads(decision="rejected", reason=row["reason"]))
        for row in facts["reasons"]
    ]
    return AgendaItem(
        "rejections", _("Why leads were rejected"), summary % told, url=links.leads(decision="rejected"), lines=lines
    )


def _terms(facts: Facts, _names: Names, reader: Reader) -> AgendaItem:
    lines = [_term_line(term, reader) for term in facts["terms"]]
    return AgendaItem("terms", _("The agreement"), url=reader.url("sla:agreement"), lines=lines)


def _term_line(term: Facts, reader: Reader) -> Line:
    told = {"n": term.get("number", ""), "day": "", "month": ""}
    if "day" in term:
        told["day"] = formats.date_format(date.fromisoformat(term["day"]), "j F Y")
    if "month" in term:
        told["month"] = formats.date_format(_month_of(term), "F Y")
    text = {
        "no_agreement": _("No agreement is in force."),
        "review": _("Version %(n)s is to be reviewed by %(day)s."),
        "ends": _("Version %(n)s ends on %(day)s."),
        "draft": _("Version %(n)s is being drafted."),
        "proposed": _("Version %(n)s waits for signatures."),
        "target_waits": _("The target of %(month)s waits for the countersignature."),
        "no_target": _("%(month)s has no target of its own yet."),
    }[term["term"]]
    if "month" in term:
        return Line(text % told, url=reader.url("sla:targets", year=_month_of(term).year))
    if "number" in term:
        return Line(text % told, url=reader.url("sla:agreement_version", number=term["number"]))
    return Line(text % told, url=reader.url("sla:agreement"))


def _point(_facts: Facts, _names: Names, _reader: Reader) -> AgendaItem:
    return AgendaItem("own", "")


_WORDS = {
    "actions": _actions,
    "pace": _pace,
    "promises": _promises,
    "cases": _cases,
    "rejections": _rejections,
    "terms": _terms,
    "own": _point,
}


def state_word(state: str) -> str:
    """Return the state of a meeting in words."""
    words = {"planned": _("planned"), "open": _("being held"), "closed": _("held"), "cancelled": _("cancelled")}
    return words[state]


def rhythm_word(rhythm: str) -> str:
    """Return how often a meeting comes back."""
    words = {"once": _("once"), "weekly": _("every week"), "fortnightly": _("every two weeks"), "monthly": _("monthly")}
    return words[rhythm]


def action_word(state: str) -> str:
    """Return how it stands with something that somebody took on."""
    return {"open": _("open"), "done": _("done"), "dropped": _("dropped")}[state]
