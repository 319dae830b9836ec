"""Labels: the texts of a content that only name something, and may be worded better after the signature.

The key behind a label is what was signed and what everything counts by; another wording changes no promise.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

_LISTS = (
    ("definitions", "fit"),
    ("definitions", "readiness"),
    ("reasons", "rejection"),
    ("reasons", "disqualification"),
    ("reasons", "lost"),
)


def labels_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Every label of the content by its place: /reasons/lost/price, after the key that it names."""
    return {place: item["label"] for place, item in _named(content)}


def with_labels(content: Mapping[str, Any], labels: Mapping[str, str]) -> Mapping[str, Any]:
    """The content with other labels at the places named; a place that it does not have is passed over."""
    if not labels:
        return content
    read = deepcopy(dict(content))
    for place, item in _named(read):
        item["label"] = labels.get(place, item["label"])
    return read


def _named(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, name in _LISTS:
        for item in content[section][name]:
            yield f"/{section}/{name}/{item['key']}", item
