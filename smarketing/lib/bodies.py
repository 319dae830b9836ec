"""From parsed JSON to a typed struct; every wrong field is named with its JSON pointer."""

import re
from collections.abc import Iterator, Mapping
from threading import Lock
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

from smarketing.lib.errors import FieldError, InvalidInput

S = TypeVar("S")

_PATH = re.compile(r" - at `(?:key in )?([^`]*)`$")

_NO_PLACE = re.compile(r"^\d{4}-\d\d-\d\d[T ][\d:.]+[+-](?:1[6-9]|2\d):?\d\d$")

# How msgspec begins a sentence → our stable code. The first that fits counts.
_CODES = (
    (re.compile(r"missing required field"), "missing"),
    (re.compile(r"unknown field"), "unknown_field"),
    (re.compile(r"of length|[<>]=? ?-?\d"), "out_of_range"),
    (re.compile(r"^Invalid enum value"), "unknown_value"),
    (re.compile(r"^Invalid|matching regex|timezone"), "malformed"),
)


_learned: set[Any] = set()
_learning = Lock()


def learned(kind: type[S]) -> type[S]:
    """Return a type that msgspec has looked at whole.

    It keeps what it finds out about a struct with the struct, half of it first. A thread that meets such a half ends
    the whole process (msgspec 0.22: a segmentation fault), so one looks and the others wait.
    """
    if kind not in _learned:
        with _learning:
            msgspec.json.Decoder(kind)
            _learned.add(kind)
    return kind


def read(value: Any, kind: type[S], *, strict: bool = True) -> S:
    """Return ``value`` (from JSON) as ``kind``; ``strict=False`` also reads numbers from texts (query parameters).

    Raises InvalidInput with one entry per wrong field.
    """
    try:
        found = msgspec.convert(value, learned(kind), strict=strict)
    except msgspec.ValidationError as error:
        raise InvalidInput(list(_faults(value, kind, "", strict)) or [_fault(str(error), "")]) from error
    if _is_nowhere(value):
        raise InvalidInput(list(_nowhere(value, "")))
    return found


def _is_nowhere(value: Any) -> bool:
    """Tell whether _nowhere would find something: nearly never, and so without the pointers."""
    if isinstance(value, str):
        return _NO_PLACE.search(value) is not None
    # Plain objects first: to ask for any mapping takes ten times as long.
    if isinstance(value, (dict, Mapping)):
        return any(map(_is_nowhere, value.values()))
    return isinstance(value, list) and any(map(_is_nowhere, value))


def _nowhere(value: Any, pointer: str) -> Iterator[FieldError]:
    """Yield the moments whose distance from UTC is that of no place on earth, and that no table holds."""
    if isinstance(value, str):
        if _NO_PLACE.search(value):
            yield FieldError(pointer or "/", "malformed", "No place is so far from UTC.")
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _nowhere(part, f"{pointer}/{_escaped(str(name))}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _nowhere(part, f"{pointer}/{index}")


def _faults(value: Any, kind: Any, pointer: str, strict: bool) -> Iterator[FieldError]:
    """Yield what is wrong with ``value``, as deep as the pointer can go."""
    try:
        msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        plain = _plain(kind)
        deeper: list[FieldError] = []
        if isinstance(plain, type) and issubclass(plain, msgspec.Struct) and isinstance(value, Mapping):
            deeper = list(_faults_of_fields(value, plain, pointer, strict))
        elif get_origin(plain) is list and isinstance(value, list):
            part = get_args(plain)[0]
            deeper = [fault for index, item in enumerate(value)
                      for fault in _faults(item, part, f"{pointer}/{index}", strict)]  # fmt: skip
        yield from deeper or [_fault(str(error), pointer)]


def _faults_of_fields(
    value: Mapping[str, Any], kind: type[msgspec.Struct], pointer: str, strict: bool
) -> Iterator[FieldError]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name in value.keys() - fields.keys():
        yield FieldError(f"{pointer}/{_escaped(name)}", "unknown_field", "This field does not exist.")
    for name, field in fields.items():
        if name in value:
            yield from _faults(value[name], field.type, f"{pointer}/{name}", strict)
        elif field.required:
            yield FieldError(f"{pointer}/{name}", "missing", "This field is required.")


def _plain(kind: Any) -> Any:
    """Return the type without Annotated and without "or None"."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        others = [part for part in get_args(kind) if part is not NoneType and part is not msgspec.UnsetType]
        return _plain(others[0]) if len(others) == 1 else kind
    return kind


def _fault(message: str, pointer: str) -> FieldError:
    inner = _PATH.search(message)
    sentence = _PATH.sub("", message).replace("`", "")
    code = next((code for pattern, code in _CODES if pattern.search(sentence)), "wrong_type")
    deeper = _as_pointer(inner.group(1)) if inner else ""
    return FieldError(pointer + deeper or "/", code, f"{sentence}.")


def _as_pointer(path: str) -> str:
    """Turn msgspec's ``$.a[0].b`` into ``/a/0/b``."""
    return re.sub(r"\.|\[", "/", path.removeprefix("$").replace("[...]", "")).replace("]", "")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
