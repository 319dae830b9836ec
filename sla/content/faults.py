"""Collects the faults of content while it is read, each at its field."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sla.business_time.problem import Problem, gettext_noop

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TEXT_LENGTH = 200
_MOST = 1_000_000_000
_UNREADABLE = ("field_missing", "object_expected", "list_expected")


class Faults:
    """Every reader returns a usable value or None, so that reading goes on."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def first_causes(self) -> list[Problem]:
        """The faults without their echoes: what is unreadable is reported once."""
        unreadable: set[str] = set()
        causes = []
        for problem in self.found:
            if not _inside(problem.pointer, unreadable):
                causes.append(problem)
            if problem.code in _UNREADABLE:
                unreadable.add(problem.pointer)
        return causes

    def add(self, pointer: str, code: str, template: str, **values: object) -> None:
        self.found.append(Problem(pointer, code, template, values))

    def empty(self, pointer: str) -> None:
        self.add(pointer, "list_empty", gettext_noop("Give at least one."))

    def record(
        self,
        pointer: str,
        value: Any,
        *,
        required: Collection[str] = (),
        optional: Collection[str] = (),
    ) -> Mapping[str, Any]:
        """An object with exactly these fields."""
        if not isinstance(value, Mapping):
            self.add(pointer, "object_expected", gettext_noop("An object is expected."))
            return {}
        for key in required:
            if key not in value:
                self.add(
                    f"{pointer}/{key}",
                    "field_missing",
                    gettext_noop("This field is missing."),
                )
        for key in value:
            if key not in required and key not in optional:
                self.add(
                    f"{pointer}/{key}",
                    "unknown_field",
                    gettext_noop("This field is unknown."),
                )
        known = {*required, *optional}
        return {key: item for key, item in value.items() if key in known}

    def items(self, pointer: str, value: Any) -> Iterator[tuple[str, Any]]:
        """The items of a list with their pointers."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.add(pointer, "list_expected", gettext_noop("A list is expected."))
            return
        for number, item in enumerate(value):
            yield f"{pointer}/{number}", item

    def positive_int(self, pointer: str, value: Any) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value if self._storable(pointer, value) else None
        self.add(
            pointer,
            "not_positive_whole",
            gettext_noop("Give a whole number of at least one."),
        )
        return None

    def not_negative_int(self, pointer: str, value: Any) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value if self._storable(pointer, value) else None
        self.add(
            pointer,
            "not_whole",
            gettext_noop("Give a whole number of zero or more."),
        )
        return None

    def positive(self, pointer: str, value: Any, *, places: int = 4) -> Decimal | None:
        """A number above zero: whole, or a decimal written as text with at most so many places."""
        number = amount_of(value)
        if number is None or number <= 0:
            self.add(pointer, "not_positive", gettext_noop("Give a number greater than zero."))
            return None
        if not self._storable(pointer, number):
            return None
        if number != round(number, places):
            self.add(pointer, "too_many_places", gettext_noop("Give at most %(places)s decimal places."), places=places)
            return None
        return number

    def _storable(self, pointer: str, number: Decimal | int) -> bool:
        if number <= _MOST:
            return True
        self.add(pointer, "number_too_large", gettext_noop("Give at most %(most)s."), most=_MOST)
        return False

    def share(self, pointer: str, value: Any) -> Decimal | None:
        """A share above 0 and up to 1, written as text."""
        number = amount_of(value)
        if number is not None and 0 < number <= 1:
            return number
        self.add(
            pointer,
            "not_a_share",
            gettext_noop("Give a share greater than 0 and up to 1."),
        )
        return None

    def one_of(self, pointer: str, value: Any, allowed: Collection[str]) -> str | None:
        if isinstance(value, str) and value in allowed:
            return value
        self.add(
            pointer,
            "not_a_choice",
            gettext_noop("Choose one of: %(allowed)s."),
            allowed=", ".join(allowed),
        )
        return None

    def flag(self, pointer: str, value: Any) -> bool | None:
        if isinstance(value, bool):
            return value
        self.add(pointer, "flag_invalid", gettext_noop("Say true or false."))
        return None

    def key(self, pointer: str, value: Any) -> str | None:
        if isinstance(value, str) and _KEY.fullmatch(value):
            return value
        self.add(
            pointer,
            "key_invalid",
            gettext_noop("A key is lower-case letters, digits and underscores."),
        )
        return None

    def text(self, pointer: str, value: Any) -> str | None:
        if isinstance(value, str) and 0 < len(value.strip()) <= _TEXT_LENGTH:
            return value
        self.add(pointer, "text_missing", gettext_noop("Write up to 200 characters."))
        return None

    def distinct(self, pointer: str, value: Any, allowed: Collection[str], *, empty: bool = False) -> list[str]:
        """A list of choices, each at most once; at least one unless it may be empty."""
        chosen = [self.one_of(place, item, allowed) for place, item in self.items(pointer, value)]
        self.unique(pointer, chosen)
        if not chosen and not empty and isinstance(value, Sequence) and not isinstance(value, str):
            self.empty(pointer)
        return [choice for choice in chosen if choice]

    def texts(self, pointer: str, value: Any) -> None:
        """Refuse texts that no database and no signature could hold, however deep they stand."""
        if isinstance(value, Mapping):
            for key, item in value.items():
                self.texts(f"{pointer}/{_shown(str(key))}", key)
                self.texts(f"{pointer}/{_shown(str(key))}", item)
        elif isinstance(value, list | tuple):
            for number, item in enumerate(value):
                self.texts(f"{pointer}/{number}", item)
        elif isinstance(value, str) and _shown(value) != value:
            self.add(pointer, "text_unusable", gettext_noop("This text holds characters that cannot be stored."))

    def unique(self, pointer: str, keys: Sequence[object]) -> None:
        known = [key for key in keys if isinstance(key, str)]
        for key in dict.fromkeys(known):
            if known.count(key) > 1:
                self.add(
                    pointer,
                    "duplicate",
                    gettext_noop("“%(key)s” stands here more than once."),
                    key=key,
                )


def _shown(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _inside(pointer: str, unreadable: Collection[str]) -> bool:
    return any(pointer == one or pointer.startswith(f"{one}/") for one in unreadable)


def amount_of(value: Any) -> Decimal | None:
    """A number as content writes it: whole, or a decimal as text. Else None."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
