"""The weekly hours of both sides and of further calendars on which a promise counts, one line of text a day."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla import words
from sla.content import AGREED_SIDES, further_names
from sla.forms.agreements.section import Content, Group, SectionForm
from sla.queries import calendar_names

DAYS = (
    ("mon", gettext_lazy("Monday")),
    ("tue", gettext_lazy("Tuesday")),
    ("wed", gettext_lazy("Wednesday")),
    ("thu", gettext_lazy("Thursday")),
    ("fri", gettext_lazy("Friday")),
    ("sat", gettext_lazy("Saturday")),
    ("sun", gettext_lazy("Sunday")),
)
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
    """Zone and weekdays of marketing and of sales; of a further calendar while a promise counts on it."""

    edits: ClassVar = ("hours",)

    def build(self) -> None:
        self.keys = [*AGREED_SIDES, *further_names(self.given["hours"])]
        for key in self.keys:
            hours = self.given["hours"][key]
            zone = forms.CharField(label=_("Time zone"), required=False, max_length=60)
            self.add(f"{key}_zone", zone, hours["zone"])
            for day, label in DAYS:
                made = WindowsField(label=label, required=False, max_length=120)
                self.add(f"{key}_{day}", made, list(hours["weekly"].get(day, [])))

    def groups(self) -> Iterable[Group]:
        holidays = _("Public holidays and closed days are kept with the working hours; they may change at any time.")
        further = _("A promise counts on this calendar. From the first day on, its week belongs to the agreement.")
        for key in self.keys:
            names = [f"{key}_zone", *(f"{key}_{day}" for day, _label in DAYS)]
            is_side = key in AGREED_SIDES
            label = words.calendar_label(key, self.given["hours"])
            fields = [self[name] for name in names]
            yield Group(label, fields, side=key if is_side else "", note=holidays if is_side else further)

    def write(self, content: Content) -> None:
        content["hours"] = {key: self._hours(key) for key in self.keys}
        for key in self.keys:
            self.pointers[f"/hours/{key}"] = f"{key}_zone"
            self.pointers[f"/hours/{key}/zone"] = f"{key}_zone"
            self.pointers[f"/hours/{key}/weekly"] = f"{key}_mon"
            for day, _label in DAYS:
                self.pointers[f"/hours/{key}/weekly/{day}"] = f"{key}_{day}"

    def _hours(self, key: str) -> dict[str, Any]:
        weekly = {day: self.value(f"{key}_{day}") for day, _label in DAYS}
        week = {
            "zone": (self.value(f"{key}_zone") or "").strip(),
            "weekly": {day: windows for day, windows in weekly.items() if windows},
        }
        if key in AGREED_SIDES:
            return week
        stored = self.stored["hours"][key]["name"]
        return {"name": calendar_names().get(key, stored), **week}
