"""What pages say around their rows: empty states, filters, the frame of a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arbitration.actions.appeals import appeal_closes_at
from arbitration.models import Precedent, Ruling
from arbitration.queries import Docket, RulingFilter, RulingOn
from arbitration.words import moment_word, outcome_word, precedent_word
from leads.models import Rejection


@dataclass(frozen=True)
class Empty:
    """What an empty list teaches, and the one thing to do."""

    title: str
    text: str
    action_label: str = ""
    action_url: str = ""


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    label: str
    url: str
    active: bool


@dataclass(frozen=True)
class Filter:
    """A filter that is a set of links."""

    name: str
    label: str
    value_label: str
    active: bool
    options: list[Option]
    clear_url: str


def empty_docket(slug: str, found: Docket) -> Empty | None:
    """Return what an empty board says, None while it shows cases."""
    if any(column.cards for column in found.columns):
        return None
    settled = found.settled_quarter
    text = ngettext("%(n)s settled this quarter.", "%(n)s settled this quarter.", settled) % {"n": settled}
    return Empty(_("No open disputes"), text, _("Read the rulings"), reverse("arbitration:rulings", args=[slug]))


def empty_rulings(*, filtered: bool) -> Empty:
    """Return what an empty rulings page says."""
    if filtered:
        return Empty(_("No ruling matches"), _("Take a word or a filter away."), _("Show all"), "?")
    return Empty(
        _("No rulings yet"),
        _("A ruling decides one disputed lead. Its holding becomes a precedent that both sides see next time."),
    )


def ruling_filters(given: Mapping[str, str], wanted: RulingFilter) -> list[Filter]:
    """Return the filters of the rulings page: by outcome, by force, precedents only."""
    final = [Ruling.Outcome.UPHELD, Ruling.Outcome.OVERTURNED]
    found = [
        _filter(given, "outcome", _("Outcome"), {key: outcome_word(key) for key in final}, wanted.outcome),
        _filter(given, "state", _("Force"), {key: precedent_word(key) for key in Precedent.State}, wanted.state),
        _filter(given, "precedents", _("Kind"), {"1": _("Precedents")}, "1" if wanted.precedents_only else ""),
    ]
    if wanted.criterion:
        found.append(
            _filter(given, "criterion", _("Criterion"), {wanted.criterion: wanted.criterion}, wanted.criterion)
        )
    return found


def _filter(given: Mapping[str, str], name: str, label: str, choices: Mapping[str, str], chosen: str) -> Filter:
    options = [Option(word, _changed(given, **{name: key}), key == chosen) for key, word in choices.items()]
    said = choices.get(chosen, _("All"))
    return Filter(name, label, said, bool(chosen), options, _changed(given, **{name: ""}))


def _changed(given: Mapping[str, str], **changes: str) -> str:
    kept = {key: given[key] for key in ("q", "outcome", "precedents", "state", "criterion") if given.get(key)}
    return "?" + urlencode({key: value for key, value in (kept | changes).items() if value})


def appeal_context(slug: str, rejection: Rejection, form: Form, rulings: Sequence[RulingOn]) -> dict[str, Any]:
    """Return the frame of the appeal form: what is disputed, until when, what happens next."""
    handover = rejection.handover
    where = {"slug": slug, "handover_id": handover.pk}
    return {
        "title": _("Appeal against the rejection of %(name)s") % {"name": handover.lead.name},
        "row": {
            "handover_id": handover.pk,
            "lead_id": handover.lead_id,
            "number": str(handover.lead),
            "name": handover.lead.name,
            "company": handover.lead.company_name,
            "reason": rejection.reason_label,
            "reason_class": rejection.reason_class,
            "criterion": rejection.criterion_label,
            "note": rejection.note,
            "rejected_by": rejection.by.name,
            "rejected_at": rejection.at,
        },
        "form": form,
        "action_url": reverse("arbitration:appeal", kwargs=where),
        "rulings": rulings,
        "submit_label": _("File the appeal"),
        "text": _closing_words(appeal_closes_at(handover)),
        "consequence": _("The evidence is sealed now. Both sides can make statements, then the chair rules."),
    }


def _closing_words(closes_at: datetime | None) -> str:
    return _("You can appeal until %(time)s.") % {"time": moment_word(closes_at)} if closes_at else ""
