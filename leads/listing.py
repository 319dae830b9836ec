"""What the page of leads says around its rows: filters, order, columns, views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leads import words
from leads.asking import COLUMNS, FITS, READINESS, RECENT, SHOWN_AT_FIRST, Asking
from leads.pages import Filter, address, filter_of
from leads.queries.cohorts import CohortCut
from leads.queries.lists import NONE
from sla.words import commitment_label, reason_class_label, side_label
from tenants.models import Membership
from tenants.roles import MARKETING, SALES


@dataclass(frozen=True)
class Column:
    """One column: what it is called, how it is ordered by a click, whether it is shown and how to toggle that."""

    key: str
    label: str
    shown: bool
    toggle_url: str
    order_url: str = ""
    # "ascending", "descending" or "": what the header tells a screen reader.
    ordered: str = ""


# What a click on a header orders by: first click, second click.
ORDERED_BY: Mapping[str, tuple[str, str]] = {
    "lead": ("name", "name_back"),
    "created": ("created", "oldest"),
    "activity": ("activity", "quiet"),
}
DESCENDING = ("activity", "created", "name_back")


def view_labels() -> list[tuple[str, str]]:
    """Return the views that everybody has, in words."""
    return [
        ("all", _("All")),
        ("to_send", _("To hand over")),
        ("with_sales", _("With sales")),
        ("nurture", _("Nurture")),
        ("mine", _("Mine")),
    ]


def columns(path: str, asking: Asking) -> list[Column]:
    """Return the lead itself and every column that can be shown beside it."""
    labels = {
        "score": _("Score"),
        "stage": _("Stage"),
        "owner": _("Owner"),
        "marketer": _("Marketer"),
        "source": _("Source"),
        "country": _("Country"),
        "email": _("E-mail"),
        "created": _("Created"),
        "wake_on": _("Wakes on"),
        "clock": _("Time left"),
        "activity": _("Last activity"),
    }
    return [_column("lead", _("Lead"), path, asking), *(_column(key, labels[key], path, asking) for key in COLUMNS)]


def _column(key: str, label: str, path: str, asking: Asking) -> Column:
    shown = key in asking.columns or key == "lead"
    wanted = [name for name in COLUMNS if (name in asking.columns) != (name == key)]
    cols = "" if tuple(wanted) == SHOWN_AT_FIRST else ".".join(wanted)
    toggle = address(path, asking.given, cols=cols) if wanted else ""
    first, second = ORDERED_BY.get(key, ("", ""))
    if not first:
        return Column(key, label, shown, toggle)
    order, now = (second if asking.asked.order == first else first), asking.asked.order
    told = "" if now not in (first, second) else "descending" if now in DESCENDING else "ascending"
    url = address(path, asking.given, order=order)
    return Column(key, label, shown, toggle, url, told)


def filters(
    path: str, asking: Asking, people: Sequence[Membership], used: Mapping[str, list[tuple[str, str]]]
) -> list[Filter]:
    """Return every filter as a menu of links; those that are set come first, so that they are seen."""
    given = asking.given
    none = (NONE, _("None"))
    found = [
        filter_of(path, given, "stage", _("Stage"), used["stage"]),
        filter_of(path, given, "tier", _("Tier"), [*((key, str(label)) for key, label in words.TIERS.items()), none]),
        filter_of(path, given, "fit", _("Fit"), [*((fit, fit) for fit in FITS), none]),
        filter_of(path, given, "readiness", _("Readiness"), [*((grade, grade) for grade in READINESS), none]),
        filter_of(path, given, "owner", _("Owner"), [(NONE, _("Nobody")), *_named(people, SALES)]),
        filter_of(path, given, "marketer", _("Marketer"), [(NONE, _("Nobody")), *_named(people, MARKETING)]),
        filter_of(
            path, given, "campaign", _("Campaign"), [none, *sorted(used["campaign"], key=lambda pair: pair[1].lower())]
        ),
        filter_of(path, given, "source", _("Source"), [none, *used["source"]]),
        filter_of(path, given, "country", _("Country"), [none, *used["country"]]),
        filter_of(path, given, "with_sales", _("With sales"), [("yes", _("Yes")), ("no", _("No"))]),
        _span_filter(path, given, "created", _("Created")),
        _span_filter(path, given, "updated", _("Last activity")),
        *_cohort_filters(path, asking, used),
    ]
    return sorted(found, key=lambda one: not one.active)


def _named(people: Sequence[Membership], roles: frozenset[str]) -> list[tuple[str, str]]:
    return [(str(person.pk), person.name) for person in people if person.has(*roles)]


def _span_filter(path: str, given: Mapping[str, str], name: str, label: str) -> Filter:
    spans = [(days, _("Last %(n)s days") % {"n": days} if days != "1" else _("Last 24 hours")) for days in RECENT]
    chosen = given.get(name, "")
    if chosen and chosen not in RECENT:
        spans.append((chosen, chosen.replace("..", " – ").strip()))
    return filter_of(path, given, name, label, spans)


def _cohort_filters(path: str, asking: Asking, used: Mapping[str, list[tuple[str, str]]]) -> list[Filter]:
    """Return the chips of a cohort: the month, and what of it a figure counted; each can be cleared."""
    cut, given = asking.asked.cohort, asking.given
    if cut is None:
        return []
    chips = [filter_of(path, given, "month", _dated(cut), [(given["month"], _period(cut))])]
    decisions = [
        ("pending", _("Undecided")),
        ("accepted", _("Accepted")),
        ("by_sales", _("Accepted by sales")),
        ("deemed", _("Accepted by silence")),
        ("rejected", _("Rejected")),
        ("sent_back", _("Rejected, overturned ones too")),
    ]
    chips.append(filter_of(path, given, "decision", _("Decision"), decisions))
    reached = [
        ("contacted", _("Contacted")),
        ("touched", _("Contact logged")),
        ("untouched", _("Untouched")),
        ("qualified", _("Qualified")),
        ("opportunity", _("Opportunity")),
        ("won", _("Won")),
        ("gave_up", _("Unable to reach")),
        ("ever_qualified", _("Qualified at any time")),
        ("ever_opportunity", _("Opportunity at any time")),
        ("ever_won", _("Won at any time")),
    ]
    chips.append(filter_of(path, given, "reached", _("Reached"), reached))
    return [*chips, *_figure_filters(path, asking, cut), *_report_filters(path, given, used)]


def _dated(cut: CohortCut) -> str:
    """Return what the month of a cohort is the month of."""
    if cut.reported.closed is not None:
        return _("Won in")
    return _("Due in") if cut.promise else _("Sent in")


def _period(cut: CohortCut) -> str:
    first = date_format(cut.month, "F Y")
    return f"{first} – {date_format(cut.reported.last, 'F Y')}" if cut.reported.last else first


def _figure_filters(path: str, asking: Asking, cut: CohortCut) -> list[Filter]:
    """Return the chips of what only a figure's link asks for: each says what it does and can be cleared."""
    told = {
        "reason": (_("Reason"), cut.label or cut.reason),
        "reason_class": (_("Kind of reason"), reason_class_label(cut.reason_class)),
        "disputed": (_("Disputed"), _("Yes")),
        "counted": (_("Counts towards the target"), _("Yes")),
        "band": (_("First contact"), words.BANDS[int(cut.band)] if cut.band else ""),
        "promise": (_("Promise"), words.PROMISES.get(cut.promise, "")),
        "side": (_("Promised by"), side_label(cut.side)),
        "commitment": (_("Promise"), commitment_label(cut.commitment) if cut.commitment else ""),
        "team": (_("Team"), _("chosen")),
    }
    return [
        filter_of(path, asking.given, name, label, [(asking.given[name], str(value))])
        for name, (label, value) in told.items()
        if asking.given.get(name)
    ]


