"""Scoring a lead, and what follows for its stage."""

from datetime import datetime
from typing import Any

from events.actions import record
from leads.actions.changing import change_lead, note_judgement
from leads.actions.entering import entry_gaps
from leads.facts import facts_of
from leads.models import Lead
from leads.scoring import Facts, next_change, score
from leads.stages import is_between_cycles
from sla.models import AgreementVersion
from tenants.models import Membership

# From here a new qualification is a new cycle: the lead was qualified before.
RECYCLED = (Lead.Stage.NURTURE, Lead.Stage.DISQUALIFIED)
UNQUALIFIED = (Lead.Stage.LEAD, Lead.Stage.PROSPECT, *RECYCLED)
GOOD_FIT = ("A", "B")


def rescore(
    lead: Lead, version: AgreementVersion, *, by: Membership | None, at: datetime, facts: Facts | None = None
) -> bool:
    """Judge a locked lead anew by the version's definitions; record it and return True when the grades changed.

    Its facts may be known already. The same grades with new reasons are written, but are no change of the lead.
    """
    # What was known is gone: the grades stay what they were.
    if lead.erased_at is not None:
        return False
    facts = facts or facts_of(lead, at=at)
    definitions = version.content["definitions"]
    found, decays_at = score(facts, definitions, at=at), next_change(facts, definitions, at=at)
    grades: dict[str, Any] = {
        "fit_grade": found.fit_grade,
        "fit_points": found.fit_points,
        "readiness_grade": found.readiness_grade,
        "readiness_points": found.readiness_points,
        "tier": found.tier,
    }
    judgement: dict[str, Any] = {
        "score_reasons": found.reasons_as_data(),
        "scored_at": at,
        "next_rescore_on": decays_at.date() if decays_at else None,
    }
    changed = any(getattr(lead, name) != value for name, value in grades.items())
    if not changed:
        note_judgement(lead, **judgement)
        return False
    change_lead(lead, at=at, **judgement, **grades)
    data = {**grades, "version": version.number}
    record("lead.scored", lead, by=by, at=at, data=data, thread=lead.pk)
    return True


def follow_score(lead: Lead, *, by: Membership | None, at: datetime) -> bool:
    """Move a locked lead that sales does not own to the stage its score calls for; True when it became an MQL."""
    if lead.stage == Lead.Stage.MQL and not lead.tier:
        _move(lead, _place_of(lead), by=by, at=at)
        return False
    if lead.stage not in UNQUALIFIED:
        return False
    if lead.tier:
        qualify(lead, tier=lead.tier, by=by, at=at)
        return True
    if lead.stage == Lead.Stage.LEAD and _place_of(lead) == Lead.Stage.PROSPECT:
        _move(lead, Lead.Stage.PROSPECT, by=by, at=at)
    return False


def _place_of(lead: Lead) -> Lead.Stage:
    """Return where an unqualified lead stands by its fit and what the organisation demands of a prospect."""
    if lead.fit_grade not in GOOD_FIT:
        return Lead.Stage.LEAD
    return Lead.Stage.LEAD if entry_gaps(lead, Lead.Stage.PROSPECT) else Lead.Stage.PROSPECT


def _move(lead: Lead, stage: Lead.Stage, *, by: Membership | None, at: datetime) -> None:
    data = {"from": str(lead.stage), "to": str(stage), "cycle": lead.cycle}
    change_lead(lead, at=at, by=by, stage=stage)
    record("lead.moved", lead, by=by, at=at, data=data, thread=lead.pk)


def qualify(lead: Lead, *, tier: str, by: Membership | None, at: datetime) -> None:
    """Make a locked lead an MQL; after an earlier qualification this opens the next cycle."""
    between = is_between_cycles(lead.stage, lead.qualified_at, lead.recycled_at)
    cycle = lead.cycle + 1 if between else lead.cycle
    change_lead(lead, at=at, by=by, stage=Lead.Stage.MQL, cycle=cycle, qualified_at=at, wake_on=None)
    record("lead.qualified", lead, by=by, at=at, data={"tier": tier, "cycle": cycle}, thread=lead.pk)
