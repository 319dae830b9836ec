"""Members' matters for REST clients."""

from tenants.api.absences import AbsenceEnd, Absences
from tenants.api.figures import FigureRules
from tenants.api.jobs import OneJob
from tenants.api.keys import KeyConsent, KeyRevocation, Keys
from tenants.api.members import AccessOf, ManagerOf, Members
from tenants.api.teams import OneTeam, Teams

__all__ = [
    "AbsenceEnd",
    "Absences",
    "AccessOf",
    "FigureRules",
    "KeyConsent",
    "KeyRevocation",
    "Keys",
    "ManagerOf",
    "Members",
    "OneJob",
    "OneTeam",
    "Teams",
]
