"""What the silence of a content means: parts that came later, read with their defaults.

# Note [Optional parts]
A signed content never changes, so a part that is added to the format afterwards is optional,
and its absence has one meaning for ever, written here. Who reads such a part reads it through
`with_defaults`; the stored content, and with it its hash, stays as it was signed.
"""

from collections.abc import Mapping
from typing import Any

# Nothing was agreed about who does what, nor which revenue is wanted.
_SECTIONS: Mapping[str, Any] = {"responsibilities": [], "revenue": {}}

# From so many leads with and without it on, a criterion is judged by what became of them.
CRITERION_CASES = 30

# A lead that qualifies is handed over by itself.
_DEFINITIONS: Mapping[str, Any] = {"auto_handover": True}

# Somebody who asked for a sales talk is never told to wait.
_CAPACITY: Mapping[str, Any] = {"exempt_tiers": ["hand_raiser"]}

# The share of the plan to date that must be reached at the end of each week: all of it.
_COMMITMENTS: Mapping[str, Mapping[str, Any]] = {"pace": {"share": "1"}}


def with_defaults(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with every optional part said; what was given is not touched. See Note [Optional parts]."""
    capacity = content["capacity"]
    return {
        **_SECTIONS,
        **content,
        "commitments": [{**_COMMITMENTS.get(terms["key"], {}), **terms} for terms in content["commitments"]],
        "capacity": None if capacity is None else {**_CAPACITY, **capacity},
        "definitions": {**_DEFINITIONS, **content["definitions"]},
    }
