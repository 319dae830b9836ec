"""Rules of routing as people fill them in."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.criteria import OPERATORS, value_of, value_text
from leads.routing import QUEUE, REP, TEAM, Condition, Limit, Plan, Rule, Target, faults_of_condition
from smarketing.lib.forms import offer
from tenants.forms import StoredText
from tenants.models import Membership, Team

# Rows for conditions on the page; a rule that has more keeps them all and gets one empty row.
ROWS = 4


class RuleForm(forms.Form):
    """One rule: a name, conditions that must all hold, and where such leads go."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = StoredText(label=gettext_lazy("Name"), help_text=gettext_lazy("Such as: Large companies in Switzerland."))
    to = forms.ChoiceField(label=gettext_lazy("Goes to"))
    enabled = forms.BooleanField(label=gettext_lazy("In use"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        rule: Rule | None,
        based_on: int,
        labels: Mapping[str, str],
        people: Iterable[Membership],
        teams: Iterable[Team],
    ) -> None:
        self.rule = rule
        self.rows = max(ROWS, len(rule.conditions) + 1 if rule else 0)
        super().__init__(data, initial=_initial(rule, based_on))
        offer(self, "to", target_choices(people, teams))
        known = [("", "–"), *labels.items()]
        for number in range(self.rows):
            self.fields[f"field_{number}"] = forms.ChoiceField(label=_("Field"), choices=known, required=False)
            self.fields[f"operator_{number}"] = forms.ChoiceField(
                label=_("Comparison"), choices=list(OPERATORS.items()), required=False, initial="in"
            )
            self.fields[f"value_{number}"] = forms.CharField(label=_("Value"), required=False, max_length=2000)

    def condition_rows(self) -> list[tuple[Any, Any, Any]]:
        """Return the fields of each condition, for the template."""
        names = ("field", "operator", "value")
        return [tuple(self[f"{name}_{number}"] for name in names) for number in range(self.rows)]  # type: ignore[misc]  # names are three

    def clean(self) -> dict[str, Any]:
        """Read the conditions; each fault stands at its value."""
        given = super().clean() or {}
        found = []
        for number in range(self.rows):
            field, operator = given.get(f"field_{number}"), given.get(f"operator_{number}", "")
            if not field:
                continue
            condition = Condition(field, operator, value_of(operator, given.get(f"value_{number}", "")))
            found.append(condition)
            for fault in faults_of_condition(condition, ""):
                self.add_error(f"value_{number}", _(fault.detail))
        if not found:
            self.add_error("field_0", _("Give at least one condition."))
        given["conditions"] = tuple(found)
        return given

    def made(self) -> Rule:
        """Return the rule as it was filled in; a new one gets a key of its own."""
        told = self.cleaned_data
        key = self.rule.key if self.rule else uuid4().hex[:12]
        return Rule(key, told["name"].strip(), told["enabled"], told["conditions"], target_of(told["to"]))


def _initial(rule: Rule | None, based_on: int) -> dict[str, Any]:
    if rule is None:
        return {"based_on": based_on, "enabled": True}
    found: dict[str, Any] = {
        "based_on": based_on, "name": rule.name, "enabled": rule.enabled, "to": rule.to.pool,
    }  # fmt: skip
    for number, condition in enumerate(rule.conditions):
        found[f"field_{number}"] = condition.field
        found[f"operator_{number}"] = condition.operator
        found[f"value_{number}"] = value_text(condition.value)
    return found


def target_choices(people: Iterable[Membership], teams: Iterable[Team]) -> list[tuple[str, str]]:
    """Return whom leads can be sent to."""
    return [
        *((f"{TEAM}:{team.pk}", _("Team %(name)s, in turn") % {"name": team.name}) for team in teams),
        *((f"{REP}:{member.pk}", member.name) for member in people),
        (QUEUE, _("The manager's queue")),
    ]


def target_of(text: str) -> Target:
    """Return the target that a choice names."""
    kind, _colon, target_id = text.partition(":")
    return Target(kind, target_id)


class ReassignForm(forms.Form):
    """To whom handovers go."""

    to = forms.ChoiceField(label=gettext_lazy("Give them to"))

    def __init__(self, data: Any = None, *, people: Iterable[Membership], teams: Iterable[Team]) -> None:
        super().__init__(data)
        choices = [("reps", _("All reps, in turn")), *target_choices(people, teams)[:-1]]
        offer(self, "to", choices)

    def target(self) -> Target:
        """Return the chosen target."""
        return target_of(self.cleaned_data["to"])


class LimitsForm(forms.Form):
    """How much each rep can take; empty is no limit."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Any = None, *, plan: Plan, based_on: int, people: Iterable[Membership]) -> None:
        self.people = list(people)
        initial: dict[str, Any] = {"based_on": based_on}
        for member in self.people:
            limit = plan.limits.get(str(member.pk), Limit())
            initial |= {f"open_{member.pk}": limit.max_open, f"day_{member.pk}": limit.max_per_day}
        super().__init__(data, initial=initial)
        for member in self.people:
            for name, label in (("open", _("Open at once")), ("day", _("New a day"))):
                said = f"{member.name}: {label}"
                widget = forms.NumberInput(attrs={"class": "sm-input", "aria-label": said})
                self.fields[f"{name}_{member.pk}"] = forms.IntegerField(
                    label=said, required=False, min_value=1, max_value=100_000, widget=widget
                )

    def limit_rows(self) -> list[tuple[Membership, Any, Any]]:
        """Return each rep with their two fields, for the template."""
        return [(one, self[f"open_{one.pk}"], self[f"day_{one.pk}"]) for one in self.people]

    def limits(self) -> dict[str, Limit]:
        """Return the limits of those who have one."""
        told = self.cleaned_data
        found = {str(one.pk): Limit(told[f"open_{one.pk}"], told[f"day_{one.pk}"]) for one in self.people}
        return {pk: limit for pk, limit in found.items() if limit != Limit()}


class BulkHandoverForm(forms.Form):
    """What marketing tells sales along with many leads."""

    note = forms.CharField(
        label=gettext_lazy("Note for sales"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    override_reason = forms.CharField(
        label=gettext_lazy("Why those that are not qualified should go all the same"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Empty: they stay. A lead that the gate stops stays in any case."),
    )
