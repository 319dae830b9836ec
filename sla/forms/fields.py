"""Kinds of input that several forms share."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# Outside of these no calendar and no zone is worth asking.
FIRST_YEAR = 2000


LAST_YEAR = 2190


class MonthField(forms.Field):
    """A month as 2026-03, cleaned to its first day."""

    default_error_messages = {"invalid": _("Give a month such as 2026-03.")}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        try:
            month = date.fromisoformat(f"{value}-01")
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not FIRST_YEAR <= month.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return month
