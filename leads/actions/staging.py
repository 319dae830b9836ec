"""What an organisation says of its stages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.actions import record
from leads.facts import known_fields
from leads.models import StageSetting
from leads.normal import tidy
from leads.stages import STAGES, WITH_ENTRY
from sla.content.definitions import faults_of_demand
from smarketing.lib.errors import DomainError, FieldError, InvalidInput
from tenants.models import Membership

LONGEST_LABEL = 40
LONGEST_DWELL = 3650
MOST_DEMANDS = 10


class StageChanged(DomainError):
    """Somebody changed the stage's settings meanwhile."""

    code = "stage_changed"


@transaction.atomic
def change_stage(
    stage: str,
    *,
    label: str,
    dwell_days: int | None,
    entry: Sequence[Mapping[str, Any]],
    revision: int,
    by: Membership,
    at: datetime,
) -> StageSetting:
    """Set a stage's word ("" is the usual one), its dwell alarm and its demands; ``revision`` is what was read.

    Raises InvalidInput, StageChanged.
    """
    label = tidy(label)
    faults = _faults(stage, label, dwell_days, entry)
    if faults:
        raise InvalidInput(faults)
    StageSetting.objects.bulk_create([StageSetting(stage=stage, updated_at=at)], ignore_conflicts=True)
    told = {"label": label, "dwell_days": dwell_days, "entry": [dict(demand) for demand in entry]}
    seen = StageSetting.objects.filter(stage=stage, revision=revision)
    if not seen.update(updated_at=at, revision=F("revision") + 1, **told):
        raise StageChanged(_("Somebody has just changed this. Look at it again."))
    setting = StageSetting.objects.get(stage=stage)
    data = {"stage": stage, "dwell_days": dwell_days, "entry": [demand["field"] for demand in entry]}
    record("stage.changed", setting, by=by, at=at, data=data)
    return setting


def _faults(stage: str, label: str, dwell_days: int | None, entry: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    found = []
    if stage not in STAGES:
        found.append(FieldError("/stage", "unknown_value", _("There is no such stage.")))
    if len(label) > LONGEST_LABEL:
        found.append(FieldError("/label", "out_of_range", _("Give at most %(n)d letters.") % {"n": LONGEST_LABEL}))
    if dwell_days is not None and not 1 <= dwell_days <= LONGEST_DWELL:
        found.append(FieldError("/dwell_days", "out_of_range", _("Give 1 to %(n)d days.") % {"n": LONGEST_DWELL}))
    if entry and stage not in WITH_ENTRY:
        found.append(FieldError("/entry", "not_allowed", _("The agreement decides who enters this stage.")))
    if len(entry) > MOST_DEMANDS:
        found.append(FieldError("/entry", "too_many", _("Give at most %(n)d demands.") % {"n": MOST_DEMANDS}))
    fields = {**known_fields(), "amount": "number"}
    for place, demand in enumerate(entry[:MOST_DEMANDS]):
        for problem in faults_of_demand(demand, fields):
            found.append(
                FieldError(f"/entry/{place}{problem.pointer}", problem.code, _(problem.template) % problem.values)
            )
    return found
