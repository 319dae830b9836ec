"""Pages about members, invitations, keys and oneself."""

from tenants.views.jobs import job, job_cancel
from tenants.views.joining import accept_invitation
from tenants.views.keys import create_key, keys, revoke_key
from tenants.views.me import me
from tenants.views.members import invite_member, members, withdraw_invitation

__all__ = [
    "accept_invitation",
    "create_key",
    "invite_member",
    "job",
    "job_cancel",
    "keys",
    "me",
    "members",
    "revoke_key",
    "withdraw_invitation",
]
