"""Weights, arbitration, and the further terms."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from sla import words
from sla.content import CONTACT_MEANS, ORIGINS, REJECTION_CLASSES, TIERS
from sla.forms.agreements.section import (
    Content,
    Group,
    SectionForm,
    as_amount,
    choice_field,
    choices_field,
    number_field,
    whole_field,
)


class TiersForm(SectionForm):
    """How much a lead of each tier counts towards the target."""

    edits: ClassVar = ("tiers",)

    def build(self) -> None:
        for tier in TIERS:
            self.add(f"{tier}_weight", number_field(words.tier_label(tier)), self.given["tiers"][tier]["weight"])

    def groups(self) -> Iterable[Group]:
        note = _("Marketing may reach its target with many standard leads or with fewer of higher quality.")
        yield Group(_("Points for one lead"), [self[f"{tier}_weight"] for tier in TIERS], note=note)

    def write(self, content: Content) -> None:
        content["tiers"] = {}
        for tier in TIERS:
            weight = as_amount(self.value(f"{tier}_weight"))
            content["tiers"][tier] = {"weight": None if weight is None else str(weight)}
            self.pointers[f"/tiers/{tier}"] = f"{tier}_weight"


class ArbitrationForm(SectionForm):
    """Which rejections can be appealed, and until when statements are taken."""

    edits: ClassVar = ("arbitration",)

    def build(self) -> None:
        given = self.given["arbitration"]
        # A procedural rejection is re-routed; there is nothing to appeal.
        classes = [(name, words.reason_class_label(name)) for name in REJECTION_CLASSES[1:]]
        self.add("appealable", choices_field(_("These rejections can be appealed"), classes), given["appealable"])
        days = whole_field(_("Statements close, in business days after the appeal"))
        self.add("statements_close", days, given["statements_close_after_business_days"])

    def groups(self) -> Iterable[Group]:
        note = _("The time for the ruling itself stands with what the board owes.")
        yield Group(_("Arbitration"), [self["appealable"], self["statements_close"]], note=note)

    def write(self, content: Content) -> None:
        content["arbitration"] = {
            "appealable": self.value("appealable"),
            "statements_close_after_business_days": self.value("statements_close"),
        }
        self.pointers["/arbitration/appealable"] = "appealable"
        self.pointers["/arbitration/statements_close_after_business_days"] = "statements_close"


class TermsForm(SectionForm):
    """What counts as contact, capacity, floors, review."""

    edits: ClassVar = ("contact_means", "reassignment_restarts", "capacity", "floors", "revenue", "review_after_months")

    @classmethod
    def parts(cls, content: Content) -> Content:
        return {**super().parts(content), "auto_handover": content["definitions"].get("auto_handover")}

    def build(self) -> None:
        given = self.given
        means = [(name, _means_label(name)) for name in CONTACT_MEANS]
        self.add("contact_means", choice_field(_("What counts as contact"), means), given["contact_means"])
        restarts = forms.BooleanField(label=_("The time starts anew when another rep takes over"), required=False)
        self.add("reassignment_restarts", restarts, given["reassignment_restarts"])
        automatic = forms.BooleanField(label=_("A lead that qualifies is handed over by itself"), required=False)
        self.add("auto_handover", automatic, given["definitions"]["auto_handover"])
        capacity = given["capacity"] or {"per_day": None, "exempt_tiers": ["hand_raiser"]}
        most = whole_field(_("Leads a day, at most"), help_text=_("Empty: any number."))
        self.add("capacity_per_day", most, capacity["per_day"])
        tiers = [(tier, words.tier_label(tier)) for tier in TIERS]
        self.add("capacity_exempt", choices_field(_("Not counted"), tiers), capacity["exempt_tiers"])
        floor = number_field(_("Pipeline for each euro spent, at least"), help_text=_("Empty: no floor."))
        self.add("pipeline_per_euro", floor, given["floors"].get("pipeline_per_euro"))
        cases = whole_field(_("Leads before a criterion is judged"), help_text=_("Empty: 30 with it and 30 without."))
        self.add("criterion_cases", cases, given["floors"].get("criterion_cases"))
        for origin, label in _origin_labels().items():
            wanted = number_field(label, help_text=_("Each month. Empty: no target."))
            self.add(f"revenue_{origin}", wanted, given["revenue"].get(origin))
        self.add("review_after", whole_field(_("Review after, in months")), given["review_after_months"])

    def groups(self) -> Iterable[Group]:
        yield Group(_("Contact and owners"), [self["contact_means"], self["reassignment_restarts"]])
        yield Group(_("Handover"), [self["auto_handover"]])
        note = _("The surplus starts at the next opening of sales' hours.")
        yield Group(_("Capacity of sales"), [self["capacity_per_day"], self["capacity_exempt"]], note=note)
        yield Group(_("Floors"), [self["pipeline_per_euro"], self["criterion_cases"]])
        note = _("What purchases of a month should be worth, by who found the lead.")
        yield Group(_("Revenue"), [self[f"revenue_{origin}"] for origin in ORIGINS], note=note)
        yield Group(
            _("Review"), [self["review_after"]], note=_("Both heads are reminded 14 days before and on the day.")
        )

    def write(self, content: Content) -> None:
        content["contact_means"] = self.value("contact_means")
        content["reassignment_restarts"] = bool(self.value("reassignment_restarts"))
        content["capacity"] = self._capacity()
        self._write_money(content)
        content["review_after_months"] = self.value("review_after")
        automatic = bool(self.value("auto_handover"))
        # What is not said already says yes; see sla.content.optional.
        if not automatic or "auto_handover" in content["definitions"]:
            content["definitions"]["auto_handover"] = automatic
        self.pointers |= {
            "/contact_means": "contact_means",
            "/capacity/exempt_tiers": "capacity_exempt",
            "/capacity": "capacity_per_day",
            "/floors": "pipeline_per_euro",
            "/floors/criterion_cases": "criterion_cases",
            "/revenue": "revenue_marketing",
            "/revenue/sales": "revenue_sales",
            "/review_after_months": "review_after",
            "/definitions/auto_handover": "auto_handover",
        }

    def _write_money(self, content: Content) -> None:
        floors = {"pipeline_per_euro": as_amount(self.value("pipeline_per_euro"))}
        floors["criterion_cases"] = self.value("criterion_cases")
        content["floors"] = {name: floor for name, floor in floors.items() if floor is not None}
        revenue = {origin: as_amount(self.value(f"revenue_{origin}")) for origin in ORIGINS}
        wanted = {origin: amount for origin, amount in revenue.items() if amount is not None}
        # What is not said already says nothing; see sla.content.optional.
        if wanted or "revenue" in content:
            content["revenue"] = wanted

    def _capacity(self) -> dict[str, Any] | None:
        per_day = self.value("capacity_per_day")
        return None if per_day is None else {"per_day": per_day, "exempt_tiers": self.value("capacity_exempt")}


def _origin_labels() -> dict[str, str]:
    return {
        "marketing": _("Revenue from marketing-generated leads"),
        "sales": _("Revenue from sales-generated leads"),
    }


def _means_label(means: str) -> str:
    return {"attempt": _("a logged attempt by a human"), "reached": _("only that the person was reached")}[means]
