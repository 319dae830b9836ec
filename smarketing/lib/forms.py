"""What every form does the same way."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let the field ``name`` of the form choose among these, known only now; pairs of value and label."""
    # The stubs know the fields of a form as Field only.
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)
