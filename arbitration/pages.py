"""What pages say around their rows: empty states, filters, the frame of a form."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.forms import Form
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from arbitration.actions.appeals import appeal_closes_at
from arbitration.models import Precedent, Ruling
from arbitration.queries import Docket, RulingFilter, RulingOn
from arbitration.queries.docket import CARDS, COLUMNS, MOST_CARDS, Column
from arbitration.queries.labels import Terms
from arbitration.words import moment_word, outcome_word, precedent_word
from leads.models import Rejection
from tenants.models import Membership

RULING_TERMS = ("q", "outcome", "precedents", "state", "criterion", "reason", "field")


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
    if any(column.total for column in found.columns):
        return None
    settled = found.settled_quarter
    text = ngettext("%(n)s settled this quarter.", "%(n)s settled this quarter.", settled) % {"n": settled}
    return Empty(_("No open disputes"), text, _("Read the rulings"), reverse("arbitration:rulings", args=[slug]))


def shown_of(given: Mapping[str, str]) -> dict[str, int]:
    """Return how many cards of each column an address asks for; what cannot be read asks for none."""
    asked = {key: given.get(key, "") for key in COLUMNS}
    return {key: int(told) for key, told in asked.items() if told.isascii() and told.isdigit() and len(told) < 5}


def docket_url(shown: Mapping[str, int], **more: str) -> str:
    """Return the address of a board that shows so many cards."""
    asked = {key: str(number) for key, number in shown.items() if number > CARDS}
    return "?" + urlencode(asked | more)


def with_more(column: Column, shown: Mapping[str, int], *, asked_last: str) -> Column:
    """Return a column with the link to its next cards, and with the card at which those asked for last begin."""
    here, most = len(column.cards), min(column.total, MOST_CARDS)
    begins_at = CARDS * ((here - 1) // CARDS) if column.key == asked_last else 0
    if here >= most:
        return replace(column, begins_at=begins_at)
    then = dict(shown) | {column.key: here + CARDS}
    return replace(
        column,
        more=min(CARDS, most - here),
        more_url=docket_url(then, new=column.key),
        kept_url=docket_url(then),
        begins_at=begins_at,
    )


def tag_of_docket(member: Membership, version: str, shown: Mapping[str, int]) -> str:
    """Return the mark of a board as a member sees it, so that an unchanged one is not sent again."""
    told = (version, member.pk, sorted(member.roles), get_language(), sorted(shown.items()))
    return f'"{hashlib.sha256(repr(told).encode()).hexdigest()[:24]}"'


def empty_rulings(*, filtered: bool) -> Empty:
    """Return what an empty rulings page says."""
    if filtered:
        return Empty(_("No ruling matches"), _("Take a word or a filter away."), _("Show all"), "?")
    return Empty(
        _("No rulings yet"),
        _("A ruling decides one disputed lead. Its holding becomes a precedent that both sides see next time."),
    )


def ruling_filters(given: Mapping[str, str], wanted: RulingFilter, terms: Terms) -> list[Filter]:
    """Return the filters of the rulings page: outcome, force, precedents only, criterion, reason, what it is about."""
    final = [Ruling.Outcome.UPHELD, Ruling.Outcome.OVERTURNED]
    return [
        _filter(given, "outcome", _("Outcome"), {key: outcome_word(key) for key in final}, wanted.outcome),
        _filter(given, "state", _("Force"), {key: precedent_word(key) for key in Precedent.State}, wanted.state),
        _filter(given, "precedents", _("Kind"), {"1": _("Precedents")}, "1" if wanted.precedents_only else ""),
        _filter(given, "criterion", _("Criterion"), _known(terms.criteria, wanted.criterion), wanted.criterion),
        _filter(given, "reason", _("Reason"), _known(terms.reasons, wanted.reason), wanted.reason),
        _filter(given, "field", _("About"), _known(terms.fields, wanted.field), wanted.field),
    ]


def _known(terms: Mapping[str, str], chosen: str) -> Mapping[str, str]:
    """Return the choices; what an older agreement called so stays one while it is chosen."""
    return terms if not chosen or chosen in terms else {**terms, chosen: chosen}


def _filter(given: Mapping[str, str], name: str, label: str, choices: Mapping[str, str], chosen: str) -> Filter:
    options = [Option(word, _changed(given, **{name: key}), key == chosen) for key, word in choices.items()]
    said = choices.get(chosen, _("All"))
    return Filter(name, label, said, bool(chosen), options, _changed(given, **{name: ""}))


def kept_terms(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is asked for of rulings, without the page."""
    return {key: given[key] for key in RULING_TERMS if given.get(key)}


def _changed(given: Mapping[str, str], **changes: str) -> str:
    kept = kept_terms(given)
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
