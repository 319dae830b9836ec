"""What each side owes: a block of fields for every promise that can be made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla import words
from sla.business_time import UNITS
from sla.content import AGREED_SIDES, further_names
from sla.content.defaults import WARN_SHARES
from sla.forms.agreements.section import (
    Content,
    Group,
    SectionForm,
    SharesField,
    as_amount,
    as_percent,
    as_share,
    choice_field,
    number_field,
    whole_field,
)
from sla.queries import further_hours


@dataclass(frozen=True)
class Offer:
    """A promise that the form offers, with what it would say if it were agreed now."""

    key: str
    side: str
    terms: Mapping[str, Any]
    tier: str = ""
    # Without these there is no agreement at all.
    always: bool = False

    @property
    def name(self) -> str:
        return f"{self.key}_{self.tier}" if self.tier else self.key


def _timed(amount: int, unit: str, calendar: str, **more: Any) -> dict[str, Any]:
    return {"amount": amount, "unit": unit, "calendar": calendar, "warn_shares": list(WARN_SHARES), **more}


OFFERS = (
    Offer("volume", "marketing", {"period": "month"}, always=True),
    Offer("pace", "marketing", {"period": "week", "share": "0.8"}),
    Offer("acceptance_rate", "marketing", {"share": "0.8"}),
    Offer("completeness", "marketing", {"share": "0.95"}),
    Offer("return_answer", "marketing", _timed(3, "business_days", "marketing")),
    Offer("decision", "sales", _timed(24, "business_hours", "sales", on_silence="deemed_accepted"), always=True),
    Offer("first_contact", "sales", _timed(1, "business_hours", "sales"), tier="hand_raiser"),
    Offer("first_contact", "sales", _timed(24, "elapsed_hours", "sales"), tier="standard"),
    Offer(
        "attempts",
        "sales",
        _timed(10, "business_days", "sales", count=5, spacing_amount=4, spacing_unit="business_hours"),
    ),
    Offer("status_current", "sales", _timed(10, "business_days", "sales")),
    Offer("ruling", "board", _timed(10, "business_days", "sales")),
)
_SILENCE = (
    ("deemed_accepted", gettext_lazy("the lead counts as accepted, and the promise as broken")),
    ("breach_only", gettext_lazy("the promise is broken; the lead stays undecided")),
)


class CommitmentsForm(SectionForm):
    """Every promise with its time, its unit and whose hours count.

    A promise may count on any calendar of the organisation; its week comes into the agreement's hours with the
    first promise on it and leaves them with the last.
    """

    edits: ClassVar = ("commitments", "volume")

    def build(self) -> None:
        self.offered = further_hours()
        agreed = {(terms["key"], terms.get("tier", "")): terms for terms in self.given["commitments"]}
        for offer in OFFERS:
            terms = agreed.get((offer.key, offer.tier))
            if not offer.always:
                self.add(f"{offer.name}_agreed", forms.BooleanField(label=_("agreed"), required=False), bool(terms))
            self._add_terms(offer, terms or offer.terms)
        self.add("volume_points", whole_field(_("Points each month")), self.given["volume"]["points_per_month"])

    def _add_terms(self, offer: Offer, terms: Mapping[str, Any]) -> None:
        name = offer.name
        if "count" in offer.terms:
            self.add(f"{name}_count", whole_field(_("Attempts")), terms["count"])
        if "amount" in offer.terms:
            self.add(f"{name}_amount", number_field(_("Within")), terms["amount"])
            self.add(f"{name}_unit", choice_field(_("Unit"), _units()), terms["unit"])
            self.add(f"{name}_calendar", choice_field(_("Hours of"), self._calendars()), terms["calendar"])
        if "spacing_amount" in offer.terms:
            self.add(f"{name}_spacing_amount", number_field(_("At least apart")), terms["spacing_amount"])
            self.add(f"{name}_spacing_unit", choice_field(_("Unit of the distance"), _units()), terms["spacing_unit"])
        if "on_silence" in offer.terms:
            self.add(f"{name}_on_silence", choice_field(_("Without a decision in time"), _SILENCE), terms["on_silence"])
        if "share" in offer.terms:
            self.add(f"{name}_share", number_field(_("At least, in %")), as_percent(terms.get("share")))
        if "amount" in offer.terms:
            shares = SharesField(label=_("Warn at, in % of the time"), required=False)
            self.add(f"{name}_warn_shares", shares, list(terms["warn_shares"]))

    def groups(self) -> Iterable[Group]:
        for offer in OFFERS:
            yield Group(
                title=_title(offer),
                side=offer.side,
                note=_note(offer.key),
                toggle=None if offer.always else self[f"{offer.name}_agreed"],
                fields=[self[name] for name in self._names_of(offer)],
            )

    def _names_of(self, offer: Offer) -> list[str]:
        if offer.key == "volume":
            return ["volume_points"]
        toggle = f"{offer.name}_agreed"
        mine = [name for name in self.fields if name.startswith(f"{offer.name}_") and name != toggle]
        return [name for name in mine if not any(_is_longer(name, offer, other) for other in OFFERS)]

    def write(self, content: Content) -> None:
        content["volume"] = {"points_per_month": self.value("volume_points")}
        self.pointers["/volume/points_per_month"] = "volume_points"
        offers = sorted(OFFERS, key=self._place_of)
        agreed = [offer for offer in offers if offer.always or self.value(f"{offer.name}_agreed")]
        content["commitments"] = [self._terms(offer) for offer in agreed]
        for number, offer in enumerate(agreed):
            self._point_at(offer, number)
        content["hours"] = self._hours(content["commitments"])

    def _calendars(self) -> list[tuple[str, str]]:
        stored = further_names(self.given["hours"])
        offered = {key: hours["name"] for key, hours in self.offered.items()}
        sides = [(side, words.side_label(side)) for side in AGREED_SIDES]
        return [*sides, *{**stored, **offered}.items()]

    def _hours(self, commitments: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the agreement's hours with the further calendars that are used now, under their present names."""
        stored = self.stored["hours"]
        used = {terms.get("calendar") for terms in commitments}
        further = {key: hours for key, hours in {**self.offered, **stored}.items() if key in used}
        named = {
            key: {**hours, "name": self.offered.get(key, hours)["name"]}
            for key, hours in further.items()
            if key not in AGREED_SIDES
        }
        return {**{side: stored[side] for side in AGREED_SIDES}, **named}

    def _place_of(self, offer: Offer) -> int:
        """Keep the order in which the promises stand, so that only what is changed changes."""
        places = [(terms["key"], terms.get("tier", "")) for terms in self.stored["commitments"]]
        name = (offer.key, offer.tier)
        return places.index(name) if name in places else len(places)

    def _terms(self, offer: Offer) -> dict[str, Any]:
        terms: dict[str, Any] = {"key": offer.key, "side": offer.side}
        if offer.tier:
            terms["tier"] = offer.tier
        for part in offer.terms:
            terms[part] = self._part(offer, part)
        return terms

    def _part(self, offer: Offer, part: str) -> Any:
        if part == "period":
            return offer.terms["period"]
        value = self.value(f"{offer.name}_{part}")
        if part in ("amount", "spacing_amount"):
            return as_amount(value)
        return as_share(value) if part == "share" else value

    def _point_at(self, offer: Offer, number: int) -> None:
        names = self._names_of(offer)
        self.pointers[f"/commitments/{number}"] = names[0]
        for name in names:
            self.pointers[f"/commitments/{number}/{name.removeprefix(offer.name + '_')}"] = name


