"""Organisation, person, membership, keys: who is here and what they may do."""

from tenants.models.keys import Directory, IdempotencyRecord, Key
from tenants.models.members import Invitation, Membership, Team
from tenants.models.people import Organisation, User, UserManager

__all__ = [
    "Directory",
    "IdempotencyRecord",
    "Invitation",
    "Key",
    "Membership",
    "Organisation",
    "Team",
    "User",
    "UserManager",
]
