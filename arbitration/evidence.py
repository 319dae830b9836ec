"""The evidence pack of a case (pure): the facts at the appeal as canonical JSON with one SHA-256.

Personal values and free text stand in it as digests under the case's own salt. While the salt is there, a
value can be shown to be the sealed one; once erasure has blanked it, nothing can be guessed from the pack,
and its hash still verifies.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sla.content import content_hash

DIGEST_PREFIX = "hmac-sha256:"

# Texts that name a rule, a state or a thing, never a person; every other text is digested.
PLAIN = frozenset(
    [
        "id",
        "kind",
        "key",
        "label",
        "state",
        "stage",
        "tier",
        "weight",
        "cycle",
        "number",
        "criterion",
        "criterion_label",
        "reason",
        "reason_label",
        "reason_class",
        "fit_grade",
        "readiness_grade",
        "origin",
        "country",
        "industry",
        "source",
        "medium",
        "campaign",
        "channel",
        "outcome",
        "decision",
        "operator",
        "field",
        "value",
        "required",
        "points",
        "at",
        "sent_at",
        "rejected_at",
        "decided_at",
        "occurred_at",
        "created_at",
        "captured_at",
        "counted_month",
        "version",
        "content_hash",
        "subject_kind",
        "by",
        "lead",
        "handover",
        "rejection",
        "sent_by",
        "assigned_to",
        "decided_by",
        "purpose",
        "basis",
        "holding",
        "ruling",
        "case",
        "scored_at",
        "side",
        "sha256",
    ]
)

UNTRUSTED = "custom"
FROM_OUTSIDE = frozenset({UNTRUSTED, "properties", "payload", "data"})


def seal(*, terms: Mapping[str, Any], facts: Mapping[str, Any], salt: str) -> dict[str, Any]:
    """Return the pack: ``terms`` in the clear, of ``facts`` about people only what PLAIN names."""
    return {**_settled(terms), **_sealed(facts, "", salt)}


def hash_of(pack: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical pack, in hexadecimal."""
    return content_hash(pack)


def digest(text: str, *, salt: str) -> str:
    """Return what stands in the pack for a personal value."""
    return DIGEST_PREFIX + hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def _settled(value: Any) -> Any:
    """Return the value as JSON has it, without floats, whose bytes are not certain."""
    if isinstance(value, Mapping):
        return {str(name): _settled(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_settled(part) for part in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _sealed(value: Any, key: str, salt: str) -> Any:
    if isinstance(value, Mapping):
        # What a web form sent may name its fields as it likes, also as ours.
        names = {name: UNTRUSTED if key in FROM_OUTSIDE else str(name) for name in value}
        return {str(name): _sealed(part, names[name], salt) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_sealed(part, key, salt) for part in value]
    settled = _settled(value)
    if isinstance(value, str) and value and key not in PLAIN:
        return digest(value, salt=salt)
    return settled
