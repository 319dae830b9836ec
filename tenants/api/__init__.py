"""Members' matters for REST clients."""

from tenants.api.absences import AbsenceEnd, Absences
from tenants.api.jobs import OneJob

__all__ = ["AbsenceEnd", "Absences", "OneJob"]
