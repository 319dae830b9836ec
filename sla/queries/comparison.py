"""Two versions side by side, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sla.queries.clauses import SECTIONS, Clause, clauses_of, section_label

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"


@dataclass(frozen=True)
class ClausePair:
    """One clause as two versions say it; an empty side does not say it at all."""

    key: str
    label: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class SectionPair:
    """One section of two versions: what differs, and what does not."""

    section: str
    label: str
    changed: list[ClausePair]
    same: list[ClausePair]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[SectionPair]:
    """Return every section of two contents, those clauses first that only one of them has or that say another thing."""
    old, new = clauses_of(before), clauses_of(after)
    return [_section(name, _of(name, old), _of(name, new)) for name in SECTIONS]


def count_changes(sections: Sequence[SectionPair]) -> int:
    """Return how many clauses differ."""
    return sum(len(section.changed) for section in sections)


def _of(section: str, clauses: list[Clause]) -> dict[str, Clause]:
    return {clause.key: clause for clause in clauses if clause.section == section}


def _section(name: str, old: dict[str, Clause], new: dict[str, Clause]) -> SectionPair:
    pairs = [_pair(old.get(key), new.get(key)) for key in dict.fromkeys([*new, *old])]
    return SectionPair(
        section=name,
        label=section_label(name),
        changed=[pair for pair in pairs if pair.change != SAME],
        same=[pair for pair in pairs if pair.change == SAME],
    )


def _pair(old: Clause | None, new: Clause | None) -> ClausePair:
    known = new or old
    if known is None:
        raise ValueError("A pair has at least one clause.")
    before, after = (_as_said(clause, known.label) for clause in (old, new))
    return ClausePair(known.key, known.label, before, after, _change(old, new, before, after))


def _as_said(clause: Clause | None, label: str) -> str:
    if clause is None:
        return ""
    # A clause that was renamed tells its other name as well.
    return clause.text if clause.label == label else f"{clause.label}. {clause.text}"


def _change(old: Clause | None, new: Clause | None, before: str, after: str) -> str:
    if old is None:
        return ADDED
    if new is None:
        return REMOVED
    return SAME if before == after else CHANGED
