"""Putting what a rule found wrong to the field where it was typed."""

from collections.abc import Callable, Iterable

from django.forms import Form

from smarketing.lib.errors import FieldError


def show_faults(form: Form, errors: Iterable[FieldError], place: Callable[[str], str]) -> None:
    """Show every fault at the field that ``place`` names for its pointer, or above the form."""
    for error in errors:
        name = place(error.pointer)
        form.add_error(name if name in form.fields else None, error.detail)


def last_part(pointer: str) -> str:
    """Return the last part of a pointer: the name of a field in most forms."""
    return pointer.rsplit("/", 1)[-1]
