"""Pages about members, invitations, keys and oneself."""

from tenants.views.absences import absences, end_absence, plan_absence
from tenants.views.figures import figure_rule
from tenants.views.jobs import job, job_cancel
from tenants.views.joining import accept_invitation
from tenants.views.keys import create_key, keys, revoke_key, rotate_key
from tenants.views.me import me
from tenants.views.members import invite_member, member_access, member_manager, members, withdraw_invitation
from tenants.views.own_keys import agree_to_key, end_own_key, my_keys
from tenants.views.teams import team_edit, team_new, teams

__all__ = [
    "absences",
    "accept_invitation",
    "agree_to_key",
    "create_key",
    "end_absence",
    "end_own_key",
    "figure_rule",
    "invite_member",
    "job",
    "job_cancel",
    "keys",
    "me",
    "member_access",
    "member_manager",
    "members",
    "my_keys",
    "plan_absence",
    "revoke_key",
    "rotate_key",
    "team_edit",
    "team_new",
    "teams",
    "withdraw_invitation",
]
