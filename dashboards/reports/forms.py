"""When a report comes, and how."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.reports.occasions import WEEKLY
from dashboards.reports.readers import Reader
from dashboards.reports.words import FORMS, WEEKDAYS

LAST_DAY = 28
_HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class ReportPlanForm(forms.Form):
    """A weekday or a day of the month, an hour, and whether the paper goes along."""

    weekday = forms.TypedChoiceField(label=_("Weekday"), coerce=int, choices=list(enumerate(WEEKDAYS)))
    day = forms.TypedChoiceField(
        label=_("Day of the month"), coerce=int, choices=[(day, f"{day}.") for day in range(1, LAST_DAY + 1)]
    )
    hour = forms.TypedChoiceField(label=_("Time"), coerce=int, choices=_HOURS)
    form = forms.ChoiceField(label=_("How"), choices=list(FORMS.items()))

    def __init__(self, data: Any = None, *, reader: Reader) -> None:
        plan = reader.schedule
        super().__init__(
            data, initial={"weekday": plan.weekday, "day": plan.day, "hour": plan.hour, "form": reader.form}
        )
        del self.fields["day" if plan.kind == WEEKLY else "weekday"]
        self.fields["hour"].help_text = _("On the clock of %(zone)s.") % {"zone": plan.zone.key}

    def told(self) -> dict[str, Any]:
        """Return what the plan is made of."""
        return {"weekday": 0, "day": 1} | self.cleaned_data
