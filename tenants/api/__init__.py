"""Members' matters for REST clients."""

from tenants.api.absences import AbsenceEnd, Absences
from tenants.api.jobs import OneJob
from tenants.api.teams import OneTeam, Teams

__all__ = ["AbsenceEnd", "Absences", "OneJob", "OneTeam", "Teams"]
