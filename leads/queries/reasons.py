"""The catalogue of reasons: what the agreement names, in the order and use that administrators give it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.models import ReasonSetting
from leads.reasons import KINDS, Catalogue
from sla.models import AgreementVersion


@dataclass(frozen=True)
class ReasonRow:
    """One reason of a version as people read it; class and needs are terms, "" and False where a list has none."""

    kind: str
    key: str
    label: str
    # As it was signed, where the words are others now.
    signed_label: str
    reason_class: str
    needs_criterion: bool
    needs_evidence: bool
    retired_at: datetime | None
    retired_by: str
    place: int
    last: bool

    @property
    def first(self) -> bool:
        """Nothing stands above it."""
        return self.place == 0


def reason_catalogue() -> Catalogue:
    """Return what administrators say of reasons, in one query."""
    rows = list(ReasonSetting.objects.all())
    return Catalogue(
        positions={(row.kind, row.key): row.position for row in rows if row.position is not None},
        retired=frozenset((row.kind, row.key) for row in rows if row.retired_at is not None),
    )


def reason_rows(version: AgreementVersion) -> dict[str, list[ReasonRow]]:
    """Return every reason of a version by list, retired ones too."""
    settings = {(row.kind, row.key): row for row in ReasonSetting.objects.select_related("retired_by")}
    positions = {name: row.position for name, row in settings.items() if row.position is not None}
    catalogue, content = Catalogue(positions), version.labelled_content
    signed = {(kind, entry["key"]): entry["label"] for kind in KINDS for entry in version.content["reasons"][kind]}
    return {kind: _rows(kind, catalogue.arranged(content, kind), settings, signed) for kind in KINDS}


def _rows(
    kind: str,
    entries: list[Mapping[str, Any]],
    settings: Mapping[tuple[str, str], ReasonSetting],
    signed: Mapping[tuple[str, str], str],
) -> list[ReasonRow]:
    rows = []
    for place, entry in enumerate(entries):
        setting = settings.get((kind, entry["key"]))
        was = signed[kind, entry["key"]]
        rows.append(
            ReasonRow(
                kind=kind,
                key=entry["key"],
                label=entry["label"],
                signed_label=was if was != entry["label"] else "",
                reason_class=entry.get("class", ""),
                needs_criterion=entry.get("needs_criterion", False),
                needs_evidence=entry.get("needs_evidence", False),
                retired_at=setting.retired_at if setting else None,
                retired_by=setting.retired_by.name if setting and setting.retired_by else "",
                place=place,
                last=place == len(entries) - 1,
            )
        )
    return rows
