"""The weekly hours of both sides, one line of text a day."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla import words
from sla.forms.agreements.section import Content, Group, SectionForm

DAYS = (
    ("mon", gettext_lazy("Monday")),
    ("tue", gettext_lazy("Tuesday")),
    ("wed", gettext_lazy("Wednesday")),
    ("thu", gettext_lazy("Thursday")),
    ("fri", gettext_lazy("Friday")),
    ("sat", gettext_lazy("Saturday")),
    ("sun", gettext_lazy("Sunday")),
)
SIDES = ("marketing", "sales")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?")


class WindowsField(forms.CharField):
    """Working times such as "09:00–12:00, 13:00–17:30"; empty on a free day."""

    default_error_messages = {"invalid": gettext_lazy("Write times such as 09:00–12:00, 13:00–17:30.")}

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{begin}–{end}" for begin, end in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        parts = [part for part in re.split(r"[,;]", str(value or "")) if part.strip()]
        return [self._window(part) for part in parts]

    def _window(self, text: str) -> list[str]:
        edges = [_TIME.fullmatch(edge.strip()) for edge in re.split(r"[-–—]", text)]
        found = [edge for edge in edges if edge]
        if len(edges) != 2 or len(found) != 2:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return [f"{int(edge[1]):02}:{edge[2] or '00'}" for edge in found]


class HoursForm(SectionForm):
    """Zone and weekdays of marketing and of sales."""

    edits: ClassVar = ("hours",)

    def build(self) -> None:
        for side in SIDES:
            hours = self.given["hours"][side]
            zone = forms.CharField(label=_("Time zone"), required=False, max_length=60)
            self.add(f"{side}_zone", zone, hours["zone"])
            for day, label in DAYS:
                made = WindowsField(label=label, required=False, max_length=120)
                self.add(f"{side}_{day}", made, list(hours["weekly"].get(day, [])))

    def groups(self) -> Iterable[Group]:
        note = _("Public holidays and closed days are kept with the working hours; they may change at any time.")
        for side in SIDES:
            names = [f"{side}_zone", *(f"{side}_{day}" for day, _label in DAYS)]
            yield Group(words.side_label(side), [self[name] for name in names], side=side, note=note)

    def write(self, content: Content) -> None:
        content["hours"] = {side: self._hours(side) for side in SIDES}
        for side in SIDES:
            self.pointers[f"/hours/{side}/zone"] = f"{side}_zone"
            self.pointers[f"/hours/{side}/weekly"] = f"{side}_mon"
            for day, _label in DAYS:
                self.pointers[f"/hours/{side}/weekly/{day}"] = f"{side}_{day}"

    def _hours(self, side: str) -> dict[str, Any]:
        weekly = {day: self.value(f"{side}_{day}") for day, _label in DAYS}
        return {
            "zone": (self.value(f"{side}_zone") or "").strip(),
            "weekly": {day: windows for day, windows in weekly.items() if windows},
        }
