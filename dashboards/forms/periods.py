"""Which months a report is of, and what else it is chosen by."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.queries.cut import months_before, months_between
from sla.forms import MonthField

# As many months as a table may have rows.
MOST_MONTHS = 36


class PeriodForm(forms.Form):
    """Some months one after the other; the last twelve where nothing is said."""

    use_required_attribute = False
    since = MonthField(label=_("From"), required=False, widget=forms.TextInput(attrs={"type": "month"}))
    until = MonthField(label=_("Until"), required=False, widget=forms.TextInput(attrs={"type": "month"}))

    def __init__(self, given: Any, *, today: date) -> None:
        self._latest = today.replace(day=1)
        asked = {name: given[name] for name in self.base_fields if name in given}
        super().__init__(asked | self._unsaid(asked))

    def _unsaid(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return what was left out, so that the page shows what holds."""
        try:
            until = self.base_fields["until"].clean(asked.get("until") or None) or self._latest
        except forms.ValidationError:
            until = self._latest
        said = {"since": f"{months_before(until, 11):%Y-%m}", "until": f"{until:%Y-%m}"}
        return {name: text for name, text in said.items() if not asked.get(name)}

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins or is longer than a table."""
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", forms.ValidationError(_("It ends before it begins."), code="ends_before_start"))
        elif since and until and len(months_between(since, until)) > MOST_MONTHS:
            text = _("Choose at most %(most)s months.") % {"most": MOST_MONTHS}
            self.add_error("until", forms.ValidationError(text, code="too_long"))
        return given

    @property
    def months(self) -> tuple[date, date]:
        """The first and the last month; the last twelve while what was typed cannot be read."""
        if self.is_valid():
            return self.cleaned_data["since"], self.cleaned_data["until"]
        return months_before(self._latest, 11), self._latest


class CriteriaForm(PeriodForm):
    """A period, and the agreement version whose criteria are looked at: that in force where nothing is said."""

    version = forms.TypedChoiceField(label=_("Agreement"), required=False, coerce=int, empty_value=None)

    def __init__(self, given: Any, *, today: date, numbers: list[int], present: int | None) -> None:
        super().__init__(given, today=today)
        chosen = self.fields["version"]
        if isinstance(chosen, forms.TypedChoiceField):
            chosen.choices = [(number, f"v{number}") for number in numbers]
        self.data = {"version": present, **self.data}


class ReturnForm(PeriodForm):
    """A period, and which touch a lead is attributed by."""

    touch = forms.ChoiceField(
        label=_("Attributed by"),
        required=False,
        choices=[("first", _("first touch")), ("last", _("last touch"))],
    )
