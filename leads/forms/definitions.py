"""What the heads type of the definitions of a qualified lead."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads import words
from leads.criteria import OPERATORS, value_of, value_text
from leads.facts import BEHAVIOURS
from leads.normal import fold
from sla.content import content_hash
from sla.content.definitions import FIT_GRADES, NOT_YET, READINESS_GRADES
from smarketing.lib.forms import offer

MOST_POINTS = 1000
LONGEST_WINDOW = 730


def digest_of_criterion(criterion: Mapping[str, Any] | None) -> str:
    """Return by what a criterion is known unchanged; "" for a new one."""
    return content_hash(criterion)[:16] if criterion else ""


class CriterionForm(forms.Form):
    """A question about company or person, and what its answer is worth."""

    base = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    label = forms.CharField(label=gettext_lazy("In words"), max_length=200)
    field = forms.ChoiceField(label=gettext_lazy("Field"))
    operator = forms.ChoiceField(label=gettext_lazy("Must"), choices=list(OPERATORS.items()))
    value = forms.CharField(
        label=gettext_lazy("Value"), required=False, max_length=2000,
        help_text=gettext_lazy("Several with commas between: 50, 2000. Dates as 2026-03-31."),
    )  # fmt: skip
    points = forms.IntegerField(label=gettext_lazy("Points"), min_value=0, max_value=MOST_POINTS)
    required = forms.BooleanField(
        label=gettext_lazy("Required: who is known not to meet it fits worst (D)"), required=False
    )

    def __init__(
        self, fields: Mapping[str, str], data: Mapping[str, Any] | None = None, *, of: Mapping[str, Any] | None = None
    ) -> None:
        known = {**of, "value": value_text(of["value"])} if of else {"operator": "in", "points": 10}
        super().__init__(data, initial={**known, "base": digest_of_criterion(of)})
        offer(self, "field", list(fields.items()))

    def criterion(self, key: str) -> dict[str, Any]:
        """Return the criterion as an agreement holds it."""
        given = self.cleaned_data
        value = value_of(given["operator"], given["value"])
        return {**{name: given[name] for name in self.fields if name != "base"}, "key": key, "value": value}


class BehaviourForm(forms.Form):
    """What a person does, how often and how lately, and what it is worth."""

    base = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    label = forms.CharField(label=gettext_lazy("In words"), max_length=200)
    field = forms.ChoiceField(label=gettext_lazy("The person"))
    value = forms.IntegerField(label=gettext_lazy("At least so often"), min_value=1, max_value=1000)
    window_days = forms.IntegerField(label=gettext_lazy("Within the last days"), min_value=1, max_value=LONGEST_WINDOW)
    half_life_days = forms.IntegerField(
        label=gettext_lazy("Points halve every so many days"), min_value=1, max_value=LONGEST_WINDOW
    )
    points = forms.IntegerField(label=gettext_lazy("Points when fresh"), min_value=0, max_value=MOST_POINTS)

    def __init__(
        self, _fields: Mapping[str, str], data: Mapping[str, Any] | None = None, *, of: Mapping[str, Any] | None = None
    ) -> None:
        usual = {"value": 1, "window_days": 30, "half_life_days": 14, "points": 10}
        super().__init__(data, initial={**(of or usual), "base": digest_of_criterion(of)})
        choices = [(kind, words.word(words.BEHAVIOURS, kind)) for kind in BEHAVIOURS]
        offer(self, "field", choices)

    def criterion(self, key: str) -> dict[str, Any]:
        """Return the criterion as an agreement holds it."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "base"}
        return {**given, "key": key, "operator": "count_at_least", "required": False}


def new_key(label: str, taken: set[str]) -> str:
    """Return a key for a new criterion: its words folded, with a number where they are taken."""
    stem = fold(label).encode("ascii", "ignore").decode().lstrip("_0123456789")[:34].strip("_") or "criterion"
    return next(key for n in range(1, 1000) if (key := stem if n == 1 else f"{stem}_{n}") not in taken)


