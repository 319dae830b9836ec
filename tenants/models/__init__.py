"""Organisation, person, membership, keys: who is here and what they may do."""

from tenants.models.absences import Absence
from tenants.models.figures import FigureRule
from tenants.models.files import FileContent, StoredFile
from tenants.models.keys import Directory, IdempotencyRecord, Key
from tenants.models.members import Invitation, Membership, Team
from tenants.models.people import Organisation, User, UserManager
from tenants.models.work import Job, Round

__all__ = [
    "Absence",
    "Directory",
    "FigureRule",
    "FileContent",
    "IdempotencyRecord",
    "Invitation",
    "Job",
    "Key",
    "Membership",
    "Organisation",
    "Round",
    "StoredFile",
    "Team",
    "User",
    "UserManager",
]
