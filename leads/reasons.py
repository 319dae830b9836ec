"""Why a handover is sent back, by the agreement's catalogue (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smarketing.lib.errors import FieldError

PROCEDURAL = "procedural"


@dataclass(frozen=True)
class Reason:
    """One entry of the catalogue."""

    key: str
    label: str
    reason_class: str
    needs_criterion: bool
    needs_evidence: bool


def rejection_reasons(content: Mapping[str, Any]) -> list[Reason]:
    """Return the reasons for rejecting, in the agreement's order."""
    return [
        Reason(entry["key"], entry["label"], entry["class"], entry["needs_criterion"], entry["needs_evidence"])
        for entry in content["reasons"]["rejection"]
    ]


def criteria(content: Mapping[str, Any]) -> dict[str, str]:
    """Return key → label of every criterion that a definitional rejection can name."""
    definitions = content["definitions"]
    named = {entry["key"]: entry["label"] for entry in (*definitions["fit"], *definitions["readiness"])}
    return {**named, **{f"exclusion:{name}": name.replace("_", " ") for name in definitions["exclusions"]}}


def find_reason(content: Mapping[str, Any], key: str) -> Reason | None:
    """Return the reason with this key."""
    return next((reason for reason in rejection_reasons(content) if reason.key == key), None)


def faults_of(
    content: Mapping[str, Any], reason: str, criterion: str, evidence_url: str, *, has_files: bool = False
) -> list[FieldError]:
    """Return what is missing or unknown in a rejection, by field; a file proves as much as an address."""
    found = find_reason(content, reason)
    if found is None:
        return [FieldError("/reason", "unknown_value", "Choose a reason of the agreement.")]
    faults = []
    if found.needs_criterion and criterion not in criteria(content):
        faults.append(FieldError("/criterion", "missing", "Name the criterion that is not met."))
    # Also where none is asked for: the board opens it.
    if evidence_url and not evidence_url.startswith(("https://", "http://")):
        faults.append(FieldError("/evidence_url", "malformed", "Evidence has an address such as https://…"))
    elif found.needs_evidence and not (evidence_url or has_files):
        faults.append(FieldError("/evidence_url", "missing", "This reason needs evidence: a file or its address."))
    return faults


def disqualification_reasons(content: Mapping[str, Any]) -> dict[str, str]:
    """Return key → label of the reasons after acceptance and contact."""
    return {entry["key"]: entry["label"] for entry in content["reasons"]["disqualification"]}


def lost_reasons(content: Mapping[str, Any]) -> dict[str, str]:
    """Return key → label of the reasons for a lost opportunity."""
    return {entry["key"]: entry["label"] for entry in content["reasons"]["lost"]}