class GradesForm(forms.Form):
    """From how many points each grade begins, and which grades together make which tier."""

    def __init__(self, definitions: Mapping[str, Any], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        for name, grades, title in _SCALES:
            for grade in grades:
                self.fields[f"{name}_{grade}"] = forms.IntegerField(
                    label=str(title) % {"grade": grade}, min_value=0, max_value=100 * MOST_POINTS,
                    initial=definitions[name][grade],
                )  # fmt: skip
        tiers = [(NOT_YET, _("not yet")), *((key, str(label)) for key, label in words.TIERS.items())]
        for fit in FIT_GRADES:
            for readiness in READINESS_GRADES:
                self.fields[f"m_{fit}_{readiness}"] = forms.ChoiceField(
                    label=_("Fit %(fit)s, readiness %(readiness)s") % {"fit": fit, "readiness": readiness},
                    choices=tiers, initial=definitions["matrix"][fit][readiness],
                    widget=forms.Select(attrs={"class": "sm-input"}),
                )  # fmt: skip

    def scales(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the thresholds for the template, by scale."""
        titles = {"fit_grades": _("Fit"), "readiness_grades": _("Readiness")}
        return [(titles[name], [self[f"{name}_{grade}"] for grade in grades]) for name, grades, _title in _SCALES]

    def matrix(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the rows of the grid for the template: a fit grade with its four cells."""
        return [(fit, [self[f"m_{fit}_{readiness}"] for readiness in READINESS_GRADES]) for fit in FIT_GRADES]

    def definitions(self) -> dict[str, Any]:
        """Return the parts of the definitions that stand here."""
        given = self.cleaned_data
        parts: dict[str, Any] = {
            name: {grade: given[f"{name}_{grade}"] for grade in grades} for name, grades, _title in _SCALES
        }
        parts["matrix"] = {fit: {r: given[f"m_{fit}_{r}"] for r in READINESS_GRADES} for fit in FIT_GRADES}
        return parts


_SCALES = (
    ("fit_grades", FIT_GRADES, gettext_lazy("Fit %(grade)s from points")),
    ("readiness_grades", READINESS_GRADES, gettext_lazy("Readiness %(grade)s from points")),
)


class GateForm(forms.Form):
    """Who goes to sales: hand-raisers, what must be known, whom the agreement excludes."""

    intents = forms.CharField(
        label=gettext_lazy("Form intents that ask for a sales talk"), required=False, max_length=1000,
        help_text=gettext_lazy("As forms send them, with commas between."),
    )  # fmt: skip
    behaviours = forms.MultipleChoiceField(
        label=gettext_lazy("What else asks for a sales talk"), required=False, widget=forms.CheckboxSelectMultiple
    )
    fit_grades = forms.MultipleChoiceField(
        label=gettext_lazy("Fit that a hand-raiser needs"), required=False,
        choices=[(grade, grade) for grade in FIT_GRADES], widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    required_fields = forms.MultipleChoiceField(
        label=gettext_lazy("What must be known at handover"), required=False, widget=forms.CheckboxSelectMultiple
    )
    exclusions = forms.MultipleChoiceField(
        label=gettext_lazy("Who is never handed over"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only what no web form can say."),
    )  # fmt: skip
    auto_handover = forms.BooleanField(
        label=gettext_lazy("A lead goes to sales by itself as soon as it qualifies"), required=False
    )

    def __init__(
        self,
        definitions: Mapping[str, Any],
        fields: Mapping[str, str],
        flags: Mapping[str, str],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        raiser = definitions["hand_raiser"]
        initial = {
            **{name: definitions[name] for name in ("required_fields", "exclusions")},
            "intents": ", ".join(raiser["intents"]),
            "behaviours": raiser["behaviours"],
            "fit_grades": raiser["fit_grades"],
            "auto_handover": definitions.get("auto_handover", True),
        }
        super().__init__(data, initial=initial)
        kinds = [(kind, words.word(words.BEHAVIOURS, kind)) for kind in BEHAVIOURS]
        known = [(name, label) for name, label in fields.items() if name not in flags]
        choices = {"behaviours": kinds, "required_fields": known, "exclusions": list(flags.items())}
        for name, offered in choices.items():
            offer(self, name, offered)

    def definitions(self) -> dict[str, Any]:
        """Return the parts of the definitions that stand here."""
        given = self.cleaned_data
        intents = [part.strip() for part in given["intents"].split(",") if part.strip()]
        raiser = {"intents": intents, "behaviours": given["behaviours"], "fit_grades": given["fit_grades"]}
        parts = {name: given[name] for name in ("required_fields", "exclusions", "auto_handover")}
        return {**parts, "hand_raiser": raiser}