def _report_filters(path: str, given: Mapping[str, str], used: Mapping[str, list[tuple[str, str]]]) -> list[Filter]:
    """Return the chips of what only a report narrows by; nobody chooses these from a menu."""
    states = [("met", _("met")), ("not_met", _("not met")), ("unknown", _("not known"))]
    origins = [("marketing", _("Marketing-generated")), ("sales", _("Sales-generated"))]
    choices = {
        "origin": (_("Origin"), origins),
        "version": (_("Agreement"), [(given.get("version", ""), f"v{given.get('version', '')}")]),
        "criterion": (
            _("Criterion"),
            [(given.get("criterion", ""), words.word(words.FIELDS, given.get("criterion", "")))],
        ),
        "judged": (_("Judged"), states),
        "last_touch": (_("Last touch"), used["campaign"]),
    }
    return [filter_of(path, given, name, *choices[name]) for name in choices if given.get(name)]


def kept_fields(asking: Asking, *, but: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return the parameters as hidden fields of a form that changes only some of them."""
    return [(name, value) for name, value in asking.given.items() if name not in but]


def clear_url(path: str, asking: Asking) -> str:
    """Return the address without filters: the view, the order and the columns stay."""
    return address(path, {name: asking.given.get(name, "") for name in ("view", "order", "cols")})


@dataclass(frozen=True)
class Export:
    """The list as a file."""

    label: str
    url: str


def exports(slug: str, asking: Asking) -> list[Export]:
    """Return where the list as it is now can be had as a file."""
    path = reverse("leads:export", args=[slug])
    kinds = (("csv", _("CSV")), ("xlsx", _("Excel")))
    return [Export(label, address(path, asking.given, format=kind)) for kind, label in kinds]
