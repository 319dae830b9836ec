"""What the pages of calendars ask for."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.business_time import BUSINESS_DAYS, BUSINESS_HOURS, ELAPSED_HOURS
from sla.business_time.calendar_file import LARGEST_BYTES
from sla.business_time.dated import LONGEST_PERIOD_DAYS, days_from
from sla.business_time.spec import WEEKDAYS
from sla.queries.holidays import MOST_YEARS, countries, subdivisions_of
from smarketing.lib.errors import FieldError
from smarketing.lib.forms import offer

# Windows a day that a form offers; clients may send more.
MOST_WINDOWS = 6
FIRST_YEAR, LAST_YEAR = 2000, 2150
DAY_LABELS = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}
_WORKWEEK = WEEKDAYS[:5]


@lru_cache(maxsize=1)
def _zones() -> tuple[tuple[str, str], ...]:
    # Those with a place in their name; the others are old abbreviations.
    return tuple((zone, zone) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC")


class TimeInput(forms.TimeInput):
    """A time of day as browsers ask for it."""

    input_type = "time"


def _time_field(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=5, widget=TimeInput)


class WeekFields(forms.Form):
    """The windows of each weekday: so many pairs as there are, and one more to fill in."""

    def __init__(self, *args: Any, weekly: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pairs: dict[str, list[int]] = {}
        for day in WEEKDAYS:
            given = list((weekly or {}).get(day, []))
            count = self._count(day) if self.is_bound else len(given) + 1
            for number in range(max(min(count, MOST_WINDOWS), 1)):
                self._add_pair(day, number, given[number] if number < len(given) else None)

    def _count(self, day: str) -> int:
        return sum(1 for number in range(MOST_WINDOWS) if f"{day}_{number}_begin" in self.data)

    def _add_pair(self, day: str, number: int, pair: Any) -> None:
        values = {"day": DAY_LABELS[day]}
        begin, end = f"{day}_{number}_begin", f"{day}_{number}_end"
        self.fields[begin] = _time_field(_("%(day)s from") % values)
        self.fields[end] = _time_field(_("%(day)s until") % values)
        if pair:
            # Browsers know no 24:00; midnight is midnight.
            self.initial[begin], self.initial[end] = pair[0], pair[1].replace("24:00", "00:00")

    def weekdays(self) -> list[dict[str, Any]]:
        """Return the days with their pairs of fields, for the template."""
        return [{"key": day, "label": DAY_LABELS[day], "pairs": list(self._pairs_of(day))} for day in WEEKDAYS]

    def _pairs_of(self, day: str) -> Iterator[tuple[Any, Any]]:
        for number in range(MOST_WINDOWS):
            if f"{day}_{number}_begin" in self.fields:
                yield self[f"{day}_{number}_begin"], self[f"{day}_{number}_end"]

    def weekly(self) -> dict[str, list[list[str]]]:
        """Return the week as content; call it on a valid form."""
        self.pairs = {}
        return {day: windows for day in WEEKDAYS if (windows := list(self._windows(day)))}

    def _windows(self, day: str) -> Iterator[list[str]]:
        for number in range(MOST_WINDOWS):
            begin = self.cleaned_data.get(f"{day}_{number}_begin", "")
            end = self.cleaned_data.get(f"{day}_{number}_end", "")
            if begin or end:
                self.pairs.setdefault(day, []).append(number)
                # From midnight to midnight is the whole day.
                yield [begin, "24:00" if (begin, end) == ("00:00", "00:00") else end]

    def copied_from_monday(self) -> dict[str, Any]:
        """Return the given values with Monday's windows on every working day."""
        data = {name: value for name, value in self.data.items() if name != "copy"}
        for day in _WORKWEEK[1:]:
            for number in range(MOST_WINDOWS):
                for part in ("begin", "end"):
                    data.pop(f"{day}_{number}_{part}", None)
                    if f"mon_{number}_{part}" in data:
                        data[f"{day}_{number}_{part}"] = data[f"mon_{number}_{part}"]
        return data

    def show(self, errors: list[FieldError]) -> None:
        """Put what a calendar refuses to the fields that it is about."""
        for error in errors:
            self.add_error(self._field_at(error.pointer), error.detail)

    def _field_at(self, pointer: str) -> str | None:
        parts = pointer.strip("/").split("/")
        if parts[0] == "weekly" and len(parts) > 1:
            places = self.pairs.get(parts[1], [0])
            number = places[int(parts[2])] if len(parts) > 2 else places[0]
            name = f"{parts[1]}_{number}_{'end' if parts[3:] == ['1'] else 'begin'}"
        else:
            name = parts[0]
        return name if name in self.fields else None


class CalendarForm(WeekFields):
    """Name, zone, week and night shift of a calendar; the week is left out where the agreement says it."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=_zones)
    holiday_cuts_night_shift = forms.BooleanField(
        label=gettext_lazy("A night shift ends at midnight when the next day is closed"),
        required=False,
        help_text=gettext_lazy("Otherwise a shift that has begun goes on until its end."),
    )

    def changes(self) -> dict[str, Any]:
        """Return what the form says of the calendar's content."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "zone": given["zone"],
            "weekly": self.weekly(),
            "holiday_cuts_night_shift": given["holiday_cuts_night_shift"],
        }


