"""What pages say around their rows: saved views, filters, empty states."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.http import urlencode
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Empty:
    """What an empty list teaches, and the one thing to do."""

    title: str
    text: str
    action_label: str = ""
    action_url: str = ""


@dataclass(frozen=True)
class View:
    """A saved view with its count."""

    key: str
    label: str
    count: int | None
    url: str
    active: bool


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    label: str
    url: str
    active: bool


@dataclass(frozen=True)
class Filter:
    """A filter that is a set of links."""

    name: str
    label: str
    value_label: str
    active: bool
    options: list[Option]
    clear_url: str


def address(path: str, given: Mapping[str, str], **changes: str) -> str:
    """Return the page's own URL with its parameters, some of them changed; empty ones are left out."""
    query = {name: value for name, value in {**given, **changes}.items() if value}
    return f"{path}?{urlencode(query)}" if query else path


def filter_of(path: str, given: Mapping[str, str], name: str, label: str, choices: Iterable[tuple[str, str]]) -> Filter:
    """Return a filter over one parameter; its first choice is everything."""
    chosen = given.get(name, "")
    options = [Option(_("All"), address(path, given, **{name: ""}), not chosen)]
    options += [Option(text, address(path, given, **{name: key}), key == chosen) for key, text in choices]
    value = next((option.label for option in options if option.active), _("All"))
    return Filter(name, label, value, bool(chosen), options, address(path, given, **{name: ""}))


def views_of(
    path: str, given: Mapping[str, str], labels: Sequence[tuple[str, str]], counts: Mapping[str, int]
) -> list[View]:
    """Return the saved views as links that keep the filters; the first is the page's plain address."""
    chosen = given.get("view") or labels[0][0]
    return [
        View(key, label, counts.get(key), address(path, given, view=key if key != labels[0][0] else ""), key == chosen)
        for key, label in labels
    ]
