"""Our own templates of Django's widgets say what Django's say."""

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, TemplatesSetting

GROUPED = [("", "None"), ("Europe", [("AT", "Austria & more"), ("DE", "<Germany>")]), (7, "seven")]


def marked_up(widget: forms.Widget, value: Any, renderer: Any) -> str:
    """Return the widget's markup without the space between tags."""
    html = widget.render("country", value, {"id": "id_country", "required": True, "hidden": False}, renderer)
    return re.sub(r">\s+<", "><", html.strip())


@pytest.mark.parametrize("value", [None, "", "DE", 7, ["AT", "7"]], ids=str)
@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple], ids=lambda kind: kind.__name__)
def test_a_select_is_djangos(kind: type[forms.Select], value: Any) -> None:
    widget = kind(choices=GROUPED)
    assert marked_up(widget, value, TemplatesSetting()) == marked_up(widget, value, DjangoTemplates())


def test_it_is_our_own_that_is_used() -> None:
    assert "\n  <option" not in str(forms.ChoiceField(choices=GROUPED).widget.render("country", "", renderer=None))