class AgreedCalendarForm(forms.Form):
    """What administrators change on a calendar whose week is agreed."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    holiday_cuts_night_shift = CalendarForm.base_fields["holiday_cuts_night_shift"]

    def changes(self) -> dict[str, Any]:
        """Return what the form says of the calendar's content."""
        return {
            "name": self.cleaned_data["name"],
            "holiday_cuts_night_shift": self.cleaned_data["holiday_cuts_night_shift"],
        }

    def show(self, errors: list[FieldError]) -> None:
        """Put what a calendar refuses to the fields that it is about."""
        for error in errors:
            name = error.pointer.strip("/")
            self.add_error(name if name in self.fields else None, error.detail)


class DayInput(forms.DateInput):
    """A day as browsers ask for it."""

    input_type = "date"


class DaysForm(forms.Form):
    """A closing period, or hours of their own for some days."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    first = forms.DateField(label=gettext_lazy("From"), widget=DayInput)
    last = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("The last day of a longer period; empty for one day."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What holds then"),
        choices=[("closed", gettext_lazy("Closed")), ("hours", gettext_lazy("Other hours"))],
        widget=forms.RadioSelect,
        initial="closed",
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Such as “Stocktaking”; explanations of deadlines say it."),
    )
    begin = _time_field(gettext_lazy("Open from"))
    end = _time_field(gettext_lazy("Open until"))
    second_begin = _time_field(gettext_lazy("And from"))
    second_end = _time_field(gettext_lazy("And until"))

    def clean(self) -> dict[str, Any]:
        """Check the order of the days, and that other hours are given."""
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last") or given.get("first")
        if first and not FIRST_YEAR <= first.year <= LAST_YEAR:
            self.add_error("first", _("Give a day from 2000 to 2150."))
        elif first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        elif first and last and last - first >= timedelta(days=LONGEST_PERIOD_DAYS):
            self.add_error("last", _("A period has at most 366 days."))
        if given.get("kind") == "hours" and not (given.get("begin") and given.get("end")):
            self.add_error("begin", _("Give the hours that hold then."))
        return given

    def days(self) -> tuple[date, ...]:
        """Return every day of the period."""
        first = self.cleaned_data["first"]
        return days_from(first, self.cleaned_data["last"] or first)

    def windows(self) -> list[list[str]]:
        """Return the other hours as content."""
        pairs = [(self.cleaned_data[f"{half}begin"], self.cleaned_data[f"{half}end"]) for half in ("", "second_")]
        return [[begin, "24:00" if (begin, end) == ("00:00", "00:00") else end] for begin, end in pairs if begin or end]

    def show(self, errors: list[FieldError]) -> None:
        """Put what a calendar refuses to the fields that it is about."""
        for error in errors:
            parts = error.pointer.strip("/").split("/")
            half = "second_" if parts[2:3] == ["1"] else ""
            field = f"{half}{'end' if parts[3:] == ['1'] else 'begin'}" if parts[0] == "exceptions" else None
            # A period would say the same of each of its days.
            if field is None or field not in self.errors:
                self.add_error(field, error.detail)


class HolidayForm(forms.Form):
    """Which country's holidays, of which years."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=countries)
    subdivision = forms.ChoiceField(label=gettext_lazy("Part of it"), required=False)
    first_year = forms.IntegerField(label=gettext_lazy("From year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    last_year = forms.IntegerField(label=gettext_lazy("Until year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        country = self.data.get("country") if self.is_bound else self.initial.get("country")
        parts = subdivisions_of(str(country or ""))
        offer(self, "subdivision", [("", _("Whole country")), *parts])
        if not parts:
            self.fields["subdivision"].widget = forms.HiddenInput()

    def clean_subdivision(self) -> str:
        """Return the part; another country's is none."""
        return str(self.cleaned_data["subdivision"])

    def clean(self) -> dict[str, Any]:
        """Check the order of the years."""
        given = super().clean() or {}
        first, last = given.get("first_year"), given.get("last_year")
        if first and last and not 0 <= last - first < MOST_YEARS:
            self.add_error("last_year", _("Give up to ten years, in their order."))
        return given


class CalendarFileForm(forms.Form):
    """A calendar file to look into."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(
        label=gettext_lazy("Calendar file (.ics)"),
        help_text=gettext_lazy("Whole days only, up to 256 KB. Nothing is changed before you have seen them."),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )

    def clean_file(self) -> bytes:
        """Return what is in it."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST_BYTES:
            raise forms.ValidationError(_("The file is larger than 256 KB."))
        return bytes(upload.read())


class TrialForm(forms.Form):
    """A promise to try on a calendar."""

    start = forms.DateTimeField(
        label=gettext_lazy("Promised at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Within"), min_value=Decimal("0.01"), max_value=Decimal(2000), max_digits=8, decimal_places=2
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=[
            (BUSINESS_HOURS, gettext_lazy("business hours")),
            (BUSINESS_DAYS, gettext_lazy("business days")),
            (ELAPSED_HOURS, gettext_lazy("hours around the clock")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        """Check what a calendar can count."""
        given = super().clean() or {}
        start, amount = given.get("start"), given.get("amount")
        if start and not FIRST_YEAR <= start.year <= LAST_YEAR:
            self.add_error("start", _("Give a moment from 2000 to 2150."))
        if amount and given.get("unit") == BUSINESS_DAYS and amount != int(amount):
            self.add_error("amount", _("Business days are whole days."))
        return given