def _is_longer(name: str, offer: Offer, other: Offer) -> bool:
    """Tell whether the field belongs to another promise whose name only begins alike."""
    return other is not offer and other.name.startswith(f"{offer.name}_") and name.startswith(f"{other.name}_")


def _units() -> list[tuple[str, str]]:
    return [(unit, words.unit_label(unit)) for unit in UNITS]


def _title(offer: Offer) -> str:
    label = words.commitment_label(offer.key)
    return f"{label}: {words.tier_label(offer.tier)}" if offer.tier else label


def _note(key: str) -> str:
    notes = {
        "volume": _("Qualified leads, weighted: see what a lead counts."),
        "pace": _("How much of the plan to date must be reached at the end of each week."),
        "acceptance_rate": _("How much of what is decided sales accepts, month by month."),
        "completeness": _("How many of the agreed fields are filled when a lead is handed over."),
        "return_answer": _("Marketing corrects, nurtures or appeals a rejected lead."),
        "decision": _("Sales accepts or rejects each lead."),
        "first_contact": _("A human calls, writes or meets the person."),
        "attempts": _("How often sales tries before it may give up."),
        "status_current": _("How long an accepted lead may stand without a change of its status."),
        "ruling": _("The board rules on an appeal."),
    }
    return notes[key]
