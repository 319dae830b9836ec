"""Reading stages: an organisation's settings, and a lead's way through them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from leads import words
from leads.criteria import demand_text
from leads.models import Lead, StageEntry, StageSetting
from leads.queries.attributes import field_labels
from leads.stages import STAGES, WITH_ENTRY, is_forward


@dataclass(frozen=True)
class StageRow:
    """One stage as the organisation has it; ``usual`` is its word without a label."""

    stage: str
    label: str
    usual: str
    own_label: str
    dwell_days: int | None
    entry: Sequence[Mapping[str, Any]]
    demands: list[str]
    takes_entry: bool
    revision: int


def stage_labels() -> dict[str, str]:
    """Return stage → word of the organisation, in one query."""
    own = dict(StageSetting.objects.exclude(label="").values_list("stage", "label"))
    return {stage: own.get(stage) or words.word(words.STAGES, stage) for stage in STAGES}


def stage_rows() -> list[StageRow]:
    """Return all stages in their order."""
    settings = {setting.stage: setting for setting in StageSetting.objects.all()}
    labels = field_labels()
    return [_row(stage, settings.get(stage), labels) for stage in STAGES]


def stage_row(stage: str) -> StageRow | None:
    """Return one stage, None when there is none of this name."""
    return next((row for row in stage_rows() if row.stage == stage), None)


def _row(stage: str, setting: StageSetting | None, labels: Mapping[str, str]) -> StageRow:
    usual = words.word(words.STAGES, stage)
    setting = setting or StageSetting(stage=stage)
    return StageRow(
        stage=stage,
        label=setting.label or usual,
        usual=usual,
        own_label=setting.label,
        dwell_days=setting.dwell_days,
        entry=setting.entry,
        demands=[demand_text(demand, labels) for demand in setting.entry],
        takes_entry=stage in WITH_ENTRY,
        revision=setting.revision,
    )


@dataclass(frozen=True)
class Stay:
    """One stay of a lead in a stage; ``left_at`` is None for the present one."""

    stage: str
    label: str
    cycle: int
    since: datetime
    left_at: datetime | None
    by_name: str
    by_id: UUID | None
    reason: str
    backwards: bool


def stays_of(lead: Lead) -> list[Stay]:
    """Return a lead's way through the stages, the present one first, in two queries."""
    labels = stage_labels()
    entries = list(StageEntry.objects.filter(lead=lead).select_related("by").order_by("at", "id"))
    if not entries or entries[0].came_from == Lead.Stage.LEAD:
        first = Lead.Stage.LEAD
        entries.insert(0, StageEntry(lead=lead, stage=first, came_from=first, cycle=1, at=lead.created_at))
    left = [*(entry.at for entry in entries[1:]), None]
    found = [_stay(entry, labels[entry.stage], left_at) for entry, left_at in zip(entries, left, strict=True)]
    return found[::-1]


def _stay(entry: StageEntry, label: str, left_at: datetime | None) -> Stay:
    return Stay(
        stage=entry.stage,
        label=label,
        cycle=entry.cycle,
        since=entry.at,
        left_at=left_at,
        by_name=entry.by.name if entry.by else "",
        by_id=entry.by_id,
        reason=entry.reason,
        backwards=entry.stage != entry.came_from and not is_forward(entry.came_from, entry.stage),
    )
