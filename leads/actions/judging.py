"""Scoring a lead, and what follows for its stage."""

from datetime import datetime

from events.actions import record
from leads.actions.changing import change_lead
from leads.facts import facts_of
from leads.models import Lead
from leads.scoring import score
from sla.models import AgreementVersion
from tenants.models import Membership

# From here a new qualification is a new cycle: the lead was qualified before.
RECYCLED = (Lead.Stage.NURTURE, Lead.Stage.DISQUALIFIED)
UNQUALIFIED = (Lead.Stage.LEAD, Lead.Stage.PROSPECT, *RECYCLED)
GOOD_FIT = ("A", "B")


def rescore(lead: Lead, version: AgreementVersion, *, by: Membership | None, at: datetime) -> None:
    """Judge a locked lead anew by the version's definitions; record it when the judgement changed."""
    found = score(facts_of(lead, at=at), version.content["definitions"], at=at)
    grades = {
        "fit_grade": found.fit_grade,
        "fit_points": found.fit_points,
        "readiness_grade": found.readiness_grade,
        "readiness_points": found.readiness_points,
        "tier": found.tier,
    }
    changed = any(getattr(lead, name) != value for name, value in grades.items())
    change_lead(lead, at=at, score_reasons=found.reasons_as_data(), scored_at=at, **grades)
    if changed:
        data = {**grades, "version": version.number}
        record("lead.scored", lead, by=by, at=at, data=data, thread=lead.pk)


def follow_score(lead: Lead, *, by: Membership | None, at: datetime) -> None:
    """Move a locked lead to the stage that its score and hands call for."""
    if lead.stage not in UNQUALIFIED:
        return
    if lead.tier:
        qualify(lead, tier=lead.tier, by=by, at=at)
    elif lead.stage == Lead.Stage.LEAD and lead.fit_grade in GOOD_FIT:
        change_lead(lead, at=at, stage=Lead.Stage.PROSPECT)


def qualify(lead: Lead, *, tier: str, by: Membership | None, at: datetime) -> None:
    """Make a locked lead an MQL; after an earlier qualification this opens the next cycle."""
    cycle = lead.cycle + 1 if lead.stage in RECYCLED else lead.cycle
    change_lead(lead, at=at, stage=Lead.Stage.MQL, cycle=cycle, wake_on=None)
    record("lead.qualified", lead, by=by, at=at, data={"tier": tier, "cycle": cycle}, thread=lead.pk)
