"""Everything that can happen to organisations, people, invitations and keys."""

from tenants.actions.absences import (
    AbsenceOver,
    AbsenceOverlaps,
    NotYourPeople,
    end_absence,
    plan_absence,
)
from tenants.actions.figures import FigureRuleAlready, NotYourFigureRule, set_figure_rule
from tenants.actions.files import erase_file, remove_file, store_file
from tenants.actions.invitations import (
    INVITATION_FOR,
    InvitationOver,
    NewInvitation,
    SignInFirst,
    accept_invitation,
    invite,
    sign_in_link,
    withdraw_invitation,
)
from tenants.actions.jobs import JobFinished, cancel_job, start_job
from tenants.actions.keys import (
    KeyNotInUse,
    NewKey,
    ScopeUnknown,
    change_origins,
    create_form_key,
    create_key,
    revoke_key,
    rotate_key,
)
from tenants.actions.members import (
    AlreadyMember,
    ManagesThemselves,
    RolesClash,
    add_member,
    name_from,
    person_with,
    seat_person,
    set_manager,
)
from tenants.actions.organisations import NewOrganisation, create_organisation
from tenants.actions.profile import change_profile
from tenants.actions.teams import TeamNameTaken, change_team, make_team

__all__ = [
    "INVITATION_FOR",
    "AbsenceOver",
    "AbsenceOverlaps",
    "AlreadyMember",
    "FigureRuleAlready",
    "InvitationOver",
    "JobFinished",
    "KeyNotInUse",
    "ManagesThemselves",
    "NewInvitation",
    "NewKey",
    "NewOrganisation",
    "NotYourFigureRule",
    "NotYourPeople",
    "RolesClash",
    "ScopeUnknown",
    "SignInFirst",
    "TeamNameTaken",
    "accept_invitation",
    "add_member",
    "cancel_job",
    "change_origins",
    "change_profile",
    "change_team",
    "create_form_key",
    "create_key",
    "create_organisation",
    "end_absence",
    "erase_file",
    "invite",
    "make_team",
    "name_from",
    "person_with",
    "plan_absence",
    "remove_file",
    "revoke_key",
    "rotate_key",
    "seat_person",
    "set_figure_rule",
    "set_manager",
    "sign_in_link",
    "start_job",
    "store_file",
    "withdraw_invitation",
]
