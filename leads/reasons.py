"""Why a handover is sent back, by the agreement's catalogue (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smarketing.lib.errors import FieldError

PROCEDURAL = "procedural"

# The lists of the agreement.
REJECTION = "rejection"
DISQUALIFICATION = "disqualification"
LOST = "lost"
KINDS = (REJECTION, DISQUALIFICATION, LOST)


@dataclass(frozen=True)
class Reason:
    """One entry of the catalogue."""

    key: str
    label: str
    reason_class: str
    needs_criterion: bool
    needs_evidence: bool


@dataclass(frozen=True)
class Catalogue:
    """What administrators say of reasons beside the agreement: their order, and which are not chosen any more.

    A reason is named by its list and its key, so that both hold over all versions that know it.
    """

    positions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    retired: frozenset[tuple[str, str]] = frozenset()

    def arranged(self, content: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
        """Return all entries of a list in their order; those without a place keep the agreement's, at the end."""
        entries: list[Mapping[str, Any]] = content["reasons"][kind]
        return sorted(entries, key=lambda entry: self.positions.get((kind, entry["key"]), len(self.positions)))

    def open(self, content: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
        """Return the entries that can be chosen."""
        return [entry for entry in self.arranged(content, kind) if (kind, entry["key"]) not in self.retired]


def rejection_reasons(content: Mapping[str, Any], catalogue: Catalogue) -> list[Reason]:
    """Return the reasons for rejecting that can be chosen, in their order."""
    return [_reason(entry) for entry in catalogue.open(content, REJECTION)]


def _reason(entry: Mapping[str, Any]) -> Reason:
    return Reason(entry["key"], entry["label"], entry["class"], entry["needs_criterion"], entry["needs_evidence"])


def criteria(content: Mapping[str, Any]) -> dict[str, str]:
    """Return key → label of every criterion that a definitional rejection can name."""
    definitions = content["definitions"]
    named = {entry["key"]: entry["label"] for entry in (*definitions["fit"], *definitions["readiness"])}
    return {**named, **{f"exclusion:{name}": name.replace("_", " ") for name in definitions["exclusions"]}}


def find_reason(content: Mapping[str, Any], key: str) -> Reason | None:
    """Return the reason with this key, also one that is not chosen any more."""
    return next((_reason(entry) for entry in content["reasons"][REJECTION] if entry["key"] == key), None)


def faults_of(
    content: Mapping[str, Any],
    catalogue: Catalogue,
    reason: str,
    criterion: str,
    evidence_url: str,
    *,
    has_files: bool = False,
) -> list[FieldError]:
    """Return what is missing or unknown in a rejection, by field; a file proves as much as an address."""
    found = find_reason(content, reason)
    if found is None:
        return [FieldError("/reason", "unknown_value", "Choose a reason of the agreement.")]
    if (REJECTION, reason) in catalogue.retired:
        return [FieldError("/reason", "retired", "This reason is not used any more; choose another one.")]
    faults = []
    if found.needs_criterion and criterion not in criteria(content):
        faults.append(FieldError("/criterion", "missing", "Name the criterion that is not met."))
    # Also where none is asked for: the board opens it.
    if evidence_url and not evidence_url.startswith(("https://", "http://")):
        faults.append(FieldError("/evidence_url", "malformed", "Evidence has an address such as https://…"))
    elif found.needs_evidence and not (evidence_url or has_files):
        faults.append(FieldError("/evidence_url", "missing", "This reason needs evidence: a file or its address."))
    return faults


def disqualification_reasons(content: Mapping[str, Any], catalogue: Catalogue) -> dict[str, str]:
    """Return key → label of the reasons after acceptance and contact."""
    return {entry["key"]: entry["label"] for entry in catalogue.open(content, DISQUALIFICATION)}


def lost_reasons(content: Mapping[str, Any], catalogue: Catalogue) -> dict[str, str]:
    """Return key → label of the reasons for a lost opportunity."""
    return {entry["key"]: entry["label"] for entry in catalogue.open(content, LOST)}
